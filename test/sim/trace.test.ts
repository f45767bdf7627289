// The trace: its hash depends on everything mixed in and on the order; its lines are made only while recording.
import assert from 'node:assert/strict'
import { maxTraceLines, Trace } from '../../sim/trace.ts'

describe('sim / trace', () => {
  it('hashes values and their order', () => {
    const hashOf = (values: readonly number[]): string => {
      const trace = new Trace(false)
      for (const value of values) trace.mix(value)
      return trace.hash()
    }
    assert.equal(hashOf([1, 2, 3]), hashOf([1, 2, 3]))
    assert.notEqual(hashOf([1, 2, 3]), hashOf([1, 3, 2]))
    assert.notEqual(hashOf([2 ** 40]), hashOf([2 ** 41]))
    assert.match(hashOf([]), /^[0-9a-f]{16}$/)
  })
  it('keeps the last lines, and asks for none when not recording', () => {
    const silent = new Trace(false)
    silent.line(0, () => assert.fail('not asked'))
    const trace = new Trace(true)
    for (let i = 0; i < 3 * maxTraceLines; i++) trace.line(i, () => `line ${i}`)
    assert.equal(trace.timeline(2).length, 2)
    assert.match(trace.timeline(1)[0] ?? '', new RegExp(`line ${3 * maxTraceLines - 1}$`))
    assert.equal(trace.timeline(10 * maxTraceLines).length <= maxTraceLines, true)
  })
})
