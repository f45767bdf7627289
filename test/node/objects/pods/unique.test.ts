// Which Pods must be unique, by who controls them and by the access modes of their claims.
import { deepEqual, equal } from 'node:assert/strict'
import { isUniquePod } from '../../../../node/objects/pods/unique.ts'
import type { PersistentVolumeClaim, Pod } from '../../../../node/objects/generated/core-v1.ts'

const pod = (kind: string | undefined, ...claims: readonly string[]): Pod => ({
  metadata: { name: 'p', ...(kind === undefined ? {} : { ownerReferences: [{ apiVersion: 'apps/v1', kind, name: 'o', uid: 'o', controller: true }] }) },
  spec: { containers: [], volumes: [{ name: 'scratch', emptyDir: {} }, ...claims.map((claimName) => ({ name: claimName, persistentVolumeClaim: { claimName } }))] },
})
const claims: { readonly [name: string]: PersistentVolumeClaim } = {
  one: { metadata: {}, spec: { accessModes: ['ReadOnlyMany', 'ReadWriteOnce'] } }, pod: { metadata: {}, spec: { accessModes: ['ReadWriteOncePod'] } }, many: { metadata: {}, spec: { accessModes: ['ReadWriteMany'] } },
}
const isUnique = (one: Pod): boolean => isUniquePod(one, (name) => claims[name])

describe('objects / pods / unique', () => {
  it('those of StatefulSets, and those whose volume has one writer', () => {
    deepEqual([pod('StatefulSet'), pod('ReplicaSet'), pod(undefined), pod('ReplicaSet', 'many'), pod('ReplicaSet', 'many', 'one'), pod(undefined, 'pod')].map(isUnique), [true, false, false, false, true, true])
  })
  it('a claim that is not known may have one writer', () => equal(isUnique(pod('ReplicaSet', 'unheard-of')), true))
  it('ephemeral volumes have claims called after the Pod', () => {
    equal(isUniquePod({ metadata: { name: 'p' }, spec: { containers: [], volumes: [{ name: 'v', ephemeral: {} }] } }, (name) => (name === 'p-v' ? claims['many'] : undefined)), false)
  })
})
