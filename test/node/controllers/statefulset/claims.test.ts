// The claims of a set's Pods and their owners, for every retention policy.
// Source: Kubernetes concepts, StatefulSets (PersistentVolumeClaim retention).
import { deepEqual, equal } from 'node:assert/strict'
import { claimNames, claimsFor, isLeaving, ownersToWrite } from '../../../../node/controllers/statefulset/claims.ts'
import type { StatefulSet } from '../../../../node/objects/generated/apps-v1.ts'
import { makeClaim, makeUser } from '../../../support/volume-fixtures.ts'

const set = (whenDeleted: string, whenScaled: string): StatefulSet => ({
  metadata: { name: 'db', namespace: 'default', uid: 's1' },
  spec: {
    selector: { matchLabels: { app: 'db' } }, template: {}, serviceName: 'db', persistentVolumeClaimRetentionPolicy: { whenDeleted, whenScaled },
    volumeClaimTemplates: [{ metadata: { name: 'data', labels: { tier: 'x' } }, spec: { storageClassName: 'fast' } }],
  },
})
const ownSet = { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'db', uid: 's1', controller: true, blockOwnerDeletion: true }
const pod = makeUser('data-db-2', 'n1', 'db-2')
const ownPod = { apiVersion: 'v1', kind: 'Pod', name: 'db-2', uid: 'uid-db-2', controller: true, blockOwnerDeletion: true }

describe('controllers / statefulset / claims', () => {
  it('are named after template, set and number, and carry the labels of both', () => {
    deepEqual(claimNames(set('Retain', 'Retain'), 2), ['data-db-2'])
    deepEqual(claimsFor(set('Retain', 'Retain'), 2), [{ metadata: { name: 'data-db-2', namespace: 'default', labels: { tier: 'x', app: 'db' }, annotations: undefined, ownerReferences: [] }, spec: { storageClassName: 'fast' } }])
  })

  it('have the owner that the policy asks for, while their Pod stays and when it leaves', () => {
    const owners = (whenDeleted: string, whenScaled: string, isLeavingNow: boolean, before: (typeof ownSet)[] = []): unknown =>
      ownersToWrite(set(whenDeleted, whenScaled), makeClaim({}, { ownerReferences: before }), isLeavingNow ? pod : undefined)
    equal(owners('Retain', 'Retain', false), undefined)
    deepEqual(owners('Retain', 'Retain', true, [ownSet]), [])
    deepEqual(owners('Delete', 'Retain', false), [ownSet])
    deepEqual(owners('Delete', 'Retain', true), [ownSet])
    equal(owners('Retain', 'Delete', false), undefined)
    deepEqual(owners('Retain', 'Delete', true), [ownPod])
    deepEqual(owners('Delete', 'Delete', false), [ownSet])
    deepEqual(owners('Delete', 'Delete', true, [ownSet]), [ownPod])
    deepEqual(owners('Delete', 'Delete', false, [ownPod]), [ownSet])
  })

  it('that somebody else manages are left alone', () => {
    const foreign = { apiVersion: 'x/v1', kind: 'Backup', name: 'b', uid: 'b', controller: true }
    equal(ownersToWrite(set('Delete', 'Delete'), makeClaim({}, { ownerReferences: [foreign] }), undefined), undefined)
  })

  it('on their way out keep a Pod of the name from being made', () => {
    equal(isLeaving(makeClaim(), undefined), false)
    equal(isLeaving(makeClaim({}, { deletionTimestamp: 'x' }), undefined), true)
    equal(isLeaving(makeClaim({}, { ownerReferences: [ownPod] }), undefined), true)
    equal(isLeaving(makeClaim({}, { ownerReferences: [ownPod] }), 'uid-db-2'), false)
  })
})
