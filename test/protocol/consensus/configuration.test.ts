// Configurations by position: in force when appended, back when truncated, and one voter at a time (thesis, section 4.1).
import { strict as assert } from 'node:assert'
import { ConfigurationHistory, refuseChange } from '../../../protocol/consensus/configuration.ts'
import type { Configuration } from '../../../protocol/message/entry.ts'

function of(voters: string, learners = ''): Configuration {
  return { voters: [...voters], learners: [...learners], witnesses: [] }
}

describe('protocol / consensus / configuration', () => {
  it('falls back when its entry is truncated (P8)', () => {
    const history = new ConfigurationHistory(0, of('a'))
    history.append(5, of('a', 'b'))
    history.append(7, of('ab'))
    assert.equal(history.truncate(6), true)
    assert.deepEqual(history.current, of('a', 'b'))
    assert.equal(history.truncate(6), false)
    assert.equal(history.truncate(1), true)
    assert.deepEqual(history.current, of('a'))
  })

  it('knows what was in force at a position, also after compaction', () => {
    const history = new ConfigurationHistory(0, of('a'))
    history.append(5, of('a', 'b'))
    history.append(7, of('ab'))
    assert.deepEqual(history.at(6), of('a', 'b'))
    history.compact(6)
    assert.deepEqual(history.at(6), of('a', 'b'))
    assert.deepEqual(history.current, of('ab'))
    assert.equal(history.currentIndex, 7)
  })

  it('lets one voter come or go at a time, and only learners come', () => {
    assert.equal(refuseChange(of('abc', 'd'), of('abcd')), undefined)
    assert.equal(refuseChange(of('abc'), of('ab')), undefined)
    assert.equal(refuseChange(of('abc'), of('abc', 'de')), undefined)
    assert.ok(refuseChange(of('abc'), of('abcd')))
    assert.ok(refuseChange(of('abc', 'd'), of('abd')))
    assert.ok(refuseChange(of('abc', 'de'), of('abcde')))
    assert.ok(refuseChange(of('a'), of('')))
    assert.ok(refuseChange(of('ab'), of('ab', 'b')))
  })
})
