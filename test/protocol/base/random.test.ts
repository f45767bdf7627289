// The seeded generator: the same seed gives the same numbers, and they spread evenly enough for a simulator.
import { deepEqual, equal, notDeepEqual, ok } from 'node:assert/strict'
import { seededRandom } from '../../../protocol/base/random.ts'

describe('protocol / base / random', () => {
  it('repeats itself from the same seed and differs from another', () => {
    const draw = (seed: number): number[] => {
      const random = seededRandom(seed)
      return Array.from({ length: 50 }, () => random.integer(1_000_000))
    }
    deepEqual(draw(7), draw(7))
    notDeepEqual(draw(7), draw(8))
  })
  it('fills its range evenly', () => {
    const random = seededRandom(1)
    const counts = new Array<number>(10).fill(0)
    for (let i = 0; i < 100_000; i++) counts[random.integer(10)]! += 1
    for (const count of counts) ok(Math.abs(count - 10_000) < 500, `a tenth got ${count}`)
  })
  it('shuffles without losing anything', () => {
    const items = Array.from({ length: 20 }, (_, i) => i)
    const shuffled = seededRandom(3).shuffle(items)
    notDeepEqual(shuffled, items)
    deepEqual([...shuffled].sort((a, b) => a - b), items)
  })
  it('chance keeps its probability', () => {
    const random = seededRandom(5)
    let hits = 0
    for (let i = 0; i < 100_000; i++) if (random.chance(0.1)) hits++
    ok(Math.abs(hits - 10_000) < 500)
    equal(random.chance(0), false)
    equal(random.chance(1), true)
  })
  it('forks into independent generators', () => {
    const random = seededRandom(9)
    const [a, b] = [random.fork(), random.fork()]
    notDeepEqual(Array.from({ length: 5 }, () => a.float()), Array.from({ length: 5 }, () => b.float()))
  })
})
