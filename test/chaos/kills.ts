// Kill after kill of leaders and voters, daemons only, each as soon as the one before is a member again. Meanwhile no Node but
// the victim's may turn NotReady, and no endpoint that lives may leave its Service.
import { eventually } from '../support/eventually.ts'
import type { TestCluster } from '../support/cluster.ts'
import type { Random } from '../../protocol/base/random.ts'
import type { PeerApi } from './api.ts'
import type { Verdict } from './checks.ts'
import { Watcher, type Watched } from './watchers.ts'

const backWithinMs = 60_000
/** A killed daemon's own Node and endpoints are excused until it is a member again, and this long after. */
const excusedMs = 15_000

type NodeObject = Watched & { readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] } }
type SliceObject = Watched & { readonly endpoints?: readonly { readonly nodeName?: string; readonly addresses: readonly string[]; readonly conditions?: { readonly ready?: boolean } }[] | null }

const isReady = (node: NodeObject): boolean => node.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') === true

/** Watches Nodes and endpoints while daemons are killed. */
export class KillJudge {
  readonly watchers: readonly Watcher[]
  readonly #broken: string[] = []
  readonly #excusedUntilMs = new Map<string, number>()
  readonly #live = new Map<string, ReadonlyMap<string, string>>()
  #events = 0

  constructor(peers: readonly PeerApi[], random: Random) {
    this.watchers = [
      new Watcher('/api/v1/nodes', peers, random.fork(), (object) => this.#node(object)),
      new Watcher('/apis/discovery.k8s.io/v1/namespaces/default/endpointslices', peers, random.fork(), (object) => this.#slice(object)),
    ]
  }

  killed(name: string): void {
    this.#excusedUntilMs.set(name, Number.POSITIVE_INFINITY)
  }

  back(name: string): void {
    this.#excusedUntilMs.set(name, performance.now() + excusedMs)
  }

  verdict(): Verdict {
    return { promise: 'nobody else suffers', checked: `${this.#events} events of Nodes and endpoints`, broken: this.#broken }
  }

  #isExcused(name: string | undefined): boolean {
    return name !== undefined && performance.now() < (this.#excusedUntilMs.get(name) ?? 0)
  }

  #node(node: NodeObject): void {
    this.#events++
    if (!isReady(node) && !this.#isExcused(node.metadata.name)) this.#broken.push(`Node ${node.metadata.name} turned NotReady at ${node.metadata.resourceVersion}`)
  }

  #slice(slice: SliceObject): void {
    this.#events++
    const ready = (slice.endpoints ?? []).filter((endpoint) => endpoint.conditions?.ready === true)
    const now = new Map(ready.flatMap((endpoint) => endpoint.addresses.map((address): [string, string] => [address, endpoint.nodeName ?? ''])))
    for (const [address, node] of this.#live.get(slice.metadata.name) ?? []) {
      if (!now.has(address) && !this.#isExcused(node)) this.#broken.push(`${slice.metadata.name} lost ${address} on ${node} at ${slice.metadata.resourceVersion}`)
    }
    this.#live.set(slice.metadata.name, now)
  }
}

/** So many kills, or fewer when the signal is given; answers how long each took until its daemon was a member again, in ms. */
export async function killAgainAndAgain(cluster: TestCluster, kills: number, random: Random, judge: KillJudge, say: (line: string) => void, enough: AbortSignal): Promise<readonly number[]> {
  const tookMs: number[] = []
  for (let kill = 0; kill < kills && !enough.aborted; kill++) {
    const { leader, peers } = await eventually('a leader', async () => {
      const status = await cluster.local.status().catch(() => undefined)
      return status !== undefined && status.leader !== '' ? status : undefined
    }, backWithinMs)
    const voters = peers.filter((peer) => peer.role === 'voter').map((peer) => peer.name)
    const victim = kill % 2 === 0 || voters.length === 0 ? leader : random.pick(voters)
    judge.killed(victim)
    const startMs = performance.now()
    const pid = await cluster.local.killDaemon(victim)
    await eventually(`${victim} to be back`, async () => {
      const now = (await cluster.local.pids()).get(victim)?.pid
      if (now === undefined || now === pid) return false
      return (await cluster.local.daemonState(victim).catch(() => undefined))?.state === 'member'
    }, backWithinMs)
    judge.back(victim)
    tookMs.push(performance.now() - startMs)
    if ((kill + 1) % 10 === 0) say(`${kill + 1} of ${kills} kills`)
    await new Promise((resolve) => setTimeout(resolve, random.integer(1_000)))
  }
  return tookMs
}
