// Collects what the parts of the engine want done until the driver asks for it. Kept apart so that no part knows another.
import type { PeerId } from '../base/ids.ts'
import type { Member } from '../membership/types.ts'
import type { ConsensusMessage } from '../message/consensus.ts'
import type { GossipBatch, Message } from '../message/message.ts'
import type { Assignment, OwnershipMessage } from '../message/ownership.ts'
import type { SpreadingMessage } from '../message/spreading.ts'
import type { Outgoing } from '../consensus/types.ts'
import type { ProposalOutcome, ReadOutcome, Ready } from './types.ts'

interface Addressed {
  readonly to: PeerId
  readonly message: Message
}

/** Everything for the next Ready but saves and committed entries, which come from consensus at that moment. */
export class Outbox {
  #send: Addressed[] = []
  publish: GossipBatch[] = []
  proposals: ProposalOutcome[] = []
  reads: ReadOutcome[] = []
  members: Member[] = []
  works: Assignment[] = []
  assign: Assignment[] = []
  fetchSnapshot: Ready['fetchSnapshot']

  consensus(to: PeerId, body: ConsensusMessage): void {
    this.#send.push({ to, message: { zone: 'consensus', body } })
  }

  spreading(to: PeerId, body: SpreadingMessage): void {
    this.#send.push({ to, message: { zone: 'spreading', body } })
  }

  ownership(to: PeerId, body: OwnershipMessage): void {
    this.#send.push({ to, message: { zone: 'ownership', body } })
  }

  add(to: PeerId, message: Message): void {
    this.#send.push({ to, message })
  }

  get empty(): boolean {
    return (
      this.#send.length === 0 &&
      this.publish.length === 0 &&
      this.proposals.length === 0 &&
      this.reads.length === 0 &&
      this.members.length === 0 &&
      this.works.length === 0 &&
      this.assign.length === 0 &&
      this.fetchSnapshot === undefined
    )
  }

  /** Hands everything out and is empty again. */
  take(): Omit<Ready, 'save' | 'sendAfterSave' | 'committed'> {
    const { publish, proposals, reads, members, works, assign, fetchSnapshot } = this
    const send = this.#send
    this.#send = []
    this.publish = []
    this.proposals = []
    this.reads = []
    this.members = []
    this.works = []
    this.assign = []
    this.fetchSnapshot = undefined
    return { send, publish, proposals, reads, members, works, assign, fetchSnapshot }
  }
}

/** Consensus messages in their envelope. */
export function inEnvelopes(messages: readonly Outgoing[]): Addressed[] {
  return messages.map(({ to, message }) => ({ to, message: { zone: 'consensus', body: message } }))
}
