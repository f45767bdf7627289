// Which tracked connections must be forgotten after the rules have changed. Pure. The kernel keeps leading a connection
// where its first packet went. TCP may end in peace as long as its endpoint exists in any condition, so that a Pod that ends
// can finish its work; once the endpoint is gone, the client must hear of it. UDP has no end: it follows the rules at once.
// Source: Kubernetes, Virtual IPs and Service Proxies (and KEP-1669 for what Pods that end still serve).
import type { EndpointSlice } from '../../objects/generated/discovery-v1.ts'
import { endpointsIn } from '../../objects/endpoints.ts'
import { type Backend, type Frontend, type Protocol, protocolOf, type Rule } from './model.ts'

/** An address and port behind Services. */
export interface Target extends Backend {
  readonly protocol: Protocol
}

/** Forget what leads to `target`; where `frontend` is given, only what came in there. Without a target: all that came in there. */
export type Purge =
  | { readonly kind: 'target'; readonly target: Target }
  | { readonly kind: 'frontend'; readonly frontend: Frontend; readonly backend: Backend | undefined }

/** What connections can lead to, at one moment. */
export interface Reachable {
  /** Their endpoints in whatever condition. */
  readonly slices: ReadonlySet<EndpointSlice>
  readonly rules: ReadonlySet<Rule>
  /** What else connections lead to. */
  readonly others: readonly Target[]
}

type Visit = (protocol: Protocol, address: string, port: number) => void

const keyOf = (protocol: Protocol, address: string, port: number): string => `${protocol} ${address} ${port}`

/** What can be reached under these rules and endpoints. */
export const reachable = (rules: readonly Rule[], slices: readonly EndpointSlice[]): Reachable => ({ slices: new Set(slices), rules: new Set(rules), others: [] })

function visitTargets(slices: Iterable<EndpointSlice>, rules: Iterable<Rule>, visit: Visit): void {
  for (const slice of slices) {
    if (slice.addressType !== 'IPv4') continue
    for (const { port, protocol } of slice.ports ?? []) {
      if (port === undefined) continue
      for (const { addresses } of endpointsIn(slice)) for (const address of addresses) visit(protocolOf(protocol), address, port)
    }
  }
  // Host ports stand in no slice.
  for (const { frontend, backends } of rules) for (const { address, port } of backends) visit(frontend.protocol, address, port)
}

const without = <T>(all: ReadonlySet<T>, others: ReadonlySet<T>): readonly T[] => [...all].filter((one) => !others.has(one))

/** What to forget when `after` has taken the place of `before`. Only slices and rules that are other objects are looked at closer. */
export function purges(before: Reachable, after: Reachable): readonly Purge[] {
  const [goneRules, newRules] = [without(before.rules, after.rules), without(after.rules, before.rules)]
  const found = goneTargets(before, after, goneRules).map((target): Purge => ({ kind: 'target', target }))
  const datagrams = (rules: readonly Rule[]): ReadonlyMap<string, Rule> =>
    new Map(rules.filter(({ frontend }) => frontend.protocol === 'udp').map((rule) => [`${rule.frontend.address} ${rule.frontend.port}`, rule]))
  const [old, next] = [datagrams(goneRules), datagrams(newRules)]
  for (const key of new Set([...old.keys(), ...next.keys()])) found.push(...frontendPurges(old.get(key), next.get(key)))
  return found
}

function goneTargets(before: Reachable, after: Reachable, goneRules: readonly Rule[]): readonly Target[] {
  const gone = new Map<string, Target>()
  const addresses = new Set<string>()
  const note: Visit = (protocol, address, port) => {
    gone.set(keyOf(protocol, address, port), { protocol, address, port })
    addresses.add(address)
  }
  for (const { protocol, address, port } of before.others) note(protocol, address, port)
  visitTargets(without(before.slices, after.slices), goneRules, note)
  if (gone.size === 0) return []
  visitTargets(after.slices, after.rules, (protocol, address, port) => {
    if (addresses.has(address)) gone.delete(keyOf(protocol, address, port))
  })
  return [...gone.values()]
}

function frontendPurges(before: Rule | undefined, after: Rule | undefined): readonly Purge[] {
  const frontend = (after ?? before)?.frontend
  if (frontend === undefined) return []
  const [old, next] = [before?.backends ?? [], after?.backends ?? []]
  // What was sent before there was a rule is tracked as leading to the Service's address itself.
  if (old.length === 0 || next.length === 0) return old.length === next.length ? [] : [{ kind: 'frontend', frontend, backend: undefined }]
  const kept = new Set(next.map(({ address, port }) => `${address} ${port}`))
  return old.filter(({ address, port }) => !kept.has(`${address} ${port}`)).map((backend) => ({ kind: 'frontend', frontend, backend }))
}
