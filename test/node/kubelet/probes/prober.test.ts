// The prober in manual time: paces, delays, what waits for what.
import { deepEqual, equal } from 'node:assert/strict'
import type { Container } from '../../../../node/objects/generated/core-v1.ts'
import { Prober } from '../../../../node/kubelet/probes/prober.ts'
import { ManualClock } from '../../../support/manual-clock.ts'
import { named } from '../../../support/pod-fixtures.ts'

describe('kubelet / probes / prober', () => {
  let clock: ManualClock
  let prober: Prober
  let answer = true
  const attempts: string[] = []
  const probe = { exec: { command: ['x'] }, periodSeconds: 2 }
  beforeEach(() => {
    clock = new ManualClock()
    answer = true
    attempts.length = 0
    prober = new Prober({
      clock,
      attempt: (_, container) => {
        attempts.push(container.name)
        return Promise.resolve({ ok: answer, message: '' })
      },
      onChange: () => undefined,
      onFailure: () => undefined,
    })
  })
  const follow = (fields: Partial<Container>): void => prober.follow(new Map([['id', { container: named('a', fields), startedMs: clock.wallMs() }]]))
  const pass = async (ms: number): Promise<void> => {
    clock.advance(ms)
    for (let i = 0; i < 5; i++) await Promise.resolve()
  }
  const health = (): unknown => [prober.health().get('id')?.started, prober.health().get('id')?.ready, prober.health().get('id')?.failure?.reason]

  it('calls containers without probes healthy', () => {
    follow({})
    deepEqual(health(), [true, true, undefined])
  })
  it('asks at once, then at the probe\'s pace', async () => {
    follow({ readinessProbe: probe })
    deepEqual(health(), [true, false, undefined])
    await pass(0)
    deepEqual(health(), [true, true, undefined])
    await pass(1_999)
    equal(attempts.length, 1)
    await pass(1)
    equal(attempts.length, 2)
  })
  it('asks sooner until it is ready for the first time, and never more often than that afterwards', async () => {
    answer = false
    follow({ readinessProbe: { ...probe, periodSeconds: 10 } })
    const atMs: number[] = []
    for (let nowMs = 0; nowMs <= 36_000; nowMs += 500) {
      const before = attempts.length
      await pass(nowMs === 0 ? 0 : 500)
      if (attempts.length > before) atMs.push(nowMs)
      if (nowMs === 14_000) answer = true
      if (nowMs === 16_000) answer = false
    }
    deepEqual(atMs, [0, 500, 1_500, 3_500, 7_500, 15_500, 25_500, 35_500])
  })
  it('waits out the initial delay', async () => {
    follow({ readinessProbe: { ...probe, initialDelaySeconds: 5 } })
    await pass(4_999)
    equal(attempts.length, 0)
    await pass(1)
    equal(attempts.length, 1)
  })
  it('asks for liveness and readiness only after startup', async () => {
    answer = false
    follow({ startupProbe: { ...probe, failureThreshold: 10 }, readinessProbe: probe, livenessProbe: probe })
    await pass(0)
    await pass(2_000)
    deepEqual([attempts.length, health()], [2, [false, false, undefined]])
    answer = true
    await pass(2_000)
    await pass(0)
    deepEqual(health(), [true, true, undefined])
  })
  it('reports liveness that failed for good, once', async () => {
    answer = false
    follow({ livenessProbe: { ...probe, failureThreshold: 2 } })
    await pass(0)
    equal(prober.health().get('id')?.failure, undefined)
    await pass(2_000)
    equal(prober.health().get('id')?.failure?.reason, 'Unhealthy')
    await pass(10_000)
    equal(attempts.length, 2)
  })
  it('stops liveness when the Pod ends, and everything when it is gone', async () => {
    follow({ livenessProbe: probe, readinessProbe: probe })
    await pass(0)
    prober.endLiveness()
    attempts.length = 0
    await pass(2_000)
    equal(attempts.length, 1)
    prober.stop()
    equal(clock.pending, 0)
  })
})
