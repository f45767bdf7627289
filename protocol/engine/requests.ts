// This peer's own proposals and reads, on their way to whoever leads: sent, sent again to a new leader, and given up after
// the deadline. A retry of a proposal keeps its id, so that it is applied once; a retry of a read gets a new context, so
// that no old answer confirms it (P11). It does not decide who leads.
import { maxOwnRequests, requestCheckMs, requestDeadlineMs, requestRetryMs } from './limits.ts'
import type { BootMs, PeerId } from '../base/ids.ts'
import type { ConsensusMessage } from '../message/consensus.ts'
import type { ProposalId } from '../message/transaction.ts'
import type { Outbox } from './outbox.ts'

interface Attempt {
  sentTo: PeerId | undefined
  sentMs: BootMs
  readonly deadlineMs: BootMs
}

interface OwnProposal extends Attempt {
  readonly proposal: ProposalId
  readonly command: Uint8Array
  attempts: number
}

interface OwnRead extends Attempt {
  readonly context: number
  wire: number
}

export interface RequestsDeps {
  readonly outbox: Outbox
  /** Whom to ask now: the leader when it is known, else some voter, another one with each call; undefined when nobody is known. */
  readonly target: () => PeerId | undefined
  /** Carries a request to `to`, which may be this peer. */
  readonly deliver: (to: PeerId, message: ConsensusMessage & { readonly kind: 'propose' | 'read' }) => void
  /** How far this peer knows the log. */
  readonly applied: () => number
}

/** All requests of this peer that are not answered. */
export class Requests {
  readonly #deps: RequestsDeps
  readonly #proposals = new Map<number, OwnProposal>()
  readonly #reads = new Map<number, OwnRead>()
  #nextWire: number
  #nextCheckMs: BootMs = 0
  #lastLeader: PeerId | undefined

  /** `firstContext` differs from life to life, so that answers to an earlier one are recognised. */
  constructor(deps: RequestsDeps, firstContext: number) {
    this.#deps = deps
    this.#nextWire = firstContext
  }

  propose(proposal: ProposalId, command: Uint8Array, nowMs: BootMs): void {
    if (this.#proposals.size >= maxOwnRequests) {
      this.#deps.outbox.proposals.push({ kind: 'overloaded', proposal })
      return
    }
    const own = { proposal, command, sentTo: undefined, sentMs: -Infinity, deadlineMs: nowMs + requestDeadlineMs, attempts: 0 }
    this.#proposals.set(proposal.counter, own)
    this.#sendProposal(own, nowMs)
  }

  read(context: number, nowMs: BootMs): void {
    if (this.#reads.size >= maxOwnRequests) {
      this.#deps.outbox.reads.push({ kind: 'noLeader', context })
      return
    }
    this.#sendRead({ context, wire: 0, sentTo: undefined, sentMs: -Infinity, deadlineMs: nowMs + requestDeadlineMs }, nowMs)
  }

  /** Sends again what found no answer, gives up what waited too long. */
  tick(nowMs: BootMs, leader: PeerId | undefined): void {
    // What waits for somebody to lead does not wait for the next look too.
    if (nowMs < this.#nextCheckMs && leader === this.#lastLeader) return
    this.#nextCheckMs = nowMs + requestCheckMs
    this.#lastLeader = leader
    if (this.#proposals.size === 0 && this.#reads.size === 0) return
    for (const own of [...this.#proposals.values()]) {
      if (nowMs >= own.deadlineMs) {
        this.#proposals.delete(own.proposal.counter)
        this.#deps.outbox.proposals.push({ kind: 'noLeader', proposal: own.proposal })
      } else if (isDue(own, nowMs, leader)) this.#sendProposal(own, nowMs)
    }
    for (const own of [...this.#reads.values()]) {
      if (nowMs >= own.deadlineMs) {
        this.#reads.delete(own.wire)
        this.#deps.outbox.reads.push({ kind: 'noLeader', context: own.context })
      } else if (isDue(own, nowMs, leader)) this.#sendRead(own, nowMs)
    }
  }

  /** The log has it: nothing is left to do. */
  committed(proposal: ProposalId): void {
    this.#proposals.delete(proposal.counter)
  }

  /** The asked peer could not append it: asked again at the next look, or given up when it is the first answer. */
  refused(proposal: ProposalId, outcome: 'notLeader' | 'overloaded'): void {
    const own = this.#proposals.get(proposal.counter)
    if (own === undefined) return
    own.sentTo = undefined
    // After a retry an earlier attempt may be in the log, so that `overloaded` would say too much.
    if (outcome === 'notLeader' || own.attempts > 1) return
    this.#proposals.delete(proposal.counter)
    this.#deps.outbox.proposals.push({ kind: 'overloaded', proposal })
  }

  /** An answer to a read. True when it was one of ours and confirmed it. */
  readAnswered(wire: number, index: number | undefined): boolean {
    const own = this.#reads.get(wire)
    if (own === undefined) return false
    if (index === undefined) {
      own.sentTo = undefined
      return false
    }
    this.#reads.delete(wire)
    this.#deps.outbox.reads.push({ kind: 'confirmed', context: own.context, index })
    return true
  }

  #sendProposal(own: OwnProposal, nowMs: BootMs): void {
    const to = this.#deps.target()
    own.sentTo = to
    own.sentMs = nowMs
    if (to === undefined) return
    own.attempts++
    this.#deps.deliver(to, { kind: 'propose', proposal: own.proposal, command: own.command })
  }

  #sendRead(own: OwnRead, nowMs: BootMs): void {
    this.#reads.delete(own.wire)
    own.wire = this.#nextWire++
    this.#reads.set(own.wire, own)
    const to = this.#deps.target()
    own.sentTo = to
    own.sentMs = nowMs
    if (to !== undefined) this.#deps.deliver(to, { kind: 'read', context: own.wire, applied: this.#deps.applied() })
  }
}

/** Nobody was asked, somebody who leads no more was asked, or no answer came. */
function isDue(attempt: Attempt, nowMs: BootMs, leader: PeerId | undefined): boolean {
  if (attempt.sentTo === undefined) return true
  if (leader !== undefined && attempt.sentTo !== leader) return true
  return nowMs - attempt.sentMs >= requestRetryMs
}
