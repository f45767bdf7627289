// What a claim needs next, step by step, with what people are told. Source: Kubernetes concepts, Persistent Volumes.
import { deepEqual, equal, match } from 'node:assert/strict'
import type { ClaimView } from '../../../../node/controllers/persistent-volume/plan.ts'
import { planClaim } from '../../../../node/controllers/persistent-volume/plan.ts'
import { makeClaim, makeClass, makeNode, makeUser, makeVolume, onNode } from '../../../support/volume-fixtures.ts'

const view = (more: Partial<ClaimView>): ClaimView => ({
  claim: makeClaim(), named: undefined, meant: [], free: [], storageClass: makeClass(), defaultClass: undefined, nodes: [makeNode('n1'), makeNode('n2')], volumesOn: () => 0, users: [], ...more,
})
const bound = { 'pv.kubernetes.io/bind-completed': 'yes' }
const ofClaim = { namespace: 'default', name: 'data', uid: 'c1' }
const kindOf = (more: Partial<ClaimView>): string | undefined => planClaim(view(more)).step?.kind
const told = (more: Partial<ClaimView>): string => {
  const { tell } = planClaim(view(more))
  return tell === undefined ? '' : `${tell.type} ${tell.reason}: ${tell.message}`
}

describe('controllers / persistent volume / plan', () => {
  it('a delayed claim waits for its first Pod, and then for its scheduling', () => {
    equal(told({}), 'Normal WaitForFirstConsumer: waiting for first consumer to be created before binding')
    equal(told({ users: [makeUser('data')] }), 'Normal WaitForPodScheduled: waiting for pod web to be scheduled')
    equal(kindOf({ free: [makeVolume('v')] }), undefined)
  })

  it('a claim of a class that binds at once takes what fits, or has it made', () => {
    const storageClass = makeClass({ volumeBindingMode: 'Immediate' })
    const free = makeVolume('v')
    deepEqual(planClaim(view({ storageClass, free: [free] })).step, { kind: 'take', volume: free, chosen: true })
    const taken = makeVolume('v', { claimRef: ofClaim })
    deepEqual(planClaim(view({ storageClass, meant: [taken] })).step, { kind: 'bind', volume: taken, chosen: true })
    equal(kindOf({ storageClass }), 'provision')
  })

  it('without a class it takes the default one, or says that there is none', () => {
    const claim = makeClaim({ storageClassName: undefined })
    deepEqual(planClaim(view({ claim, storageClass: undefined, defaultClass: makeClass() })).step, { kind: 'assign class', name: 'local-path' })
    equal(told({ claim, storageClass: undefined }), 'Normal FailedBinding: no persistent volumes available for this claim and no storage class is set')
    equal(told({ claim: makeClaim({ storageClassName: '' }), storageClass: undefined, defaultClass: makeClass() }), 'Normal FailedBinding: no persistent volumes available for this claim and no storage class is set')
  })

  it('leaves to others what they make', () => {
    const storageClass = makeClass({ provisioner: 'ebs.csi.aws.com', volumeBindingMode: 'Immediate' })
    deepEqual(planClaim(view({ storageClass })).step, { kind: 'leave to', provisioner: 'ebs.csi.aws.com' })
    match(told({ storageClass, claim: makeClaim({}, { annotations: { 'volume.kubernetes.io/storage-provisioner': 'ebs.csi.aws.com' } }) }), /^Normal ExternalProvisioning: Waiting for a volume to be created either by the external provisioner 'ebs.csi.aws.com'/)
  })

  it('a volume that is asked for by name is taken if it fits and is free', () => {
    const claim = makeClaim({ volumeName: 'v' })
    equal(kindOf({ claim, named: makeVolume('v') }), 'take')
    equal(kindOf({ claim, named: makeVolume('v', { claimRef: ofClaim }) }), 'bind')
    equal(told({ claim, named: makeVolume('v', { capacity: { storage: '1Mi' } }) }), 'Warning VolumeMismatch: Cannot bind to requested volume "v": requested PV is too small')
    equal(told({ claim, named: makeVolume('v', { claimRef: { ...ofClaim, uid: 'other' } }) }), 'Warning FailedBinding: volume "v" already bound to a different claim.')
    equal(told({ claim }), '')
  })

  it('a bound claim shows its volume, and is lost without it', () => {
    const claim = makeClaim({ volumeName: 'v' }, { annotations: bound })
    const named = makeVolume('v', { claimRef: ofClaim, capacity: { storage: '2Gi' } })
    deepEqual(planClaim(view({ claim, named })).step, { kind: 'status', status: { phase: 'Bound', accessModes: ['ReadWriteOnce'], capacity: { storage: '2Gi' } } })
    deepEqual(planClaim(view({ claim: { ...claim, status: { phase: 'Bound', accessModes: ['ReadWriteOnce'], capacity: { storage: '2Gi' } } }, named })), { tell: undefined })
    match(told({ claim }), /^Warning ClaimLost/)
    const ours = makeVolume('v', { claimRef: ofClaim, capacity: { storage: '512Mi' } }, { annotations: { 'pv.kubernetes.io/provisioned-by': 'shoal.dev/local-path' } })
    deepEqual(planClaim(view({ claim, named: ours })).step, { kind: 'grow', volume: ours, storage: '1Gi' })
    match(told({ claim, named: makeVolume('v', { claimRef: { ...ofClaim, uid: 'other' } }) }), /^Warning ClaimMisbound/)
    equal(kindOf({ claim, named: makeVolume('v') }), 'take')
  })

  it('a claim that is being deleted stays while a Pod with a Node uses it', () => {
    const claim = makeClaim({}, { deletionTimestamp: '2026-01-01T00:00:00Z', finalizers: ['kubernetes.io/pvc-protection', 'a.b/c'] })
    equal(kindOf({ claim, users: [makeUser('data', 'n1')] }), undefined)
    deepEqual(planClaim(view({ claim, users: [makeUser('data')] })).step, { kind: 'finalizers', finalizers: ['a.b/c'] })
  })

  it('says at once what can never be made, and chooses another peer for one that is gone', () => {
    match(told({ claim: makeClaim({ volumeMode: 'Block' }) }), /^Warning ProvisioningFailed: failed to provision volume with StorageClass "local-path": .* ask for volumeMode Filesystem/)
    const claim = makeClaim({}, { annotations: { 'volume.kubernetes.io/selected-node': 'n1' } })
    equal(kindOf({ claim }), 'provision')
    equal(kindOf({ claim, nodes: [makeNode('n1', { gone: true })] }), 'unselect')
  })

  it('remakes a claim only after its volume has the note, and takes back a note that is void', () => {
    const claim = makeClaim({ volumeName: 'v' }, { annotations: { ...bound, 'shoal.dev/abandon-volume': 'v', own: 'x' } })
    const volume = (annotations: { readonly [key: string]: string } = {}): ReturnType<typeof makeVolume> => makeVolume('v', { claimRef: ofClaim, nodeAffinity: onNode('n1') }, { annotations })
    const { step } = planClaim(view({ claim, named: volume() }))
    equal(step?.kind, 'remember')
    const text = step?.kind === 'remember' ? step.text ?? '' : ''
    deepEqual(JSON.parse(text).metadata.annotations, { own: 'x' })
    equal(JSON.parse(text).spec.volumeName, undefined)
    equal(kindOf({ claim, named: volume({ 'shoal.dev/claim-to-remake': text }) }), 'delete')
    const kept = makeClaim({ volumeName: 'v' }, { annotations: { ...bound, 'shoal.dev/abandon-volume': 'another' } })
    deepEqual(planClaim(view({ claim: kept, named: volume({ 'shoal.dev/claim-to-remake': text }) })).step, { kind: 'remember', volume: volume({ 'shoal.dev/claim-to-remake': text }), text: undefined })
  })
})
