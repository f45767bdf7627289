// A wait ends with the first answer, with the first error, or at its deadline.
import { deepEqual, equal, rejects } from 'node:assert/strict'
import { poll, pollUntil } from '../../../node/cli/polling.ts'

describe('cli / polling', () => {
  it('ends with the first answer, also when that is false or empty', async () => {
    const answers = [undefined, undefined, '']
    equal(await poll(() => answers.shift(), { everyMs: 1, timeoutMs: 10_000 }), '')
    deepEqual(answers, [])
    equal(await poll(() => Promise.resolve(false), { everyMs: 1, timeoutMs: 10_000 }), false)
  })

  it('asks once when there is no time, and says that nothing came', async () => {
    let asked = 0
    equal(await poll(() => { asked++ }, { everyMs: 1, timeoutMs: 0 }), undefined)
    equal(asked, 1)
    equal(await pollUntil(() => false, { everyMs: 1, timeoutMs: 5 }), false)
  })

  it('an error ends the wait', async () => {
    await rejects(poll(() => Promise.reject(new Error('gone')), { everyMs: 1, timeoutMs: 10_000 }), /gone/)
  })

  it('waits for a condition', async () => {
    let asked = 0
    equal(await pollUntil(() => ++asked === 3, { everyMs: 1, timeoutMs: 10_000 }), true)
    equal(asked, 3)
  })
})
