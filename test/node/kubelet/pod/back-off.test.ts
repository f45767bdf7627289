// Waits after crashes: Kubernetes documentation, Pod Lifecycle, Container restarts (10 s, 20 s, 40 s … 300 s).
import { deepEqual, equal } from 'node:assert/strict'
import { backOffMs, crashesAfter, restartDelayMs } from '../../../../node/kubelet/pod/back-off.ts'
import { ended } from '../../../support/pod-fixtures.ts'

describe('kubelet / pod / back-off', () => {
  it('starts at once after the first crash, then doubles up to five minutes', () => {
    deepEqual([0, 1, 2, 3, 4, 5, 6, 60].map(restartDelayMs), [0, 10_000, 20_000, 40_000, 80_000, 160_000, 300_000, 300_000])
  })
  it('never waits longer than its bound', () => equal(backOffMs(1000, 500, 30_000), 30_000))
  it('forgets crashes after ten minutes of running', () => {
    equal(crashesAfter(4, ended(1, 0)), 5)
    equal(crashesAfter(4, { ...ended(1, 0), startedMs: 0, finishedMs: 600_000 }), 0)
  })
})
