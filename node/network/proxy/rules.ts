// Turns the proxy's model into nftables: two maps for Service addresses and two for node ports (frontend -> chain by number
// of slots; frontend and slot -> backend), and one chain a number of slots. Pure text. No chain a Service or endpoint: ten
// thousand Services load in a fraction of a second and a change touches a few elements. Services with session affinity have
// a third map, in which the kernel notes each client's backend: by a number that stays the backend's own while others come
// and go, so that a note about one that is gone finds nothing and is made anew.
import { required } from '../../../protocol/base/assert.ts'
import { fnv32a } from '../../objects/pods/fnv.ts'
import { affinityClients, elementsPerCommand, exactSlots, mostSlots } from '../limits.ts'
import type { Backend, Frontend, Rule } from './model.ts'

export const tableName = 'shoal'

/** What the fixed part of the rules needs to know of this machine. */
export interface RulesContext {
  readonly podCidr: string
  readonly clusterCidr: string
  /** Interface towards the other machines. */
  readonly outside: string
}

/** Elements by map or set name, then by key; sets have empty values. */
export type Elements = ReadonlyMap<string, ReadonlyMap<string, string>>

const maps = [
  'services', 'endpoints', 'sticky_slots', 'sticky_endpoints',
  'node_ports', 'node_endpoints', 'node_sticky_slots', 'node_sticky_endpoints',
  'refused', 'refused_ports', 'limited', 'admitted', 'fenced',
] as const

/** How many slots `count` backends get. */
export function slotsFor(count: number): number {
  if (count <= exactSlots) return count
  return Math.min(mostSlots, 2 ** Math.ceil(Math.log2(count)))
}

/** The chain's name says all of its rules: `nr3` node port, random, 3 slots; `sh2t10800` Service, sticky for 3 hours. */
const chainName = (node: boolean, slots: number, stickySeconds: number | undefined): string =>
  `${node ? 'n' : 's'}${stickySeconds === undefined ? `r${slots}` : `h${slots}t${stickySeconds}`}`

function chainRules(name: string): readonly string[] {
  const prefix = name.startsWith('n') ? 'node_' : ''
  const frontend = prefix === '' ? 'ip daddr . meta l4proto . th dport' : 'meta l4proto . th dport'
  const [slots, seconds] = name.slice(2).split('t')
  if (seconds === undefined) return [`meta mark set numgen random mod ${slots} dnat ip to ${frontend} . meta mark map @${prefix}endpoints`]
  const affinity = `@${prefix}affinity`
  const client = `ip saddr . ${frontend}`
  const note = `update ${affinity} { ${client} timeout ${seconds}s : meta mark }`
  const lead = `dnat ip to ${frontend} . meta mark map @${prefix}sticky_endpoints`
  return [
    `meta mark set ${client} map ${affinity} ${note} ${lead}`,
    // Reached without a note, or with one about a backend that is gone.
    `delete ${affinity} { ${client} : meta mark }`,
    // A fixed seed: without one nft draws its own, and peers and reloads would each choose differently for the same client.
    `meta mark set jhash ip saddr mod ${slots} seed 0x1`,
    `meta mark set ${frontend} . meta mark map @${prefix}sticky_slots`,
    // A rule of its own: a full map must not keep the connection from its backend.
    note,
    lead,
  ]
}

/** Numbers of backends, the same whatever other backends there are (but for rare collisions), and never 0. */
function backendIds(backends: readonly Backend[]): readonly number[] {
  const taken = new Set<number>([0])
  return backends.map(({ address, port }) => {
    let id = fnv32a(`${address}:${port}`)
    while (taken.has(id)) id = (id + 1) >>> 0
    taken.add(id)
    return id
  })
}

/** A frontend as the maps of nftables name it. */
export const keyOf = (frontend: Frontend): string =>
  frontend.address === 'node' ? `${frontend.protocol} . ${frontend.port}` : `${frontend.address} . ${frontend.protocol} . ${frontend.port}`

function targetOf(backends: readonly Backend[], index: number): string {
  const { address, port } = required(backends[index], 'a backend of the rule')
  return `${address} . ${port}`
}

/** The rule of each frontend, by its key: of two for one frontend the first wins. */
export function firstRules(rules: readonly Rule[]): ReadonlyMap<string, Rule> {
  const first = new Map<string, Rule>()
  for (const rule of rules) {
    const key = keyOf(rule.frontend)
    if (!first.has(key)) first.set(key, rule)
  }
  return first
}

/** The rules of the first that the second does not have: a rule that is the same object has not changed. */
export const changedRules = (rules: ReadonlyMap<string, Rule>, others: ReadonlyMap<string, Rule>): readonly Rule[] =>
  [...rules].flatMap(([key, rule]) => (others.get(key) === rule ? [] : [rule]))

/** The elements that put the rules into force. Of two rules for one frontend the first wins. `fenced`: addresses whose packets nobody takes. */
export function elementsOf(rules: readonly Rule[], fenced: readonly string[] = []): Elements {
  const elements = new Map<string, Map<string, string>>(maps.map((name) => [name, new Map<string, string>()]))
  const put = (map: (typeof maps)[number], key: string, value: string): void => void elements.get(map)?.set(key, value)
  for (const address of fenced) put('fenced', address, '')
  for (const [key, { frontend, backends, stickySeconds, sources }] of firstRules(rules)) {
    const node = frontend.address === 'node'
    if (sources !== undefined) put('limited', key, '')
    for (const source of sources ?? []) put('admitted', `${key} . ${source}`, '')
    if (backends.length === 0) {
      put(node ? 'refused_ports' : 'refused', key, '')
      continue
    }
    const slots = slotsFor(backends.length)
    put(node ? 'node_ports' : 'services', key, `goto ${chainName(node, slots, stickySeconds)}`)
    const ids = stickySeconds === undefined ? [] : backendIds(backends)
    for (const [index, id] of ids.entries()) put(node ? 'node_sticky_endpoints' : 'sticky_endpoints', `${key} . ${id}`, targetOf(backends, index))
    for (let slot = 0; slot < slots; slot++) {
      const id = ids[slot % backends.length]
      if (id === undefined) put(node ? 'node_endpoints' : 'endpoints', `${key} . ${slot}`, targetOf(backends, slot % backends.length))
      else put(node ? 'node_sticky_slots' : 'sticky_slots', `${key} . ${slot}`, String(id))
    }
  }
  return elements
}

/** The chains that the elements jump to. */
export function chainsOf(elements: Elements): ReadonlySet<string> {
  const found = new Set<string>()
  for (const map of ['services', 'node_ports']) for (const verdict of elements.get(map)?.values() ?? []) found.add(verdict.slice('goto '.length))
  return found
}

function* commands(verb: 'add' | 'delete', map: string, entries: readonly (readonly [string, string])[]): Generator<string> {
  for (let start = 0; start < entries.length; start += elementsPerCommand) {
    const part = entries.slice(start, start + elementsPerCommand)
    const list = part.map(([key, value]) => (verb === 'add' && value !== '' ? `${key} : ${value}` : key)).join(', ')
    yield `${verb} element ip ${tableName} ${map} { ${list} }`
  }
}

/** The commands from one set of elements to another, one transaction; empty when nothing changes. */
export function change(before: Elements, after: Elements, chains: ReadonlySet<string>): string {
  const lines: string[] = []
  for (const chain of chainsOf(after)) {
    if (!chains.has(chain)) lines.push(`add chain ip ${tableName} ${chain}`, ...chainRules(chain).map((rule) => `add rule ip ${tableName} ${chain} ${rule}`))
  }
  const added: string[] = []
  for (const map of maps) {
    const old = before.get(map) ?? new Map<string, string>()
    const next = after.get(map) ?? new Map<string, string>()
    lines.push(...commands('delete', map, [...old].filter(([key, value]) => next.get(key) !== value)))
    added.push(...commands('add', map, [...next].filter(([key, value]) => old.get(key) !== value)))
  }
  return [...lines, ...added].join('\n')
}

/** The whole table from nothing, as one transaction that replaces what was there. */
export function wholeTable(context: RulesContext, elements: Elements): string {
  const frame = `add table ip ${tableName}
delete table ip ${tableName}
table ip ${tableName} {
  map services { type ipv4_addr . inet_proto . inet_service : verdict; }
  map endpoints { type ipv4_addr . inet_proto . inet_service . mark : ipv4_addr . inet_service; }
  map node_ports { type inet_proto . inet_service : verdict; }
  map node_endpoints { type inet_proto . inet_service . mark : ipv4_addr . inet_service; }
  map sticky_slots { type ipv4_addr . inet_proto . inet_service . mark : mark; }
  map sticky_endpoints { type ipv4_addr . inet_proto . inet_service . mark : ipv4_addr . inet_service; }
  map affinity { type ipv4_addr . ipv4_addr . inet_proto . inet_service : mark; flags dynamic,timeout; size ${affinityClients}; }
  map node_sticky_slots { type inet_proto . inet_service . mark : mark; }
  map node_sticky_endpoints { type inet_proto . inet_service . mark : ipv4_addr . inet_service; }
  map node_affinity { type ipv4_addr . inet_proto . inet_service : mark; flags dynamic,timeout; size ${affinityClients}; }
  set refused { type ipv4_addr . inet_proto . inet_service; }
  set refused_ports { type inet_proto . inet_service; }
  set limited { type ipv4_addr . inet_proto . inet_service; }
  set admitted { type ipv4_addr . inet_proto . inet_service . ipv4_addr; flags interval; }
  set fenced { type ipv4_addr; }
  chain fence { type filter hook prerouting priority mangle; ip saddr @fenced drop; }
  chain dispatch {
    ip daddr . meta l4proto . th dport vmap @services
    fib daddr type local ip daddr != 127.0.0.0/8 meta l4proto . th dport vmap @node_ports
  }
  chain admit {
    type filter hook prerouting priority mangle;
    ip daddr . meta l4proto . th dport @limited ip daddr . meta l4proto . th dport . ip saddr != @admitted drop
  }
  chain prerouting { type nat hook prerouting priority dstnat; jump dispatch; }
  chain output { type nat hook output priority -100; jump dispatch; }
  chain refuse {
    ip daddr . meta l4proto . th dport @refused goto reject_it
    fib daddr type local meta l4proto . th dport @refused_ports goto reject_it
  }
  chain reject_it {
    meta l4proto tcp reject with tcp reset
    reject
  }
  chain filter_input { type filter hook input priority filter; ct state new jump refuse; }
  chain filter_forward { type filter hook forward priority filter; ct state new jump refuse; }
  chain filter_output { type filter hook output priority filter; ct state new jump refuse; }
  chain postrouting {
    type nat hook postrouting priority srcnat;
    ct status dnat ip saddr ${context.podCidr} ip daddr ${context.podCidr} masquerade
    ct status dnat ip saddr != ${context.clusterCidr} ip daddr ${context.podCidr} fib saddr type != local accept
    ct status dnat ip saddr != ${context.clusterCidr} masquerade
    ip saddr ${context.podCidr} ip daddr != ${context.clusterCidr} oifname "${context.outside}" masquerade
  }
}
`
  return frame + change(new Map(), elements, new Set())
}
