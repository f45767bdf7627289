// Remembers what became of each peer's latest proposals, so that one which was sent again after a change of leader is
// recognised when it is applied (Ongaro's thesis, section 6.3). Each peer has a ring of slots by counter; a slot only ever
// moves to a greater counter, so nothing is applied twice even when a peer's counters jump.
import { proposalWindow } from './limits.ts'
import type { ProposalId, TransactionResult } from '../message/transaction.ts'
import type { ResultRow } from './rows.ts'

/** The remembered results of all peers; at most `proposalWindow` for each. */
export class ProposalResults {
  readonly #peers = new Map<string, Map<number, ResultRow>>()

  /** The slot's row, if its counter is at least the proposal's: that very proposal, or a later one that took its place. */
  find(proposal: ProposalId): ResultRow | undefined {
    const row = this.#peers.get(proposal.peer)?.get(slot(proposal.counter))
    return row !== undefined && row.counter >= proposal.counter ? row : undefined
  }

  /** Remembers a result; answers the row that it replaced. */
  put(row: ResultRow): ResultRow | undefined {
    let slots = this.#peers.get(row.peer)
    if (slots === undefined) {
      slots = new Map()
      this.#peers.set(row.peer, slots)
    }
    const replaced = slots.get(slot(row.counter))
    slots.set(slot(row.counter), row)
    return replaced
  }

  all(): ResultRow[] {
    return [...this.#peers.values()].flatMap((slots) => [...slots.values()])
  }
}

/** Which of its peer's slots a proposal has. */
export function slot(counter: number): number {
  return counter % proposalWindow
}

/** The answer to a repetition whose result was forgotten: it is not applied again. The condition is none of its own. */
export function forgotten(revision: number): TransactionResult {
  return { kind: 'refused', condition: -1, revision }
}
