// Processes as /proc shows them, on real ones: a child, one that ended and is not reaped, and the first process of a PID
// namespace, which has ended only when everything inside has.
import { deepEqual, equal, ok } from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
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

  it('has no children, words or end to find of a number that nobody has', () => {
    const nobody = 2 ** 22 + 1
    deepEqual(childrenOf(nobody), [])
    deepEqual(commandLine(nobody), [''])
    equal(hasEnded(nobody), true)
    killProcess(nobody)
  })
})
