// The local health multiplier stays within its bounds.
import assert from 'node:assert/strict'
import { LocalHealth } from '../../../protocol/membership/local-health.ts'

describe('protocol / membership / local health', () => {
  it('saturates at both ends', () => {
    const health = new LocalHealth()
    health.note(-3)
    assert.equal(health.score, 0)
    assert.equal(health.stretchMs(100), 100)
    for (let i = 0; i < 20; i++) health.note(1)
    assert.equal(health.score, 8)
    assert.equal(health.stretchMs(100), 900)
  })
})
