// Mirrors keep up: 5 voters and 15 mirrors on a simulated network, 700 writes a second through all of them in virtual time.
// How long it takes from an entry being agreed (the first peer applies it) until every peer has applied it is virtual and
// the same on every machine; what a mirror's processor spends on an entry is real: signature, codec, engine, log record and state, no sockets.
import { noFaults, swarmOptions, type RunOptions } from '../../sim/options.ts'
import { Cluster } from '../../sim/cluster.ts'
import type { SimPeer } from '../../sim/peer.ts'
import { allWatchers } from '../../sim/watcher.ts'
import { World } from '../../sim/world.ts'
import { openEnvelope, sealBatch } from '../../node/peer/gossip.ts'
import { createPeerKey, peerPublicKey, type PeerKey } from '../../node/identity/peer-key.ts'
import { seededRandom } from '../../protocol/base/random.ts'
import { createEngine } from '../../protocol/engine/engine.ts'
import { decodeGossipBatch, encodeEntry } from '../../protocol/message/codec.ts'
import type { Entry } from '../../protocol/message/entry.ts'
import type { Transaction } from '../../protocol/message/transaction.ts'
import { StateMachine } from '../../protocol/state/machine.ts'
import { describeLoad } from './cluster.ts'
import { answer, benchOptions, type Figure, rounded } from './figures.ts'
import { keyOf, quantile, valueBytes } from './load.ts'

const bounds = { everywhereP99Ms: 100 } as const
const peers = 20
const voters = 5
const perSecond = 700
const seconds = { full: 20, quick: 3 } as const
/** Until the members know each other and five of them vote. */
const settleUs = 30_000_000

/** A local network and disks as they are today; nothing fails. */
const quiet: RunOptions = {
  ...swarmOptions(1, seededRandom(1), peers, 0),
  maxVoters: voters, faults: noFaults, schedule: [], core: false, spares: 0, slowDisk: 1, drift: 0, wallSpreadMs: 0, wire: true, keptEntries: 10_000, saveStateUs: 5_000_000,
  network: { leastLatencyUs: 100, meanLatencyUs: 500, loss: 0, duplication: 0, ordered: true },
  disk: { meanSyncUs: 2_000, tornShare: 0 },
  clients: 0, watches: 0, holderWriteUs: 0,
}

/** When each entry was first applied by anybody, and how many have applied it since; answers the spread of finished ones. */
class Spread {
  readonly everywhereMs: number[] = []
  readonly #open = new Map<number, { readonly firstUs: number; count: number }>()
  from = Number.POSITIVE_INFINITY

  applied(index: number, nowUs: number): void {
    if (index < this.from) return
    const open = this.#open.get(index) ?? { firstUs: nowUs, count: 0 }
    open.count++
    this.#open.set(index, open)
    if (open.count < peers) return
    this.everywhereMs.push((nowUs - open.firstUs) / 1000)
    this.#open.delete(index)
  }

  /** Entries that somebody has not applied yet. */
  get missing(): number {
    return this.#open.size
  }
}

interface Meter {
  cpuMs: number
  entries: number
}

/** From now on the peer hears batches as the signed bytes of gossip, and the time that it spends on them is counted. */
function meterHearing(peer: SimPeer, key: PeerKey, meter: Meter): void {
  const publicKey = peerPublicKey(key.peerId)
  const hear = peer.hear.bind(peer)
  peer.hear = (batch) => {
    const { whole } = sealBatch(batch, key)
    const sinceMs = performance.now()
    const body = openEnvelope(whole, () => publicKey)?.body
    if (body === undefined) throw new Error('the envelope does not open')
    hear(decodeGossipBatch(batch.cluster, body))
    meter.cpuMs += performance.now() - sinceMs
  }
}

/** What the peer does once its log is synced is done again on a twin of its state, and counted. */
function meterApplying(peer: SimPeer, meter: Meter): (entry: Entry) => void {
  const { machine } = peer
  const twin = StateMachine.restore(machine.header(), machine.keys.all(), machine.results())
  return (entry) => {
    const sinceMs = performance.now()
    encodeEntry(entry)
    twin.apply(entry)
    meter.cpuMs += performance.now() - sinceMs
    meter.entries++
  }
}

function write(turn: number): Transaction {
  return { conditions: [], writes: [{ kind: 'put', key: keyOf(turn, 0), value: new Uint8Array(valueBytes), terminating: false }] }
}

function measure(virtualSeconds: number, key: PeerKey): readonly Figure[] {
  const world = new World(1, false)
  const spread = new Spread()
  const cost: Meter = { cpuMs: 0, entries: 0 }
  let metered: { readonly peer: string; readonly apply: (entry: Entry) => void } | undefined
  const cluster = new Cluster(world, quiet, createEngine, allWatchers([{
    applied: (peer, entry) => {
      spread.applied(entry.index, world.nowUs)
      if (peer === metered?.peer) metered.apply(entry)
    },
  }]))
  if (!cluster.build()) throw new Error('the cluster was not built')
  world.run(world.nowUs + settleUs)
  const mirror = cluster.peers.find((peer) => peer.engine.status().role === 'mirror')
  const votes = cluster.leader()?.engine.status().configuration.voters.length
  if (mirror === undefined || votes !== voters) throw new Error(`${votes} voters`)
  meterHearing(mirror, key, cost)
  metered = { peer: mirror.id, apply: meterApplying(mirror, cost) }
  spread.from = mirror.machine.index + 1
  let acknowledged = 0
  const everyUs = Math.round(1e6 / perSecond)
  const untilUs = world.nowUs + virtualSeconds * 1e6
  const go = (turn: number): void => {
    if (world.nowUs >= untilUs) return
    cluster.peer(turn % peers).write(write(turn), (result) => { if (result.kind === 'applied') acknowledged++ })
    world.after(everyUs, () => go(turn + 1))
  }
  go(0)
  world.run(untilUs + 2_000_000)
  return [
    { name: `entries agreed at ${perSecond}/s`, value: acknowledged, unit: '', atLeast: Math.floor(virtualSeconds * perSecond * 0.99) },
    { name: 'entries that some peer lacks 2 s later', value: spread.missing, unit: '', atMost: 0 },
    { name: 'agreed until applied everywhere, median', value: rounded(quantile(spread.everywhereMs, 0.5)), unit: 'ms', atMost: bounds.everywhereP99Ms },
    { name: 'agreed until applied everywhere, p99', value: rounded(quantile(spread.everywhereMs, 0.99)), unit: 'ms', atMost: bounds.everywhereP99Ms },
    { name: 'processor time of a mirror for an entry', value: rounded(cost.cpuMs / cost.entries), unit: 'ms', atMost: 1 },
  ]
}

async function main(): Promise<number> {
  const options = benchOptions(process.argv.slice(2))
  const figures = measure(options.quick ? seconds.quick : seconds.full, await createPeerKey())
  ;(options.json ? process.stderr : process.stdout).write(`${describeLoad()}\n`)
  return answer(figures, options, (line) => process.stdout.write(`${line}\n`))
}

if (import.meta.main) process.exitCode = await main()
