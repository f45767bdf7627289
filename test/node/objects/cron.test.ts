// Cron schedules: what is read, what is refused and in which words, and when they come due, in zones that change their clocks.
import assert from 'node:assert/strict'
import { isTimeZone, parseSchedule } from '../../../node/objects/cron.ts'

function times(text: string, zone: string, from: string, count: number): readonly string[] {
  const parsed = parseSchedule(text, zone)
  assert.ok(parsed.ok)
  const found: string[] = []
  let at: number | undefined = Date.parse(from)
  while (found.length < count) {
    at = parsed.schedule.next(at)
    if (at === undefined) break
    found.push(new Date(at).toISOString().slice(0, 16))
  }
  return found
}

const refusal = (text: string): string => {
  const parsed = parseSchedule(text, 'UTC')
  return parsed.ok ? '' : parsed.message
}

describe('objects / cron', () => {
  it('comes due at the minutes that the fields name', () => {
    assert.deepEqual(times('*/20 9-10 * * *', 'UTC', '2026-01-01T09:30:30Z', 4), ['2026-01-01T09:40', '2026-01-01T10:00', '2026-01-01T10:20', '2026-01-01T10:40'])
    assert.deepEqual(times('0 0 29 2 *', 'UTC', '2026-01-01T00:00:00Z', 1), ['2028-02-29T00:00'])
    assert.deepEqual(times('0 12 * JAN-feb mon,Fri', 'UTC', '2026-01-29T00:00:00Z', 3), ['2026-01-30T12:00', '2026-02-02T12:00', '2026-02-06T12:00'])
    assert.deepEqual(times('30 5/6 1 * *', 'UTC', '2026-01-31T00:00:00Z', 3), ['2026-02-01T05:30', '2026-02-01T11:30', '2026-02-01T17:30'])
  })

  it('takes either day field when both are set, and the set one when the other is a star', () => {
    assert.deepEqual(times('0 0 13 * 5', 'UTC', '2026-01-01T00:00:00Z', 4), ['2026-01-02T00:00', '2026-01-09T00:00', '2026-01-13T00:00', '2026-01-16T00:00'])
    assert.deepEqual(times('0 0 * * 5', 'UTC', '2026-01-03T00:00:00Z', 1), ['2026-01-09T00:00'])
  })

  it('knows the descriptors and @every', () => {
    assert.deepEqual(times('@daily', 'UTC', '2026-01-01T10:00:00Z', 2), ['2026-01-02T00:00', '2026-01-03T00:00'])
    assert.deepEqual(times('@yearly', 'UTC', '2026-01-01T10:00:00Z', 1), ['2027-01-01T00:00'])
    assert.deepEqual(times('@every 1h30m', 'UTC', '2026-01-01T10:00:00Z', 2), ['2026-01-01T11:30', '2026-01-01T13:00'])
  })

  it('follows the clocks of a zone: a skipped time does not come, a doubled one comes twice', () => {
    assert.deepEqual(times('30 2 * * *', 'Europe/Zurich', '2026-03-27T12:00:00Z', 2), ['2026-03-28T01:30', '2026-03-30T00:30'])
    assert.deepEqual(times('30 2 * * *', 'Europe/Zurich', '2026-10-24T12:00:00Z', 3), ['2026-10-25T00:30', '2026-10-25T01:30', '2026-10-26T01:30'])
    assert.deepEqual(times('0 0 * * *', 'Asia/Kolkata', '2026-01-01T00:00:00Z', 1), ['2026-01-01T18:30'])
    assert.deepEqual(times('0 0 * * *', 'Pacific/Auckland', '2026-01-01T12:00:00Z', 1), ['2026-01-02T11:00'])
  })

  it('never comes on a day that no year has', () => {
    assert.deepEqual(times('0 0 30 2 *', 'UTC', '2026-01-01T00:00:00Z', 1), [])
  })

  it('refuses in the words of the reference', () => {
    assert.equal(refusal('* * * *'), 'expected exactly 5 fields, found 4: [* * * *]')
    assert.equal(refusal('61 * * * *'), 'end of range (61) above maximum (59): 61')
    assert.equal(refusal('* * 0 * *'), 'beginning of range (0) below minimum (1): 0')
    assert.equal(refusal('9-3 * * * *'), 'beginning of range (9) beyond end of range (3): 9-3')
    assert.equal(refusal('*/0 * * * *'), 'step of range should be a positive number: */0')
    assert.equal(refusal('x * * * *'), 'failed to parse int from x: strconv.Atoi: parsing "x": invalid syntax')
    assert.equal(refusal('@often'), 'unrecognized descriptor: @often')
    assert.equal(refusal('@every soon'), 'failed to parse duration @every soon: time: invalid duration "soon"')
  })

  it('knows time zones by name', () => {
    assert.deepEqual(['Europe/Zurich', 'UTC', 'Mars/Phobos'].map(isTimeZone), [true, true, false])
  })
})
