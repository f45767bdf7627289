// Processes as /proc shows them, on real ones: a child, one that ended and is not reaped, and the first process of a PID
// namespace, which has ended only when everything inside has.
import { deepEqual, equal, ok } from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { childrenOf, commandLine, hasEnded, killProcess } from '../../../node/platform/process-table.ts'
import { eventually } from '../../support/eventually.ts'

describe('node/platform/process-table', () => {
  it('knows a child by its parent and its words, and that it has ended', async () => {
    const child = spawn('sleep', ['123'])
    const pid = child.pid ?? 0
    ok(childrenOf(process.pid).includes(pid))
    await eventually('the program to be there', () => commandLine(pid)[0] === 'sleep')
    deepEqual(commandLine(pid), ['sleep', '123', ''])
    equal(hasEnded(pid), false)
    killProcess(pid)
    await once(child, 'exit')
    equal(hasEnded(pid), true)
    ok(!childrenOf(process.pid).includes(pid))
    killProcess(pid)
  })

  it('takes a process that nobody has waited for as ended', async () => {
    // The shell becomes a program that never waits for the child of the shell.
    const parent = spawn('sh', ['-c', 'sleep 0 & exec sleep 123'])
    await eventually('a child that ended', () => childrenOf(parent.pid ?? 0).length === 1 && childrenOf(parent.pid ?? 0).every(hasEnded))
    parent.kill('SIGKILL')
    await once(parent, 'exit')
  })

  it('takes the first process of a PID namespace as ended only when all inside have', async () => {
    // It has many threads, as a daemon has: which of them ends last, and has to wait for the others inside, is chance.
    const inside = `for (let i = 0; i < 20; i++) require('child_process').spawn('sleep', ['4321', '${process.pid}'])`
    const rest = (): readonly number[] => readdirSync('/proc').map(Number).filter((pid) => commandLine(pid).slice(0, 3).join(' ') === `sleep 4321 ${process.pid}`)
    for (let round = 0; round < 8; round++) {
      const parent = spawn('unshare', ['--user', '--map-root-user', '--pid', '--fork', '--kill-child', process.execPath, '--eval', inside], { stdio: 'ignore' })
      const ended = once(parent, 'exit')
      await eventually('all of them to run', () => rest().length === 20)
      const [first] = childrenOf(parent.pid ?? 0)
      ok(first !== undefined)
      killProcess(first)
      // Asked without a pause between, so that no moment is missed in which the answer could be wrong.
      while (!hasEnded(first)) continue
      deepEqual(rest(), [], `round ${round}`)
      await ended
    }
  })

  it('has no children, words or end to find of a number that nobody has', () => {
    const nobody = 2 ** 22 + 1
    deepEqual(childrenOf(nobody), [])
    deepEqual(commandLine(nobody), [''])
    equal(hasEnded(nobody), true)
    killProcess(nobody)
  })
})
