// Majorities against a second, dumb implementation that counts every subset's smallest member.
import { strict as assert } from 'node:assert'
import fc from 'fast-check'
import { countVotes, majority, reachedByMajority } from '../../../protocol/consensus/quorum.ts'

/** The greatest value such that more than half of all have at least it. */
function dumbReached(values: readonly number[]): number {
  const reached = values.filter((value) => values.filter((other) => other >= value).length * 2 > values.length)
  return reached.length === 0 ? 0 : Math.max(...reached)
}

describe('protocol / consensus / quorum', () => {
  it('a majority is more than half', () => {
    assert.deepEqual([1, 2, 3, 4, 5, 6, 7].map(majority), [1, 2, 2, 3, 3, 4, 4])
  })

  it('agrees with the dumb twin on what a majority has reached', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(20), { maxLength: 7 }), (values) => {
        const peers = values.map((_, i) => String(i))
        assert.equal(reachedByMajority(peers, (peer) => values[Number(peer)] ?? 0), dumbReached(values))
      }),
    )
  })

  it('counts only voters, and is open until one side has it', () => {
    const votes = fc.array(fc.constantFrom(true, false, undefined), { minLength: 1, maxLength: 7 })
    fc.assert(
      fc.property(votes, (list) => {
        const peers = list.map((_, i) => String(i))
        const given = new Map<string, boolean>([['stranger', true]])
        list.forEach((vote, i) => vote !== undefined && given.set(String(i), vote))
        const yes = list.filter((vote) => vote === true).length
        const no = list.filter((vote) => vote === false).length
        const expected = yes * 2 > list.length ? 'won' : (list.length - no) * 2 <= list.length ? 'lost' : 'open'
        assert.equal(countVotes(peers, given), expected)
      }),
    )
    assert.notEqual(countVotes([], new Map([['a', true]])), 'won')
  })
})
