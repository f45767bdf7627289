// When the cluster's own class is made, and whether it is the default.
import { deepEqual, equal } from 'node:assert/strict'
import { planStorageClass } from '../../../../node/controllers/storage-class/plan.ts'
import { makeClass } from '../../../support/volume-fixtures.ts'

describe('controllers / storage class / plan', () => {
  it('makes it once, also in clusters that began without it', () => {
    equal(planStorageClass(undefined, []).kind, 'nothing')
    equal(planStorageClass({ metadata: { name: 'kube-system' } }, []).kind, 'make')
    equal(planStorageClass({ metadata: { name: 'kube-system', annotations: { 'shoal.dev/local-path-made': 'true' } } }, []).kind, 'nothing')
  })

  it('leaves the default to a class that is it already', () => {
    const theirs = makeClass({ metadata: { name: 'theirs', annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } } })
    const plan = planStorageClass({ metadata: { name: 'kube-system' } }, [theirs])
    deepEqual(plan.kind === 'make' ? plan.storageClass.metadata.annotations : 'none', {})
  })
})
