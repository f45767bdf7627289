// States on their way over real sockets: to a newcomer of a cluster whose log was cut, and between bare hosts whose sender or
// receiver dies in the middle, which goes on with the chunk that is missing.
import { strict as assert } from 'node:assert'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLogger, type Logger } from '../../../node/base/logger.ts'
import { noMetrics } from '../../../node/base/metrics.ts'
import { createPeerKey, type PeerKey } from '../../../node/identity/peer-key.ts'
import { Host } from '../../../node/peer/host.ts'
import { snapshotIdleMs, snapshotServed } from '../../../node/peer/limits.ts'
import { SnapshotDesk } from '../../../node/peer/snapshot-desk.ts'
import { SnapshotIntake } from '../../../node/peer/snapshot-intake.ts'
import { Snapshots } from '../../../node/peer/snapshots.ts'
import { Trust } from '../../../node/peer/trust.ts'
import type { Answer, Ask } from '../../../node/peer/types.ts'
import { systemClock } from '../../../node/platform/clock.ts'
import { snapshotChunkBytes } from '../../../node/store/limits.ts'
import { memoryStore } from '../../../node/store/memory.ts'
import type { StateStore } from '../../../node/store/types.ts'
import { encodeTransaction } from '../../../protocol/message/codec.ts'
import type { Entry } from '../../../protocol/message/entry.ts'
import type { Transaction } from '../../../protocol/message/transaction.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { eventually, TestCluster } from '../../support/peers.ts'

const put = (name: string, text = '{"metadata":{}}'): Transaction => ({
  conditions: [], writes: [{ kind: 'put', key: `/registry/core/configmaps/default/${name}`, value: Buffer.from(text), terminating: false }],
})
const entry = (index: number, text: string): Entry => ({
  term: 1, index, timeMs: 1, body: { kind: 'command', proposal: { peer: `p${index % 3}`, counter: index }, command: encodeTransaction(put(`${index}`, text)) },
})
/** Entries of half a chunk each. */
const entries = (count: number): Entry[] => Array.from({ length: count }, (_, at) => entry(at + 1, String(at % 10).repeat(snapshotChunkBytes / 2)))
const chunkCount = 10

/** A host with a state, and what goes through it of snapshots. */
interface Machine {
  readonly key: PeerKey
  readonly host: Host
  readonly store: StateStore
  readonly snapshots: Snapshots
  /** Numbers of the chunks that it gave away. */
  readonly sent: number[]
  readonly taken: number[]
  readonly installed: number[]
  readonly messages: string[]
  readonly stop: () => Promise<void>
}

describe('peer / snapshots / a transfer that breaks', function () {
  this.timeout(30_000)
  const clock = systemClock()
  let root: string
  let keys: PeerKey[] = []
  const running = new Set<Machine>()
  const addresses = new Map<string, readonly string[]>()

  before(async () => {
    keys = await Promise.all([createPeerKey(), createPeerKey(), createPeerKey()])
  })
  beforeEach(() => { root = mkdtempSync(join(tmpdir(), 'shoal-snapshots-')) })
  afterEach(async () => {
    for (const machine of [...running]) await machine.stop()
    rmSync(root, { recursive: true, force: true })
  })

  /** `before` is called with each question of the peer thread before it is answered. */
  async function machine(at: number, state: readonly Entry[], before: (ask: Ask) => Promise<void> | void = () => undefined): Promise<Machine> {
    const key = keys[at] ?? assert.fail('no key')
    const messages: string[] = []
    const logger: Logger = { ...silentLogger, info: (message) => { messages.push(message) }, warn: (message) => { messages.push(message) } }
    const trust = new Trust('', keys.map(({ peerId }) => peerId), [])
    const host = await Host.create(trust, { key: key.key, listen: ['/ip4/127.0.0.1/tcp/0'], topic: 'test' })
    addresses.set(key.peerId, host.addresses())
    const store = memoryStore({ clock, metrics: noMetrics })
    store.apply(state)
    const installed: number[] = []
    const sent: number[] = []
    const taken: number[] = []
    const desk = new SnapshotDesk({ store, clock })
    const intake = new SnapshotIntake({ store, logger, directory: join(root, `incoming-${at}`) }, (mark) => { installed.push(mark.index) })
    const ask = async (question: Ask): Promise<Answer> => {
      await before(question)
      try {
        const answer = await desk.answer(question) ?? await intake.answer(question) ?? assert.fail('no answer')
        if (question.what === 'snapshotChunk' && answer.kind === 'bytes') sent.push(question.number)
        if (question.what === 'receiveChunk') taken.push(question.number)
        return answer
      } catch (error) {
        return { kind: 'failed', why: String(error) }
      }
    }
    const snapshots = new Snapshots({ host, trust, clock, logger, ask, addressesOf: (peer) => addresses.get(peer) ?? [], incarnation: 1 }, () => undefined)
    await snapshots.start()
    const made: Machine = {
      key, host, store, snapshots, sent, taken, installed, messages,
      stop: async () => {
        running.delete(made)
        snapshots.stop()
        await host.stop()
        desk.stop()
        await intake.stop()
      },
    }
    running.add(made)
    return made
  }
  const numbers = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, at) => from + at)
  const state = entries(2 * chunkCount)
  const ids = (...machines: Machine[]): string[] => machines.map(({ key }) => key.peerId)

  /** Dies when it is asked for this chunk. */
  const diesAt = (chunk: number) => (victim: () => Machine) => (ask: Ask): Promise<void> | void => {
    if (ask.what === 'snapshotChunk' && ask.number === chunk) return victim().stop()
  }

  it('goes on with another sender of the same state when the first dies', async () => {
    const first: Machine = await machine(0, state, diesAt(4)(() => first))
    const second = await machine(1, state)
    const receiver = await machine(2, [])
    receiver.snapshots.fetch({ atLeast: 1, from: ids(first, second) })
    await eventually('the state is here', () => receiver.installed.length === 1)
    assert.equal(receiver.store.hash(), second.store.hash())
    const chunks = receiver.taken.length
    assert.ok(chunks >= chunkCount)
    assert.deepEqual(receiver.taken, numbers(0, chunks))
    assert.deepEqual(second.sent, numbers(4, chunks))
    assert.ok(receiver.messages.includes('a broken transfer of the state goes on'))
  })

  it('begins anew, and says so, when the other sender has another state', async () => {
    const first: Machine = await machine(0, state, diesAt(4)(() => first))
    const second = await machine(1, [...state, entry(state.length + 1, 'more')])
    const receiver = await machine(2, [])
    receiver.snapshots.fetch({ atLeast: 1, from: ids(first, second) })
    await eventually('the state is here', () => receiver.installed.length === 1)
    assert.equal(receiver.store.hash(), second.store.hash())
    assert.equal(second.sent[0], 0)
    assert.ok(receiver.messages.includes('a broken transfer of the state begins anew, the sender has another snapshot'))
  })

  it('keeps to its sender while that one answers, although the sender\'s own state moves on', async () => {
    let drops = 3
    const sender: Machine = await machine(0, state, (ask) => {
      if (ask.what !== 'snapshotChunk' || ask.number % 3 !== 2 || drops-- <= 0) return
      sender.store.apply([entry(sender.store.appliedIndex() + 1, 'more')])
      sender.host.drop(keys[2]?.peerId ?? '')
    })
    const receiver = await machine(2, [])
    receiver.snapshots.fetch({ atLeast: 1, from: ids(sender) })
    await eventually('the state is here', () => receiver.installed.length === 1)
    assert.deepEqual(receiver.installed, [state.length])
    assert.deepEqual(receiver.taken, numbers(0, receiver.taken.length))
  })

  it('goes on after the receiver was started again, from what it has on disk', async () => {
    const sender = await machine(0, state)
    const killed: Machine = await machine(2, [], (ask) => (ask.what === 'receiveChunk' && ask.number === 6 ? killed.stop() : undefined))
    killed.snapshots.fetch({ atLeast: 1, from: ids(sender) })
    await eventually('it is killed', () => !running.has(killed))
    // The sender's state moves on; what it opened for this peer is still there.
    sender.store.apply([entry(state.length + 1, 'more')])
    const again = await machine(2, [])
    again.snapshots.fetch({ atLeast: 1, from: ids(sender) })
    await eventually('the state is here', () => again.installed.length === 1)
    assert.deepEqual(again.installed, [state.length])
    assert.ok(again.taken[0] !== undefined && again.taken[0] >= 6, `began with ${again.taken[0]}`)
    assert.equal(again.store.count('/registry/'), state.length)
  })

  it('fetches a chunk again that was torn on disk', async () => {
    const sender = await machine(0, state)
    const killed: Machine = await machine(2, [], (ask) => (ask.what === 'receiveChunk' && ask.number === 6 ? killed.stop() : undefined))
    killed.snapshots.fetch({ atLeast: 1, from: ids(sender) })
    await eventually('it is killed', () => !running.has(killed))
    writeFileSync(join(root, 'incoming-2', '3'), 'torn')
    const again = await machine(2, [])
    again.snapshots.fetch({ atLeast: 1, from: ids(sender) })
    await eventually('the state is here', () => again.installed.length === 1)
    assert.equal(again.taken[0], 3)
    assert.equal(again.store.hash(), sender.store.hash())
  })
})

describe('peer / snapshots / desk', () => {
  it('serves one snapshot to all who ask for it at one index, few at once, and closes it when nobody asks any more', async () => {
    const clock = new ManualClock()
    const store = memoryStore({ clock, metrics: noMetrics })
    store.apply(entries(6))
    const desk = new SnapshotDesk({ store, clock })
    const open = (to: string, held?: string): Promise<Answer | undefined> => desk.answer({ what: 'snapshotOpen', to, atLeast: 1, held })
    const first = await open('ant')
    assert.ok(first?.kind === 'snapshot' && first.chunks > 2)
    assert.deepEqual(await open('ant', first.name), first)
    for (let at = 1; at < snapshotServed; at++) assert.deepEqual(await open(`asker-${at}`), first)
    assert.equal((await open('one more'))?.kind, 'failed')
    store.apply([entry(7, 'more')])
    assert.deepEqual(await open('ant', first.name), first, 'who has a part of it gets the rest')
    const chunk = (number: number): Promise<Answer | undefined> => desk.answer({ what: 'snapshotChunk', to: 'ant', name: first.name, number })
    assert.equal((await chunk(first.chunks - 1))?.kind, 'bytes')
    assert.equal((await chunk(0))?.kind, 'bytes', 'another asker is not through')
    clock.advance(snapshotIdleMs)
    assert.equal((await chunk(0))?.kind, 'failed')
    const later = await open('one more', first.name)
    assert.ok(later?.kind === 'snapshot' && later.name !== first.name)
  })
})

describe('peer / snapshots', function () {
  this.timeout(60_000)
  const messages: string[] = []
  const logger: Logger = { ...silentLogger, child: () => logger, info: (message) => { messages.push(message) } }
  const cluster = new TestCluster({ logger })
  after(() => cluster.end())

  it('bring a newcomer to the state of the others', async () => {
    const { peer, store } = await cluster.init('ant')
    for (let round = 0; round < 6; round++) {
      await Promise.all(Array.from({ length: 2_500 }, (_, at) => peer.agreed.commit(put(`${round}-${at}`), 20_000)))
    }
    await store.flush()
    // With the next write the engine hears that the state is on disk, and cuts its log.
    await peer.agreed.commit(put('last'), 5_000)
    const bee = await cluster.join('bee', 'ant')
    await eventually('the newcomer has everything', () => bee.store.appliedIndex() >= 15_000 && bee.store.hash() === store.hash(), 20_000)
    assert.equal(bee.store.count('/registry/core/configmaps/'), 15_001)
    await eventually('it came as a snapshot', () => messages.includes('state received from a peer'))
  })
})
