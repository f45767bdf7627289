// Shrinking finds the few that matter among many, needs few tries for it, and stops when it is told to.
import assert from 'node:assert/strict'
import { seededRandom } from '../../../protocol/base/random.ts'
import { shrink } from '../../../sim/faults/shrink.ts'

const numbers = (count: number): readonly number[] => Array.from({ length: count }, (_, i) => i)
const always = (): boolean => true

describe('sim / faults / shrink', () => {
  it('keeps exactly what matters, in its order', async () => {
    const random = seededRandom(7)
    for (let round = 0; round < 50; round++) {
      const whole = numbers(1 + random.integer(200))
      const needed = random.shuffle(whole).slice(0, 1 + random.integer(4))
      const { kept, minimal } = await shrink(whole, (part) => needed.every((one) => part.includes(one)), always)
      assert.deepEqual([...kept], [...new Set(needed)].sort((a, b) => a - b))
      assert.equal(minimal, true)
    }
  })
  it('finds two of a thousand in a few hundred tries', async () => {
    const { kept, tries } = await shrink(numbers(1000), (part) => part.includes(3) && part.includes(900), always)
    assert.deepEqual(kept, [3, 900])
    assert.ok(tries < 300, `${tries} tries`)
  })
  it('leaves nothing when the faults have nothing to do with it', async () => {
    assert.deepEqual(await shrink(numbers(50), always, always), { kept: [], tries: 1, minimal: true })
  })
  it('ends when it is told to, with what it has', async () => {
    const { kept, tries, minimal } = await shrink(numbers(100), (part) => part.includes(5), (tried) => tried < 3)
    assert.equal(tries, 3)
    assert.equal(minimal, false)
    assert.ok(kept.includes(5) && kept.length < 100)
  })
})
