// Who is known, who may be asked, and who is fed by nobody: the agreed state admits and removes, messages only make contacts.
import { strict as assert } from 'node:assert'
import { seededRandom } from '../../../protocol/base/random.ts'
import { Raft } from '../../../protocol/consensus/raft.ts'
import { Outbox } from '../../../protocol/engine/outbox.ts'
import { Roster } from '../../../protocol/engine/roster.ts'
import { createMembership } from '../../../protocol/membership/membership.ts'
import { record } from './harness.ts'

function made(): Roster {
  const configuration = { voters: ['a', 'b'], learners: [], witnesses: [] }
  const recovered = { hardState: { term: 1, vote: undefined, commit: 0 }, snapshot: { index: 0, term: 0, configuration }, entries: [], mayVote: true }
  return new Roster('a', new Raft('a', recovered, seededRandom(1)), createMembership({ self: 'a' }, seededRandom(2)))
}

describe('protocol / engine / roster', () => {
  it('asks voters and contacts until the agreed state names peers', () => {
    const roster = made()
    roster.hear('x', 5)
    assert.deepEqual([...roster.reachable()].sort(), ['b', 'x'])
    roster.agreed([record('a'), record('c')], 10)
    assert.deepEqual(roster.reachable(), ['c'])
    assert.deepEqual([roster.heardSince('x', 5), roster.heardSince('x', 6)], [true, false])
  })

  it('counts members outside the configuration as mirrors, and says who is gone', () => {
    const roster = made()
    assert.deepEqual(roster.agreed([record('a'), record('b'), record('c')], 0), [])
    assert.deepEqual(roster.mirrors(), ['c'])
    assert.deepEqual(roster.agreed([record('a'), record('b')], 0), ['c'])
    assert.deepEqual(roster.mirrors(), [])
  })

  it('hands on what membership wants told', () => {
    const roster = made()
    const outbox = new Outbox()
    roster.agreed([record('a'), record('b')], 0)
    roster.tick(1000)
    roster.collect(outbox)
    const out = outbox.take()
    assert.ok(out.members.some((member) => member.peer === 'b'))
    assert.ok(out.send.some(({ message }) => message.zone === 'membership'))
    assert.equal(outbox.empty, true)
  })
})
