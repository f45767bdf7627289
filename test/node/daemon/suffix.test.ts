// The ends of generated names: their length and their letters.
import assert from 'node:assert/strict'
import { seededRandom } from '../../../protocol/base/random.ts'
import { nameSuffix } from '../../../node/daemon/suffix.ts'

describe('daemon / suffix', () => {
  it('has the length asked for, and letters that spell no words', () => {
    const random = seededRandom(1)
    for (let length = 0; length < 20; length++) assert.match(nameSuffix((below) => random.integer(below), length), new RegExp(`^[bcdfghjklmnpqrstvwxz2456789]{${length}}$`))
  })
})
