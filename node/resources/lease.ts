// Leases: who holds something, and since when. They promise nothing by themselves; the holder renews them.
import { numberIn, stringIn } from '../objects/access.ts'
import { age, name } from './cells.ts'
import { defineKind } from './kind.ts'

export const leases = defineKind({
  key: 'coordination.k8s.io/v1/leases',
  definition: 'io.k8s.api.coordination.v1.Lease',
  validate: (errors, object) => {
    const duration = numberIn(object, 'spec', 'leaseDurationSeconds')
    if (duration !== undefined && duration <= 0) errors.invalid('spec.leaseDurationSeconds', duration, 'must be greater than 0')
    errors.nonNegative('spec.leaseTransitions', numberIn(object, 'spec', 'leaseTransitions'))
  },
  cells: (object, nowMs) => [name(object), stringIn(object, 'spec', 'holderIdentity'), age(object, nowMs)],
})
