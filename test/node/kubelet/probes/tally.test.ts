// Thresholds of probes: Kubernetes documentation, Configure Liveness, Readiness and Startup Probes.
import { deepEqual, equal } from 'node:assert/strict'
import { count, freshTally } from '../../../../node/kubelet/probes/tally.ts'
import type { ProbeKind } from '../../../../node/kubelet/probes/tally.ts'

const after = (kind: ProbeKind, results: readonly boolean[], probe: object = {}): readonly [boolean, boolean] => {
  const tally = results.reduce((held, ok) => count(held, probe, ok), freshTally(kind))
  return [tally.passing, tally.failed]
}

describe('kubelet / probes / tally', () => {
  it('begins alive, not ready, not started', () => deepEqual((['liveness', 'readiness', 'startup'] as const).map((kind) => freshTally(kind).passing), [true, false, false]))
  it('passes at the first success and fails at the third failure in a row', () => {
    deepEqual(after('readiness', [true]), [true, false])
    deepEqual(after('readiness', [true, false, false]), [true, false])
    deepEqual(after('readiness', [true, false, false, true, false, false]), [true, false])
    deepEqual(after('readiness', [true, false, false, false]), [false, true])
  })
  it('takes the probe\'s own thresholds', () => {
    equal(after('readiness', [true], { successThreshold: 2 })[0], false)
    equal(after('readiness', [true, true], { successThreshold: 2 })[0], true)
    equal(after('liveness', [false], { failureThreshold: 1 })[1], true)
  })
})
