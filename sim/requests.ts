// The requests that clients have under way at one peer: writes that are proposed until they are seen applied, and reads
// that wait until the peer has applied what they must show. As in the daemon, a write is proposed again under the same
// number until its time is up, and what is not known by then may still happen.
import type { LogIndex, PeerId, Revision } from '../protocol/base/ids.ts'
import type { PeerEngine, ProposalOutcome, ReadOutcome } from '../protocol/engine/types.ts'
import { encodeTransaction } from '../protocol/message/codec.ts'
import type { Transaction, TransactionResult } from '../protocol/message/transaction.ts'
import type { AppliedEntry, StateMachine } from '../protocol/state/machine.ts'
import type { SimUs, World } from './world.ts'

/** How long a peer goes on with one request. */
export const requestTimeoutUs = 4_000_000
/** A write without an answer is proposed again after this. */
export const repeatUs = 700_000

export type WriteAnswer = TransactionResult | { readonly kind: 'maybe' }
export type ReadAnswer =
  /** The key's value and the version of its last write, in the state at `revision`. */
  | { readonly kind: 'value'; readonly value: Uint8Array | undefined; readonly version: Revision; readonly revision: Revision }
  | { readonly kind: 'none' }

interface PendingWrite {
  readonly counter: number
  readonly command: Uint8Array
  readonly untilUs: SimUs
  repeatAtUs: SimUs
  readonly answer: (answer: WriteAnswer) => void
}

interface PendingRead {
  readonly key: string
  readonly untilUs: SimUs
  atIndex: LogIndex | undefined
  context: number
  repeatAtUs: SimUs
  readonly answer: (answer: ReadAnswer) => void
}

export class Requests {
  readonly #world: World
  readonly #peer: PeerId
  readonly #engine: PeerEngine
  #writes = new Map<number, PendingWrite>()
  #reads = new Set<PendingRead>()
  #context = 0

  constructor(world: World, peer: PeerId, engine: PeerEngine) {
    this.#world = world
    this.#peer = peer
    this.#engine = engine
  }

  write(counter: number, transaction: Transaction, answer: (answer: WriteAnswer) => void): void {
    const command = encodeTransaction(transaction)
    const nowUs = this.#world.nowUs
    this.#writes.set(counter, { counter, command, untilUs: nowUs + requestTimeoutUs, repeatAtUs: nowUs + repeatUs, answer })
    this.#engine.propose({ peer: this.#peer, counter }, command)
  }

  read(key: string, answer: (answer: ReadAnswer) => void): void {
    this.#context++
    const nowUs = this.#world.nowUs
    this.#reads.add({ key, untilUs: nowUs + requestTimeoutUs, atIndex: undefined, context: this.#context, repeatAtUs: nowUs + repeatUs, answer })
    this.#engine.read(this.#context)
  }

  refused(outcomes: readonly ProposalOutcome[]): void {
    for (const { proposal } of outcomes) {
      const write = this.#writes.get(proposal.counter)
      if (write !== undefined) write.repeatAtUs = Math.min(write.repeatAtUs, this.#world.nowUs + repeatUs / 4)
    }
  }

  readAnswers(outcomes: readonly ReadOutcome[]): void {
    for (const outcome of outcomes) {
      for (const read of this.#reads) {
        if (read.context !== outcome.context || read.atIndex !== undefined) continue
        if (outcome.kind === 'confirmed') read.atIndex = outcome.index
        else read.repeatAtUs = Math.min(read.repeatAtUs, this.#world.nowUs + repeatUs / 4)
      }
    }
  }

  applied(outcome: AppliedEntry): void {
    if (outcome.command === undefined || outcome.command.proposal.peer !== this.#peer) return
    const write = this.#writes.get(outcome.command.proposal.counter)
    if (write === undefined) return
    this.#writes.delete(write.counter)
    write.answer(outcome.command.result)
  }

  /** Answers the reads that the state is new enough for. */
  serve(machine: StateMachine): void {
    for (const read of this.#reads) {
      if (read.atIndex === undefined || machine.index < read.atIndex) continue
      this.#reads.delete(read)
      const row = machine.keys.get(read.key)
      read.answer({ kind: 'value', value: row?.value, version: row?.revision ?? 0, revision: machine.revision })
    }
  }

  /** Proposes and asks again, and gives up. */
  tick(): void {
    const nowUs = this.#world.nowUs
    for (const write of this.#writes.values()) {
      if (nowUs >= write.untilUs) {
        this.#writes.delete(write.counter)
        write.answer({ kind: 'maybe' })
      } else if (nowUs >= write.repeatAtUs) {
        write.repeatAtUs = nowUs + repeatUs
        this.#engine.propose({ peer: this.#peer, counter: write.counter }, write.command)
      }
    }
    for (const read of this.#reads) {
      if (nowUs >= read.untilUs) {
        this.#reads.delete(read)
        read.answer({ kind: 'none' })
      } else if (read.atIndex === undefined && nowUs >= read.repeatAtUs) {
        // A new context: the answer to an older asking must not be taken for this one's.
        this.#context++
        read.context = this.#context
        read.repeatAtUs = nowUs + repeatUs
        this.#engine.read(read.context)
      }
    }
  }

  /** The process ends: nobody will hear the answers. */
  abandon(): void {
    const writes = [...this.#writes.values()]
    const reads = [...this.#reads]
    this.#writes.clear()
    this.#reads.clear()
    for (const write of writes) write.answer({ kind: 'maybe' })
    for (const read of reads) read.answer({ kind: 'none' })
  }
}
