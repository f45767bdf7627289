// The search for a linear order against a dumb twin that tries every order, on small random histories.
import assert from 'node:assert/strict'
import { seededRandom } from '../../../protocol/base/random.ts'
import { linearizable, step } from '../../../sim/checkers/linearizability.ts'
import type { Operation } from '../../../sim/checkers/linearizability.ts'

/** Every order of every subset that contains all answered operations. */
function dumb(open: readonly Operation[], state: string | undefined): boolean {
  if (open.every((one) => one.outcome === 'maybe')) return true
  return open.some((operation, i) => {
    if (open.some((other) => other.returnUs < operation.callUs)) return false
    const next = step(state, operation)
    return next !== undefined && dumb(open.filter((_, j) => j !== i), next.state)
  })
}

function randomHistory(seed: number): Operation[] {
  const random = seededRandom(seed)
  const values = ['a', 'b', 'c']
  return Array.from({ length: 1 + random.integer(6) }, (): Operation => {
    const callUs = random.integer(12)
    const kind = random.pick(['write', 'create', 'swap', 'read', 'read'] as const)
    const outcome = kind === 'read' ? 'done' : random.pick(['done', 'done', 'refused', 'maybe'] as const)
    return {
      kind,
      value: kind === 'read' ? (random.chance(0.25) ? undefined : random.pick(values)) : random.pick(values),
      expected: kind === 'swap' ? random.pick(values) : undefined,
      callUs,
      returnUs: outcome === 'maybe' ? Infinity : callUs + 1 + random.integer(8),
      outcome: outcome === 'refused' && kind === 'write' ? 'done' : outcome,
    }
  })
}

const operation = (kind: Operation['kind'], value: string | undefined, callUs: number, returnUs: number): Operation =>
  ({ kind, value, expected: undefined, callUs, returnUs, outcome: returnUs === Infinity ? 'maybe' : 'done' })

describe('sim / checkers / linearizability', () => {
  it('agrees with the dumb twin on 6,000 histories', () => {
    const verdicts = { linearizable: 0, violated: 0, undecided: 0 }
    for (let seed = 1; seed <= 6000; seed++) {
      const history = randomHistory(seed)
      const verdict = linearizable(history)
      verdicts[verdict]++
      assert.equal(verdict, dumb(history, undefined) ? 'linearizable' : 'violated', `seed ${seed}: ${JSON.stringify(history)}`)
    }
    assert.ok(verdicts.linearizable > 500 && verdicts.violated > 500)
  })
  it('sees a stale read and a lost write', () => {
    const stale = [operation('write', 'a', 0, 1), operation('write', 'b', 2, 3), operation('read', 'a', 4, 5)]
    assert.equal(linearizable(stale), 'violated')
    assert.equal(linearizable([operation('write', 'a', 0, 1), operation('read', undefined, 2, 3)]), 'violated')
  })
  it('lets an unanswered write happen late or never', () => {
    assert.equal(linearizable([operation('write', 'a', 0, Infinity), operation('read', undefined, 5, 6), operation('read', 'a', 7, 8)]), 'linearizable')
    assert.equal(linearizable([operation('write', 'a', 0, Infinity), operation('read', 'a', 5, 6), operation('read', undefined, 7, 8)]), 'violated')
  })
  it('is quick on long histories of many clients', () => {
    const random = seededRandom(4)
    const history: Operation[] = []
    for (let i = 0; i < 400; i++) history.push(operation(i % 3 === 0 ? 'write' : 'read', `v${i - (i % 3)}`, i * 10, i * 10 + 5 + (i % 3 === 2 ? 0 : random.integer(15))))
    assert.notEqual(linearizable(history), 'undecided')
  })
})
