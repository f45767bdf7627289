// One peer in a process of its own: the daemon's peer thread, log and store, without API, Pods or network. Benchmarks start
// it, load it at the store's interface (`agreed`) and kill it; they speak to it over the channel of a forked child.
// It is the daemon's code from end to end; only who calls it is not.
import { noMetrics } from '../../node/base/metrics.ts'
import { silentLogger } from '../../node/base/logger.ts'
import { systemClock } from '../../node/platform/clock.ts'
import { DataDirectory } from '../../node/peer/data-directory.ts'
import { initCluster } from '../../node/peer/found.ts'
import { invite } from '../../node/peer/invitations.ts'
import { joinCluster } from '../../node/peer/join.ts'
import { Peer } from '../../node/peer/peer.ts'
import { startPeerWorker } from '../../node/peer/thread.ts'
import { openStore } from '../../node/store/level-store.ts'
import { keyOf, type LoadOptions, type LoadResult, runLoad, valueBytes } from './load.ts'

/** Given as the process's one argument, in JSON. */
export interface PeerStart {
  readonly directory: string
  readonly name: string
  /** Multiaddrs. */
  readonly listen: readonly string[]
  /** Of the cluster to join; a new cluster without one. An earlier life's directory needs neither. */
  readonly invitation: string | undefined
  readonly maxVoters: number
  readonly seed: number
}

export interface PeerReport {
  readonly peerId: string
  readonly role: string | undefined
  readonly leader: string | undefined
  readonly voters: readonly string[]
  readonly mirrors: number
  readonly appliedIndex: number
  readonly durableIndex: number
  readonly keys: number
  readonly addresses: readonly string[]
}

export interface Fill {
  readonly from: number
  readonly to: number
  readonly perTransaction: number
  readonly atOnce: number
}

export type PeerRequest =
  | { readonly kind: 'report' }
  | { readonly kind: 'invite' }
  | { readonly kind: 'write' | 'read'; readonly load: LoadOptions }
  /** Puts objects `from..to`, several in a transaction, so many transactions at once. */
  | { readonly kind: 'fill' } & Fill
  | { readonly kind: 'barrier' }
  | { readonly kind: 'stop' }

export type PeerAnswer = PeerReport | LoadResult | string | undefined

const clock = systemClock()
const timeoutMs = 20_000
const value = Buffer.from(JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', data: { text: 'x'.repeat(valueBytes) } }).slice(0, valueBytes))

function put(peer: Peer, ...keys: readonly string[]): Promise<unknown> {
  return peer.agreed.commit({ conditions: [], writes: keys.map((key) => ({ kind: 'put', key, value, terminating: false })) }, timeoutMs)
}

async function fill(peer: Peer, { from, to, perTransaction, atOnce }: Fill): Promise<void> {
  let next = from
  const one = async (): Promise<void> => {
    while (next < to) {
      const first = next
      next = Math.min(to, first + perTransaction)
      await put(peer, ...Array.from({ length: next - first }, (_, at) => `/registry/core/configmaps/fill/object-${first + at}`))
    }
  }
  await Promise.all(Array.from({ length: atOnce }, one))
}

async function start(options: PeerStart): Promise<{ readonly peer: Peer; readonly answer: (request: PeerRequest) => Promise<PeerAnswer> }> {
  const directory = new DataDirectory(options.directory)
  const local = { name: options.name, addresses: [], hosts: [], zone: '' }
  if (directory.occupant() === undefined) {
    if (options.invitation === undefined) await initCluster(directory, local, clock)
    else await joinCluster(directory, options.invitation, local, clock)
  }
  const store = await openStore({ clock, logger: silentLogger, metrics: noMetrics }, { directory: directory.state })
  const failed = (error: Error): void => { process.stderr.write(`${error.message}\n`); process.exit(1) }
  const deps = { store, directory, clock, logger: silentLogger, metrics: noMetrics, thread: startPeerWorker, failed, recover: () => failed(new Error('nobody asks a benchmark to recover')) }
  const { listen, maxVoters, seed } = options
  const peer = new Peer(deps, { listen, advertise: [], maxVoters, works: ['controllers', 'scheduler'], seed, version: 'bench' })
  await peer.start()

  const report = (): PeerReport => {
    const status = peer.status()
    return {
      peerId: peer.peerId, role: status?.role, leader: status?.leader, voters: status?.configuration.voters ?? [], mirrors: peer.peers().length,
      appliedIndex: store.appliedIndex(), durableIndex: store.durableIndex(), keys: store.count('/registry/'), addresses: peer.addresses(),
    }
  }
  const read = async (key: string): Promise<void> => {
    await peer.agreed.barrier(timeoutMs)
    store.get(key)
  }
  const answer = async (request: PeerRequest): Promise<PeerAnswer> => {
    switch (request.kind) {
      case 'report': return report()
      case 'invite': return invite({ store, clock, commit: peer.agreed.commit.bind(peer.agreed) }, peer.identity.authority, { lifeMs: 86_400_000, uses: 100, role: 'peer' })
      case 'write': return runLoad(request.load, async (client, turn) => { await put(peer, keyOf(client, turn)) })
      case 'read': return runLoad(request.load, (client, turn) => read(keyOf(client, turn)))
      case 'fill': return void await fill(peer, request)
      case 'barrier': return void await peer.agreed.barrier(timeoutMs)
      case 'stop':
        await peer.stop()
        await store.close()
        return undefined
    }
  }
  return { peer, answer }
}

async function main(): Promise<void> {
  const options: PeerStart = JSON.parse(process.argv[2] ?? '')
  const { answer } = await start(options)
  process.on('message', ({ id, request }: { readonly id: number; readonly request: PeerRequest }) => {
    answer(request).then(
      (result) => process.send?.({ id, result }),
      (error: unknown) => process.send?.({ id, error: error instanceof Error ? error.message : String(error) }),
    )
  })
  // Whoever measures is gone: nobody else would end this process.
  process.on('disconnect', () => process.exit(0))
  process.send?.({ id: 0, result: undefined })
}

if (import.meta.main) await main()
