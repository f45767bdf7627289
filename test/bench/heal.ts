// How fast the cluster heals: the first four rows of the table of times in ARCHITECTURE.md, on real machines with the web
// example. Every killed and every silent machine is the leader's, so each round is the worst one: it must be missed, replaced
// as leader, and its Pods evicted by works that may have been its own. All the while clients ask through every door of the
// others: what they ask after the suspicion must be answered.
import { configMaps } from '../../node/client/resource-types.ts'
import type { Client } from '../../node/client/client.ts'
import { isAlreadyExists } from '../../node/client/errors.ts'
import { deployWebExample } from '../../node/cli/examples.ts'
import type { Pod } from '../../node/objects/generated/core-v1.ts'
import { pods } from '../../node/client/resource-types.ts'
import { BenchCluster, describeLoad, isServing, secondsUntil, webPods } from './cluster.ts'
import { describeKnocks, type Knocks, Knocking, webDoors } from './doors.ts'
import { answer, benchOptions, type Figure, spread } from './figures.ts'

/** Seconds after the fault, from the table of times. */
const bounds = {
  suspectedKilled: 0.5, deadKilled: 3, replacedKilled: 8, writesKilled: 2,
  suspectedSilent: 1.5, deadSilent: 3.5, replacedSilent: 12, writesSilent: 3.5,
} as const

const replicas = 3
/** Through all doors together. */
const requestsPerSecond = 200
/** The load balancer address answers from another peer after this, whatever was done to the one that held it. */
const sharedAddressSeconds = 1.5
const doorKinds = ['node ports', 'Ingress', 'the shared address'] as const
const probeTimeoutSeconds = 40
const healthyTimeoutSeconds = 90
const writeEveryMs = 50
const writeTimeoutMs = 5_000

type Say = (line: string) => void

/** One fault's times in seconds; NaN for what did not happen. */
interface Healing {
  readonly suspected: number
  readonly dead: number
  readonly replaced: number
  readonly writes: number
  readonly knocks: ReadonlyMap<string, Knocks>
}

const seconds = (value: number): string => (Number.isNaN(value) ? 'never' : `${value.toFixed(2)} s`)

/** The backends of the web example in force on a peer, as nftables has them. */
async function rulesOf(cluster: BenchCluster, machinePid: number): Promise<string> {
  return (await cluster.inNetworkAt(machinePid, 'nft', 'list', 'map', 'ip', 'shoal', 'node_endpoints')) ?? ''
}

const leadsTo = (rules: string, pod: Pod): boolean => rules.includes(` ${pod.status?.podIP ?? '-'} . `)

/** A heal bench's cluster with a client a peer. */
class Patient {
  readonly cluster: BenchCluster
  readonly clients: ReadonlyMap<string, Client>

  constructor(cluster: BenchCluster, clients: ReadonlyMap<string, Client>) {
    this.cluster = cluster
    this.clients = clients
  }

  client(name: string): Client {
    const client = this.clients.get(name)
    if (client === undefined) throw new Error(`no client for ${name}`)
    return client
  }

  /** Every Node Ready, all Pods Ready, the same backends in every peer's rules, and every peer's Ingress open. */
  async healthy(): Promise<boolean> {
    const { cluster } = this
    for (const name of cluster.names) if (!(await cluster.allReady(this.client(name)))) return false
    const found = await webPods(this.client(cluster.names[0] ?? ''))
    if (found.length !== replicas || !found.every(isServing)) return false
    for (const { machinePid } of (await cluster.local.pids()).values()) {
      const rules = await rulesOf(cluster, machinePid)
      if (!found.every((pod) => leadsTo(rules, pod))) return false
      // A daemon that has just started opens Ingress last.
      if (!/:80\s/.test((await cluster.inNetworkAt(machinePid, 'ss', '-ltnH')) ?? '')) return false
    }
    return true
  }

  async untilHealthy(): Promise<void> {
    const took = await secondsUntil(performance.now(), healthyTimeoutSeconds, () => this.healthy())
    if (Number.isNaN(took)) throw new Error(`the cluster was not whole again within ${healthyTimeoutSeconds} s`)
  }

  /**
   * A whole cluster with a Pod on the victim, but not all of them: what has no other endpoint left stays in service until it is
   * replaced. The scheduler spreads what is made anew.
   */
  async ready(victim: () => Promise<string>): Promise<{ readonly name: string; readonly hosted: readonly Pod[] }> {
    for (let turn = 0; turn < 3; turn++) {
      await this.untilHealthy()
      const name = await victim()
      const hosted = (await webPods(this.client(name))).filter((pod) => pod.spec?.nodeName === name)
      if (hosted.length > 0 && hosted.length < replicas) return { name, hosted }
      await this.client(name).resource(pods).deleteCollection({ namespace: 'default', labelSelector: 'app=web-svr' }, { gracePeriodSeconds: 0 })
    }
    throw new Error('none of the Pods was placed on the victim, or all of them')
  }

  /** When no other peer's rules lead to the Pods any more. */
  async outOfProxies(startMs: number, others: readonly string[], hosted: readonly Pod[]): Promise<number> {
    const pids = await this.cluster.local.pids()
    const each = others.map((name) =>
      secondsUntil(startMs, probeTimeoutSeconds, async () => {
        const rules = await rulesOf(this.cluster, pids.get(name)?.machinePid ?? 0)
        return rules !== '' && !hosted.some((pod) => leadsTo(rules, pod))
      }),
    )
    return largest(await Promise.all(each))
  }

  /** When a write that was sent after the fault is acknowledged by a survivor. */
  async firstWrite(startMs: number, others: readonly string[]): Promise<number> {
    const abort = new AbortController()
    let done = false
    let took = Number.NaN
    for (let turn = 0; !done && performance.now() - startMs < probeTimeoutSeconds * 1000; turn++) {
      const maps = this.client(others[turn % others.length] ?? '').resource(configMaps)
      maps.patch('bench-heal', 'default', { data: { turn: String(turn) } }, {}, AbortSignal.any([abort.signal, AbortSignal.timeout(writeTimeoutMs)])).then(
        () => {
          if (!done) took = (performance.now() - startMs) / 1000
          done = true
        },
        // Refused or cut off: a later one will do.
        () => undefined,
      )
      await new Promise((resolve) => setTimeout(resolve, writeEveryMs))
    }
    abort.abort()
    return took
  }
}

const largest = (values: readonly number[]): number => (values.some(Number.isNaN) ? Number.NaN : Math.max(...values))

/** Does `act` to the leader's machine and watches the others heal. */
async function heal(patient: Patient, act: (name: string) => Promise<void>): Promise<{ readonly victim: string; readonly healing: Healing; readonly wronged: number }> {
  const { cluster } = patient
  const { name: victim, hosted } = await patient.ready(async () => (await cluster.local.status()).leader)
  const others = cluster.others(victim)
  const observer = patient.client(others[0] ?? '')
  const gone = new Set(hosted.map((pod) => pod.metadata.uid))
  const doors = await webDoors(cluster, observer, others)
  const startMs = performance.now()
  const knocking = new Knocking(cluster, doors, requestsPerSecond, startMs)
  let healed = false
  const wronged = new Set<string>()
  const watchWrongs = async (): Promise<void> => {
    while (!healed) {
      const { peers } = await cluster.local.status(others[0])
      for (const peer of peers) if (peer.name !== victim && peer.state === 'dead') wronged.add(peer.name)
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
  }
  const wrongs = watchWrongs()
  const [suspected, dead, replaced, writes] = await Promise.all([
    patient.outOfProxies(startMs, others, hosted),
    secondsUntil(startMs, probeTimeoutSeconds, async () => (await webPods(observer)).every((pod) => !gone.has(pod.metadata.uid) || pod.metadata.deletionTimestamp !== undefined)),
    secondsUntil(startMs, probeTimeoutSeconds, async () => (await webPods(observer)).filter((pod) => isServing(pod) && pod.spec?.nodeName !== victim).length >= replicas),
    patient.firstWrite(startMs, others),
    act(victim),
  ])
  healed = true
  await wrongs.catch(() => undefined)
  const knocks = await knocking.stop()
  return { victim, healing: { suspected, dead, replaced, writes, knocks }, wronged: wronged.size }
}

const describeHealing = (what: string, victim: string, { suspected, dead, replaced, writes, knocks }: Healing): string =>
  `${what} ${victim}: out of every proxy ${seconds(suspected)}, evicted ${seconds(dead)}, replaced ${seconds(replaced)}, writes ${seconds(writes)}; failed: ${describeKnocks(knocks)}`

/** What of the Pods changes when their containers do. */
const identityOf = (found: readonly Pod[]): string =>
  found.map((pod) => [pod.metadata.uid, ...(pod.status?.containerStatuses ?? []).map((status) => `${status.containerID} ${status.restartCount}`)].join(' ')).sort().join('\n')

/** Kills a daemon and waits for it to be back: out of the others' rules at once, and no container of its was touched. */
async function crashDaemon(patient: Patient, victim: string, say: Say): Promise<{ readonly suspected: number; readonly disturbed: boolean; readonly knocks: ReadonlyMap<string, Knocks> }> {
  const { cluster } = patient
  const { hosted } = await patient.ready(() => Promise.resolve(victim))
  const others = cluster.others(victim)
  const observer = patient.client(others[0] ?? '')
  const before = identityOf(await webPods(observer))
  const pids = await cluster.local.pids()
  const doors = await webDoors(cluster, observer, others)
  const startMs = performance.now()
  const knocking = new Knocking(cluster, doors, requestsPerSecond, startMs)
  const [suspected] = await Promise.all([patient.outOfProxies(startMs, others, hosted), cluster.local.killDaemon(victim)])
  const back = await secondsUntil(startMs, healthyTimeoutSeconds, async () => {
    const now = (await cluster.local.pids()).get(victim)?.pid
    return now !== undefined && now !== pids.get(victim)?.pid && (await patient.healthy())
  })
  const disturbed = identityOf(await webPods(observer)) !== before
  const knocks = await knocking.stop()
  say(`daemon of ${victim}: out of every proxy ${seconds(suspected)}, back in all of them ${seconds(back)}, ${disturbed ? 'Pods were replaced' : 'its Pods ran on'}; failed: ${describeKnocks(knocks)}`)
  return { suspected, disturbed, knocks }
}

async function measure(patient: Patient, rounds: number, say: Say): Promise<readonly Figure[]> {
  const { cluster } = patient
  const crashed: { suspected: number; disturbed: boolean; knocks: ReadonlyMap<string, Knocks> }[] = []
  for (let round = 0; round < rounds; round++) crashed.push(await crashDaemon(patient, cluster.names[round % cluster.names.length] ?? '', say))
  const killed: Healing[] = []
  const silent: Healing[] = []
  let wronged = 0
  for (let round = 0; round < rounds; round++) {
    const one = await heal(patient, (name) => cluster.local.killMachine(name))
    say(describeHealing('killed', one.victim, one.healing))
    killed.push(one.healing)
    wronged += one.wronged
    await cluster.local.startMachine(one.victim)
  }
  for (let round = 0; round < rounds; round++) {
    const one = await heal(patient, (name) => cluster.local.setLink(name, false))
    say(describeHealing('silent', one.victim, one.healing))
    silent.push(one.healing)
    wronged += one.wronged
    await cluster.local.setLink(one.victim, true)
  }
  await patient.untilHealthy()
  const of = (samples: readonly Healing[], row: Exclude<keyof Healing, 'knocks'>): readonly number[] => samples.map((sample) => sample[row])
  const failing = (what: string, samples: readonly { readonly knocks: ReadonlyMap<string, Knocks> }[], atMost: number): readonly Figure[] => doorKinds.flatMap((kind) =>
    spread(`${what}: requests fail through ${kind}`, samples.map(({ knocks }) => knocks.get(kind)?.lastFailureSeconds ?? Number.NaN), 's', kind === 'the shared address' ? sharedAddressSeconds : atMost))
  return [
    ...spread('daemon crashed: out of every proxy', crashed.map((one) => one.suspected), 's', bounds.suspectedKilled),
    { name: 'daemon crashed: rounds in which its Pods did not run on', value: crashed.filter((one) => one.disturbed).length, unit: 'n', atMost: 0 },
    ...spread('machine killed: out of every proxy', of(killed, 'suspected'), 's', bounds.suspectedKilled),
    ...spread('machine killed: Pods evicted', of(killed, 'dead'), 's', bounds.deadKilled),
    ...spread('machine killed: replacements Ready', of(killed, 'replaced'), 's', bounds.replacedKilled),
    ...spread('link down: out of every proxy', of(silent, 'suspected'), 's', bounds.suspectedSilent),
    ...spread('link down: Pods evicted', of(silent, 'dead'), 's', bounds.deadSilent),
    ...spread('link down: replacements Ready', of(silent, 'replaced'), 's', bounds.replacedSilent),
    { name: 'peers declared dead that lived', value: wronged, unit: 'n', atMost: 0 },
    ...spread('leader killed: writes again', of(killed, 'writes'), 's', bounds.writesKilled),
    ...spread('leader silent: writes again', of(silent, 'writes'), 's', bounds.writesSilent),
    ...failing('daemon crashed', crashed, bounds.suspectedKilled),
    ...failing('machine killed', killed, bounds.suspectedKilled),
    ...failing('link down', silent, bounds.suspectedSilent),
  ]
}

async function prepare(cluster: BenchCluster): Promise<Patient> {
  const clients = new Map<string, Client>()
  for (const name of cluster.names) clients.set(name, await cluster.client(name))
  const patient = new Patient(cluster, clients)
  const client = patient.client(cluster.names[0] ?? '')
  await deployWebExample(client)
  try {
    await client.resource(configMaps).create({ metadata: { name: 'bench-heal', namespace: 'default' } })
  } catch (error) {
    if (!isAlreadyExists(error)) throw error
  }
  return patient
}

async function main(): Promise<number> {
  const options = benchOptions(process.argv.slice(2))
  const say: Say = (line) => void (options.json ? process.stderr : process.stdout).write(`${line}\n`)
  const cluster = await BenchCluster.open(options.home)
  try {
    const patient = await prepare(cluster)
    const figures = await measure(patient, options.quick ? 2 : 10, say)
    say(describeLoad())
    return answer(figures, options, (line) => process.stdout.write(`${line}\n`))
  } finally {
    await cluster.close()
  }
}

process.exitCode = await main()
