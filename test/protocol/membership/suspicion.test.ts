// Lifeguard's suspicion timeout (section IV-C): from the most down to the least, along a logarithm of the confirmations.
import assert from 'node:assert/strict'
import { suspicionMaxMs, suspicionMinMs } from '../../../protocol/membership/limits.ts'
import { neededConfirmations, suspicionIsOver, suspicionTimeoutMs } from '../../../protocol/membership/suspicion.ts'

describe('protocol / membership / suspicion', () => {
  it('falls with each confirmation and ends at the least', () => {
    const times = [0, 1, 2, 3, 4].map((confirmations) => suspicionTimeoutMs(confirmations, 50))
    assert.equal(times[0], suspicionMaxMs)
    assert.equal(times[3], suspicionMinMs)
    for (let i = 1; i < 4; i++) assert.ok((times[i] ?? 0) < (times[i - 1] ?? 0))
    assert.equal(times[4], suspicionMinMs)
  })
  it('waits for no one when nobody can confirm', () => {
    assert.equal(neededConfirmations(0), 0)
    assert.equal(suspicionTimeoutMs(0, 0), suspicionMinMs)
  })
  it('is over after the timeout and not before', () => {
    const suspicion = { startedMs: 100, by: new Set(['a']), condemned: false, crashed: false, nextAskMs: 0 }
    assert.equal(suspicionIsOver(suspicion, 0, 99 + suspicionMinMs), false)
    assert.equal(suspicionIsOver(suspicion, 0, 100 + suspicionMinMs), true)
  })
  it('a word of death - the least wait is enough, and none less', () => {
    const suspicion = { startedMs: 100, by: new Set(['a']), condemned: true, crashed: false, nextAskMs: 0 }
    assert.equal(suspicionIsOver(suspicion, 9, 99 + suspicionMinMs), false)
    assert.equal(suspicionIsOver(suspicion, 9, 100 + suspicionMinMs), true)
  })
})
