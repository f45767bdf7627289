// The driver carries out what the engine decides, in the order of the Ready's fields: what may leave at once leaves, the
// save goes to the log, and what depends on it leaves only after it has been synced. It decides nothing itself.
// Whatever happens outside comes in through one of its methods; at the end of the turn the engine is asked once for all of it.
import { assert } from '../../protocol/base/assert.ts'
import type { ClusterId, LogIndex, PeerId } from '../../protocol/base/ids.ts'
import type { ConnectionLoss } from '../../protocol/membership/types.ts'
import type { Applied, EngineStatus, PeerEngine, Ready } from '../../protocol/engine/types.ts'
import { decodeMessage, encodeMessage } from '../../protocol/message/codec.ts'
import type { SnapshotMark } from '../../protocol/message/entry.ts'
import { MessageError } from '../../protocol/message/errors.ts'
import type { GossipBatch, Message } from '../../protocol/message/message.ts'
import type { WorkReport } from '../../protocol/message/ownership.ts'
import type { Clock } from '../base/clock.ts'
import type { Logger } from '../base/logger.ts'
import { CommitQueue } from './commit-queue.ts'
import type { Refusals } from './refusals.ts'
import { SaveQueue } from './save-queue.ts'
import type { PeerLog, Report } from './types.ts'

/** What the driver drives. */
export interface DriverDeps {
  readonly engine: PeerEngine
  readonly log: PeerLog
  readonly clock: Clock
  readonly logger: Logger
  readonly refusals: Refusals
  readonly send: (to: PeerId, frame: Uint8Array) => void
  readonly publish: (batch: GossipBatch) => void
  /** Calls its argument at the end of the turn. */
  readonly soon: (run: () => void) => void
  readonly report: (report: Report, transfer?: readonly Uint8Array[]) => void
  readonly fetchSnapshot: (wanted: { readonly atLeast: LogIndex; readonly from: readonly PeerId[] }) => void
  /** The log cannot be written any more: the peer must end (P3). */
  readonly failed: (error: unknown) => void
}

export interface DriverOptions {
  readonly self: PeerId
  readonly cluster: ClusterId
}

type Letter = { readonly to: PeerId; readonly message: Message }

export class Driver {
  readonly #deps: DriverDeps
  readonly #self: PeerId
  readonly #cluster: ClusterId
  readonly #saves: SaveQueue
  readonly #commits: CommitQueue
  #pumping = false
  #pumpComes = false
  #broken = false
  /** Sequence of the newest save handed to the log, and of the newest that is synced. */
  #savedTo = 0
  #savingTo = 0
  #waiting: { readonly after: number; readonly letters: readonly Letter[] }[] = []

  constructor(deps: DriverDeps, options: DriverOptions) {
    this.#deps = deps
    this.#self = options.self
    this.#cluster = options.cluster
    this.#commits = new CommitQueue((entries) => deps.report({ kind: 'committed', entries }, [entries]))
    this.#saves = new SaveQueue({ ...deps, diskFull: (full) => this.#room(full) }, (sequence) => this.#saved(sequence), (error) => {
      this.#broken = true
      deps.failed(error)
    })
  }

  tick(): void {
    const { engine, clock } = this.#deps
    engine.tick(clock.bootMs(), clock.wallMs())
    this.#pumpSoon()
  }

  /** Messages of one peer, as they arrived together. What cannot be decoded is dropped. */
  receive(from: PeerId, frames: readonly Uint8Array[]): void {
    for (const frame of frames) {
      try {
        this.#deps.engine.step(from, decodeMessage(this.#cluster, frame))
      } catch (error) {
        if (!(error instanceof MessageError)) throw error
        this.#deps.refusals.refused('message', from, { reason: error.message })
      }
    }
    this.#pumpSoon()
  }

  gossiped(batch: GossipBatch): void {
    this.#deps.engine.gossiped(batch)
    this.#pumpSoon()
  }

  propose(counter: number, command: Uint8Array): void {
    this.#deps.engine.propose({ peer: this.#self, counter }, command)
    this.#pumpSoon()
  }

  read(context: number): void {
    this.#deps.engine.read(context)
    this.#pumpSoon()
  }

  applied(applied: Applied): void {
    this.#commits.applied(applied.index)
    this.#deps.engine.applied(applied)
    this.#pumpSoon()
  }

  snapshotInstalled(mark: SnapshotMark): void {
    this.#commits.applied(mark.index)
    this.#deps.engine.snapshotInstalled(mark)
    this.#pumpSoon()
  }

  connectionLost(peer: PeerId, loss: ConnectionLoss): void {
    this.#deps.engine.connectionLost(peer, loss)
    this.#pumpSoon()
  }

  announce(addresses: readonly string[]): void {
    this.#deps.engine.announce(addresses)
    this.#pumpSoon()
  }

  beat(healthy: boolean, reports: readonly WorkReport[] | undefined): void {
    this.#deps.engine.health(healthy)
    if (reports !== undefined) this.#deps.engine.report(reports)
    this.#pumpSoon()
  }

  /** Hands leadership over; the driver goes on, so that the words leave. */
  stop(leave: boolean): void {
    this.#deps.engine.stop(leave)
    this.#pumpSoon()
  }

  leaseOver(peer: PeerId): boolean {
    return this.#deps.engine.leaseOver(peer)
  }

  status(): EngineStatus {
    return this.#deps.engine.status()
  }

  /** Many inputs of one turn make one append, one save and one packet a peer. */
  #pumpSoon(): void {
    if (this.#pumpComes) return
    this.#pumpComes = true
    this.#deps.soon(() => {
      this.#pumpComes = false
      this.pump()
    })
  }

  /** Carries out everything that is ready. Input that arrives meanwhile is taken up by the same loop. */
  pump(): void {
    if (this.#pumping || this.#broken) return
    this.#pumping = true
    try {
      for (let ready = this.#deps.engine.ready(); ready !== undefined && !this.#broken; ready = this.#deps.engine.ready()) this.#carryOut(ready)
    } finally {
      this.#pumping = false
    }
  }

  #carryOut(ready: Ready): void {
    const { report, publish, fetchSnapshot } = this.#deps
    this.#post(ready.send)
    if (ready.save !== undefined) this.#save(ready.save)
    if (ready.sendAfterSave.length > 0) {
      if (this.#savedTo === this.#savingTo) this.#post(ready.sendAfterSave)
      else this.#waiting.push({ after: this.#savingTo, letters: ready.sendAfterSave })
    }
    for (const batch of ready.publish) publish(batch)
    this.#commits.push(ready.committed)
    if (ready.fetchSnapshot !== undefined) fetchSnapshot(ready.fetchSnapshot)
    for (const { kind, proposal } of ready.proposals) report({ kind: 'outcome', counter: proposal.counter, outcome: kind })
    for (const read of ready.reads) report({ kind: 'read', context: read.context, index: read.kind === 'confirmed' ? read.index : undefined })
    if (ready.members.length > 0) report({ kind: 'members', members: ready.members })
    if (ready.works.length > 0) report({ kind: 'works', works: ready.works })
    if (ready.assign.length > 0) report({ kind: 'assign', assignments: ready.assign })
  }

  #post(letters: readonly Letter[]): void {
    for (const { to, message } of letters) this.#deps.send(to, encodeMessage(this.#cluster, message))
  }

  /** A peer that cannot write holds no work and leads nobody (P7); the main thread refuses writes meanwhile. */
  #room(full: boolean): void {
    this.#deps.engine.room(full)
    this.#deps.report({ kind: 'disk', full })
    this.pump()
  }

  #save(save: NonNullable<Ready['save']>): void {
    assert(save.sequence > this.#savingTo, 'saves come in order')
    this.#savingTo = save.sequence
    this.#saves.push(save)
  }

  #saved(sequence: number): void {
    if (this.#broken) return
    assert(sequence > this.#savedTo, 'saves end in order')
    this.#savedTo = sequence
    this.#deps.engine.saved(sequence)
    const due = this.#waiting.findIndex((waiting) => waiting.after > sequence)
    for (const { letters } of this.#waiting.splice(0, due === -1 ? this.#waiting.length : due)) this.#post(letters)
    this.#pumpSoon()
  }
}
