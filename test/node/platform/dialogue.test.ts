// A child that is asked again and again: answers up to the mark, errors in their order, its end, and one that never answers.
import { deepEqual, equal } from 'node:assert/strict'
import { Dialogue } from '../../../node/platform/dialogue.ts'

const shell = (timeoutMs = 5_000): Dialogue => new Dialogue({ file: 'sh', args: [], mark: /^done\n/m, timeoutMs })

describe('platform / dialogue', () => {
  it('answers each question with what is said before the mark, both outputs in their order', async () => {
    const child = shell()
    deepEqual(await child.ask('echo one; echo two >&2; echo three\necho done\n'), { kind: 'answer', text: 'one\ntwo\nthree\n' })
    deepEqual(await child.ask('echo done\n'), { kind: 'answer', text: '' })
    deepEqual(await child.ask('printf a; sleep 0.02; printf "b\\ndo"; sleep 0.02; echo ne\n'), { kind: 'answer', text: 'ab\n' })
    child.close()
  })

  it('says that the child ended, and with what last words, also to later questions', async () => {
    const child = shell()
    deepEqual(await child.ask('echo oh; exit 3\n'), { kind: 'ended', text: 'oh\n' })
    equal(child.open, false)
    deepEqual(await child.ask('echo done\n'), { kind: 'ended', text: 'oh\n' })
    deepEqual((await new Dialogue({ file: '/no/such/program', args: [], mark: /^done\n/m, timeoutMs: 1_000 }).ask('x\n')).kind, 'ended')
  })

  it('ends a child that does not answer in time', async () => {
    const child = shell(50)
    deepEqual(await child.ask('exec sleep 60\n'), { kind: 'ended', text: '' })
  })

  it('takes one question at a time', async () => {
    const child = shell()
    const first = child.ask('sleep 0.02; echo done\n')
    deepEqual(await child.ask('echo done\n'), { kind: 'ended', text: 'another question is open' })
    deepEqual(await first, { kind: 'answer', text: '' })
    child.close()
  })
})
