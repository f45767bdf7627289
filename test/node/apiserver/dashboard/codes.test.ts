// One-time codes: once, in time, and not too many.
import { deepEqual, equal } from 'node:assert/strict'
import { OneTimeCodes } from '../../../../node/apiserver/dashboard/codes.ts'
import { codeLifeMs, maxCodes } from '../../../../node/apiserver/limits.ts'
import { ManualClock } from '../../../support/manual-clock.ts'

describe('apiserver / dashboard / codes', () => {
  const coming = { user: { name: 'ann', groups: [] }, seconds: 600 }
  let clock: ManualClock
  let codes: OneTimeCodes
  beforeEach(() => {
    let count = 0
    clock = new ManualClock()
    codes = new OneTimeCodes(clock, () => `code-${++count}`)
  })

  it('a code holds once', () => {
    const code = codes.give(coming)
    deepEqual(codes.take(code)?.user, coming.user)
    equal(codes.take(code), undefined)
    equal(codes.take('other'), undefined)
  })

  it('a code holds for a minute', () => {
    const code = codes.give(coming)
    clock.advance(codeLifeMs)
    equal(codes.take(code), undefined)
  })

  it('too many make the oldest void', () => {
    const all = Array.from({ length: maxCodes + 1 }, () => codes.give(coming))
    deepEqual([codes.take(all[0] ?? ''), codes.take(all[1] ?? '')?.seconds, codes.take(all.at(-1) ?? '')?.seconds], [undefined, 600, 600])
  })
})
