// The volume that is made for a claim: where, and what it says.
import { deepEqual, equal, match } from 'node:assert/strict'
import { planProvisioning } from '../../../../node/controllers/persistent-volume/provisioning.ts'
import type { Provisioning } from '../../../../node/controllers/persistent-volume/provisioning.ts'
import type { Node, PersistentVolumeClaim } from '../../../../node/objects/generated/core-v1.ts'
import type { StorageClass } from '../../../../node/objects/generated/storage-v1.ts'
import { homeOf } from '../../../../node/objects/volumes/matching.ts'
import { makeClaim, makeClass, makeNode } from '../../../support/volume-fixtures.ts'

const chosen = (node: string): PersistentVolumeClaim => makeClaim({}, { annotations: { 'volume.kubernetes.io/selected-node': node } })
const plan = (claim: PersistentVolumeClaim, nodes: readonly Node[], storageClass: StorageClass = makeClass(), volumesOn: (node: string) => number = () => 0): Provisioning =>
  planProvisioning({ claim, nodes, volumesOn }, storageClass)
const where = (outcome: Provisioning): string | undefined => (outcome.kind === 'volume' ? homeOf(outcome.volume) : outcome.kind)

describe('controllers / persistent volume / provisioning', () => {
  it('is a folder of the chosen peer, with what the claim and the class say', () => {
    const outcome = plan(chosen('n1'), [makeNode('n1', { directory: '/var/lib/shoal/volumes' })], makeClass({ reclaimPolicy: 'Retain' }))
    equal(where(outcome), 'n1')
    const volume = outcome.kind === 'volume' ? outcome.volume : undefined
    deepEqual([volume?.metadata.name, volume?.spec?.local?.path, volume?.spec?.persistentVolumeReclaimPolicy, volume?.spec?.capacity, volume?.spec?.claimRef?.uid], ['pvc-c1', '/var/lib/shoal/volumes/pvc-c1', 'Retain', { storage: '1Gi' }, 'c1'])
    deepEqual(volume?.metadata.finalizers, ['kubernetes.io/pv-protection', 'shoal.dev/local-path'])
  })

  it('for classes that bind at once it is on the Ready peer with the fewest volumes', () => {
    const counts: { readonly [node: string]: number } = { n1: 2, n2: 1, n3: 0, n4: 0, n5: 0 }
    const nodes = [makeNode('n1'), makeNode('n2'), makeNode('n3', { gone: true }), makeNode('n4', { unschedulable: true }), makeNode('n5', { directory: '' })]
    equal(where(plan(makeClaim(), nodes, makeClass({ volumeBindingMode: 'Immediate' }), (node) => counts[node] ?? 0)), 'n2')
    equal(where(plan(makeClaim(), [])), 'later')
  })

  it('says why there is none', () => {
    equal(where(plan(chosen('n9'), [makeNode('n1')])), 'elsewhere')
    equal(where(plan(chosen('n1'), [makeNode('n1', { gone: true })])), 'elsewhere')
    const old = plan(chosen('n1'), [makeNode('n1', { directory: '' })])
    match(old.kind === 'later' ? old.reason : '', /upgrade it$/)
    equal(where(plan(makeClaim({ accessModes: ['ReadWriteMany'] }), [makeNode('n1')])), 'never')
    equal(where(plan(makeClaim(), [], makeClass({ provisioner: 'kubernetes.io/no-provisioner' }))), 'never')
    equal(where(plan(makeClaim(), [], makeClass({ provisioner: 'a.b/c' }))), 'others')
  })
})
