// Majorities. Small and without state, because everything that Raft promises rests on it; the tests hold it to a second,
// dumb implementation.
import { assert } from '../base/assert.ts'
import type { PeerId } from '../base/ids.ts'

/** How many of `voters` make a majority. */
export function majority(voters: number): number {
  return Math.floor(voters / 2) + 1
}

/** The greatest value that a majority of `voters` has reached. With no voters nothing is ever reached: 0. */
export function reachedByMajority(voters: readonly PeerId[], valueOf: (peer: PeerId) => number): number {
  const count = voters.length
  if (count === 0) return 0
  const values: number[] = []
  for (const voter of voters) {
    // Insertion keeps the few values in order without a comparison function.
    const value = valueOf(voter)
    let at = values.length
    for (; at > 0 && (values[at - 1] ?? 0) > value; at--) values[at] = values[at - 1] ?? 0
    values[at] = value
  }
  const reached = values[count - majority(count)]
  assert(reached !== undefined, 'a majority has a last member')
  return reached
}

/** What the votes so far amount to. */
export function countVotes(voters: readonly PeerId[], votes: ReadonlyMap<PeerId, boolean>): 'won' | 'lost' | 'open' {
  let granted = 0
  let refused = 0
  for (const voter of voters) {
    const vote = votes.get(voter)
    if (vote === true) granted++
    else if (vote === false) refused++
  }
  const needed = majority(voters.length)
  if (voters.length > 0 && granted >= needed) return 'won'
  return refused > voters.length - needed ? 'lost' : 'open'
}
