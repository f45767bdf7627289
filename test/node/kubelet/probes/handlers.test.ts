// Probe and hook actions on the fake runtime.
import { deepEqual, equal } from 'node:assert/strict'
import { probeAttempt, runHook } from '../../../../node/kubelet/probes/handlers.ts'
import { FakeRuntime } from '../../../support/fake-runtime.ts'
import { ManualClock } from '../../../support/manual-clock.ts'
import { makeContainer, named } from '../../../support/pod-fixtures.ts'

describe('kubelet / probes / handlers', () => {
  const clock = new ManualClock()
  const runtime = new FakeRuntime(clock)
  const deps = { runtime, clock }
  runtime.containers.set('id', makeContainer({ id: 'id' }))
  const exec = { exec: { command: ['check'] } }

  it('judges commands by their exit status and shows their output', async () => {
    runtime.exec = () => Promise.resolve({ stdout: Buffer.from('not '), stderr: Buffer.from('yet'), exitCode: 1 })
    deepEqual(await probeAttempt(deps, exec, named('a'), 'id', ''), { ok: false, message: 'not yet' })
    runtime.exec = () => Promise.resolve({ stdout: Buffer.from('fine'), stderr: Buffer.from(''), exitCode: 0 })
    deepEqual(await probeAttempt(deps, exec, named('a'), 'id', ''), { ok: true, message: '' })
  })
  it('counts what cannot run as failed', async () => {
    equal((await probeAttempt(deps, exec, named('a'), 'gone', '')).ok, false)
    equal((await probeAttempt(deps, { httpGet: { port: 'none' } }, named('a'), 'id', '')).message, "couldn't find port: none")
    equal((await probeAttempt(deps, {}, named('a'), 'id', '')).message, 'missing probe handler')
  })
  it('sleeps for a hook, no longer than it may', async () => {
    let isOver = false
    void runHook(deps, { sleep: { seconds: 60 } }, named('a'), 'id', '', 5_000).then(() => {
      isOver = true
    })
    clock.advance(4_999)
    await Promise.resolve()
    equal(isOver, false)
    clock.advance(1)
    await new Promise(setImmediate)
    equal(isOver, true)
  })
})
