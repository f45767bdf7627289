// The driver's order: what depends on a save leaves only after the save is synced, and a failed log ends everything.
import { strict as assert } from 'node:assert'
import { silentLogger } from '../../../node/base/logger.ts'
import { noMetrics } from '../../../node/base/metrics.ts'
import { Driver } from '../../../node/peer/driver.ts'
import { committedBatchBytes, diskFullRetryMs } from '../../../node/peer/limits.ts'
import { Refusals } from '../../../node/peer/refusals.ts'
import type { PeerLog, Report } from '../../../node/peer/types.ts'
import { diskFull } from '../../../node/store/errors.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import type { PeerEngine, Ready, Save } from '../../../protocol/engine/types.ts'
import { decodeEntries, decodeMessage } from '../../../protocol/message/codec.ts'
import type { Message } from '../../../protocol/message/message.ts'

const cluster = { cluster: 'c0ffee', incarnation: 1 }
const nothing: Ready = {
  send: [], save: undefined, sendAfterSave: [], publish: [], committed: [], fetchSnapshot: undefined, proposals: [], reads: [], members: [], works: [], assign: [],
}
const digest = (applied: number): Message => ({ zone: 'spreading', body: { kind: 'digest', applied, firstKept: 1 } })
const save = (sequence: number): Save => ({ sequence, hardState: undefined, entries: [], compactTo: undefined })

/** A driver between a scripted engine and a log whose syncs the test resolves. */
function rig(readies: Ready[]) {
  const clock = new ManualClock()
  const events: string[] = []
  const syncs: PromiseWithResolvers<void>[] = []
  const reports: Report[] = []
  const idle = (): void => undefined
  const engine: PeerEngine = {
    bootstrap: idle, step: idle, gossiped: idle, tick: idle, propose: idle, read: idle, applied: idle, snapshotInstalled: idle,
    connectionLost: idle, report: idle, health: (healthy) => { events.push(healthy ? 'healthy' : 'unhealthy') }, announce: idle, stop: idle,
    saved: (sequence) => { events.push(`saved ${sequence}`) },
    ready: () => readies.shift(),
    leaseOver: () => false,
    room: (full) => { events.push(full ? 'full' : 'room') },
    status: () => assert.fail('not asked'),
  }
  const log: PeerLog = {
    recovered: { hardState: { term: 0, vote: undefined, commit: 0 }, snapshot: { index: 0, term: 0, configuration: { voters: [], learners: [], witnesses: [] } }, entries: [], mayVote: true },
    damage: undefined, fetchFrom: undefined,
    append: ({ sequence }) => {
      events.push(`append ${sequence}`)
      const sync = Promise.withResolvers<void>()
      syncs.push(sync)
      return sync.promise
    },
    healed: () => Promise.resolve(),
    close: () => Promise.resolve(),
  }
  const driver = new Driver({
    engine, log, clock, logger: silentLogger, refusals: new Refusals({ clock, logger: silentLogger, metrics: noMetrics }), soon: queueMicrotask,
    send: (to, frame) => {
      const message = decodeMessage(cluster, frame)
      events.push(`send ${to} ${message.zone === 'spreading' && message.body.kind === 'digest' ? message.body.applied : '?'}`)
    },
    publish: () => events.push('publish'),
    report: (report) => reports.push(report),
    fetchSnapshot: () => events.push('fetch'),
    failed: () => events.push('failed'),
  }, { self: 'a', cluster })
  return { driver, events, syncs, reports, clock }
}

const turn = (): Promise<void> => new Promise((resolve) => { setImmediate(resolve) })

describe('peer / driver', () => {
  it('sends after the save what depends on it, and at once what does not (P2)', async () => {
    const { driver, events, syncs } = rig([{ ...nothing, send: [{ to: 'b', message: digest(1) }], save: save(1), sendAfterSave: [{ to: 'b', message: digest(2) }] }])
    driver.pump()
    await turn()
    assert.deepEqual(events, ['send b 1', 'append 1'])
    syncs[0]?.resolve()
    await turn()
    assert.deepEqual(events, ['send b 1', 'append 1', 'saved 1', 'send b 2'])
  })

  it('holds later words behind the newest save, also without one of their own', async () => {
    const { driver, events, syncs } = rig([
      { ...nothing, save: save(1) },
      { ...nothing, save: save(2), sendAfterSave: [{ to: 'b', message: digest(2) }] },
      { ...nothing, sendAfterSave: [{ to: 'c', message: digest(3) }] },
    ])
    driver.pump()
    syncs[0]?.resolve()
    await turn()
    assert.deepEqual(events, ['append 1', 'saved 1', 'append 2'])
    syncs[1]?.resolve()
    await turn()
    assert.deepEqual(events.slice(3), ['saved 2', 'send b 2', 'send c 3'])
  })

  it('ends when the log fails, and says nothing that relied on it (P3)', async () => {
    const { driver, events, syncs } = rig([{ ...nothing, save: save(1), sendAfterSave: [{ to: 'b', message: digest(2) }] }])
    driver.pump()
    syncs[0]?.reject(new Error('fsync'))
    await turn()
    driver.pump()
    assert.deepEqual(events, ['append 1', 'failed'])
  })

  it('tells the engine and the main thread while the disk is full, whatever the latter says (P7)', async () => {
    const { driver, events, syncs, reports, clock } = rig([{ ...nothing, save: save(1) }])
    driver.pump()
    syncs[0]?.reject(diskFull.make({ directory: '/x' }))
    await turn()
    driver.beat(true, undefined)
    assert.deepEqual(events, ['append 1', 'full', 'healthy'])
    assert.deepEqual(reports, [{ kind: 'disk', full: true }])
    clock.advance(diskFullRetryMs)
    await turn()
    syncs[1]?.resolve()
    await turn()
    assert.deepEqual(events.slice(3), ['append 1', 'room', 'saved 1'])
    assert.deepEqual(reports.slice(1), [{ kind: 'disk', full: false }])
  })

  it('hands committed entries over in batches, in order', () => {
    const entries = Array.from({ length: 2_500 }, (_, at) => ({ term: 1, index: at + 1, timeMs: 0, body: { kind: 'noop' as const } }))
    const { driver, reports } = rig([{ ...nothing, committed: entries }])
    driver.pump()
    const indexes = reports.flatMap((report) => (report.kind === 'committed' ? decodeEntries(report.entries) : [])).map((entry) => entry.index)
    assert.equal(reports.length, 3)
    assert.deepEqual(indexes, entries.map((entry) => entry.index))
  })

  it('ends a batch of committed entries that is large enough, and splits no entry', () => {
    const body = (sizeBytes: number) => ({ kind: 'command' as const, proposal: { peer: 'a', counter: 1 }, command: new Uint8Array(sizeBytes) })
    const sizes = [10, 3 * committedBatchBytes, 10, committedBatchBytes - 10, 10]
    const { driver, reports } = rig([{ ...nothing, committed: sizes.map((sizeBytes, at) => ({ term: 1, index: at + 1, timeMs: 0, body: body(sizeBytes) })) }])
    driver.pump()
    const batches = reports.map((report) => (report.kind === 'committed' ? decodeEntries(report.entries).map((entry) => entry.index) : []))
    assert.deepEqual(batches, [[1, 2], [3, 4], [5]])
  })

  it('drops messages that cannot be decoded', () => {
    const { driver } = rig([])
    driver.receive('b', [Uint8Array.of(1, 2, 3), new Uint8Array()])
  })
})
