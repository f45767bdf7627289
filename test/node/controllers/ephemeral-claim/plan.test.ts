// Claims of ephemeral volumes: made for the Pod, and never taken from others.
import { deepEqual } from 'node:assert/strict'
import { planEphemeralClaims } from '../../../../node/controllers/ephemeral-claim/plan.ts'
import type { Pod } from '../../../../node/objects/generated/core-v1.ts'
import { makeClaim } from '../../../support/volume-fixtures.ts'

const pod: Pod = {
  metadata: { name: 'web', namespace: 'default', uid: 'p1' },
  spec: { containers: [], volumes: [{ name: 'scratch', ephemeral: { volumeClaimTemplate: { metadata: { labels: { a: 'b' } }, spec: { storageClassName: 'x' } } } }, { name: 'data', persistentVolumeClaim: { claimName: 'data' } }] },
}

describe('controllers / ephemeral claim / plan', () => {
  it('makes one with the Pod as its owner', () => {
    deepEqual(planEphemeralClaims(pod, () => undefined), {
      foreign: [],
      create: [{
        metadata: { name: 'web-scratch', namespace: 'default', labels: { a: 'b' }, annotations: undefined, ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name: 'web', uid: 'p1', controller: true, blockOwnerDeletion: true }] },
        spec: { storageClassName: 'x' },
      }],
    })
  })

  it('leaves its own and those of others alone, and makes none for a Pod that ends', () => {
    const own = makeClaim({}, { ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name: 'web', uid: 'p1' }] })
    deepEqual(planEphemeralClaims(pod, () => own), { create: [], foreign: [] })
    deepEqual(planEphemeralClaims(pod, () => makeClaim()), { create: [], foreign: ['web-scratch'] })
    deepEqual(planEphemeralClaims({ ...pod, status: { phase: 'Succeeded' } }, () => undefined).create, [])
    deepEqual(planEphemeralClaims({ ...pod, metadata: { ...pod.metadata, deletionTimestamp: 'x' } }, () => undefined).create, [])
  })
})
