// Every change of members, interrupted at each of its steps by each of its members: all checks of the stage hold, and the
// change comes to its end under whoever leads then.
import assert from 'node:assert/strict'
import { membersOf } from '../../../protocol/consensus/configuration.ts'
import { changes, playChange, type Accident } from '../../../sim/storm/changes.ts'

describe('sim / changes', () => {
  for (const change of changes) {
    it(`${change.name}, interrupted at every step (P8)`, function () {
      this.timeout(60_000)
      for (const victim of membersOf(change.steps[0] ?? { voters: [], learners: [], witnesses: [] })) {
        for (const accident of accidentsOf(change.steps, victim)) {
          let steps = 0
          while (playChange(change, { victim, accident, at: steps })) steps++
          assert.ok(steps >= 5, `${victim} ${accident}: the change took ${steps} steps`)
        }
      }
    })
  }

  /** For good only a peer that each step can do without: a majority of others in every configuration, and no learner on its way to vote. */
  function accidentsOf(steps: (typeof changes)[number]['steps'], victim: string): readonly Accident[] {
    const spared = steps.every(({ voters, learners }) => voters.filter((peer) => peer !== victim).length * 2 > voters.length && !learners.includes(victim))
    return spared ? ['crash', 'torn', 'gone'] : ['crash', 'torn']
  }
})
