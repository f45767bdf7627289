// Times and durations in the forms that Kubernetes prints.
import assert from 'node:assert/strict'
import { ageCell, parseTime, shortDuration } from '../../../node/objects/times.ts'

const second = 1000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour

describe('objects / times', () => {
  it('brings accepted text into the canonical form', () => {
    const time = parseTime('2001-02-03T04:05:06.789+01:00', 'Time')
    assert.ok(time.ok && time.text === '2001-02-03T03:05:06Z')
    const micro = parseTime('2001-02-03T04:05:06.123456Z', 'MicroTime')
    assert.ok(micro.ok && micro.text === '2001-02-03T04:05:06.123456Z')
    assert.ok(!parseTime('2001-02-30', 'Time').ok)
  })

  it('shortens durations step by step', () => {
    const shown: readonly (readonly [number, string])[] = [
      [-5 * second, '<invalid>'], [0, '0s'], [119 * second, '119s'], [2 * minute, '2m'], [3 * minute + 20 * second, '3m20s'], [10 * minute + second, '10m'], [179 * minute, '179m'],
      [3 * hour + 5 * minute, '3h5m'], [9 * hour + minute, '9h'], [47 * hour, '47h'], [2 * day + 4 * hour, '2d4h'], [8 * day + hour, '8d'], [700 * day, '700d'], [740 * day, '2y10d'], [9 * 365 * day, '9y'],
    ]
    for (const [durationMs, text] of shown) assert.equal(shortDuration(durationMs), text)
    assert.equal(ageCell(undefined, 0), '<unknown>')
  })
})
