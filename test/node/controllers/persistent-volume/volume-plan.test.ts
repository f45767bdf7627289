// What a volume needs next: phases, reclaiming, protection. Source: Kubernetes concepts, Persistent Volumes.
import { deepEqual, equal, match } from 'node:assert/strict'
import type { VolumeView } from '../../../../node/controllers/persistent-volume/volume-plan.ts'
import { planVolume } from '../../../../node/controllers/persistent-volume/volume-plan.ts'
import type { PersistentVolume } from '../../../../node/objects/generated/core-v1.ts'
import { makeClaim, makeNode, makeVolume, onNode } from '../../../support/volume-fixtures.ts'

const ofClaim = { namespace: 'default', name: 'data', uid: 'c1' }
const ours = { 'pv.kubernetes.io/provisioned-by': 'shoal.dev/local-path' }
const plan = (volume: PersistentVolume, more: Partial<VolumeView> = {}) => planVolume({ volume, claim: undefined, nodes: [makeNode('n1')], ...more })
const kindOf = (volume: PersistentVolume, more: Partial<VolumeView> = {}): string | undefined => {
  const { step } = plan(volume, more)
  return step?.kind === 'phase' ? step.phase : step?.kind
}
const made = (spec: PersistentVolume['spec'] = {}, metadata: PersistentVolume['metadata'] = {}, phase = 'Released'): PersistentVolume =>
  makeVolume('v', { claimRef: ofClaim, nodeAffinity: onNode('n1'), ...spec }, { annotations: ours, finalizers: ['kubernetes.io/pv-protection', 'shoal.dev/local-path'], ...metadata }, { phase })

describe('controllers / persistent volume / volume plan', () => {
  it('is available without a claim, and bound with one', () => {
    equal(kindOf(makeVolume('v', {}, {}, { phase: 'Pending' })), 'Available')
    equal(kindOf(makeVolume('v')), undefined)
    equal(kindOf(makeVolume('v', { claimRef: { namespace: 'default', name: 'data' } }, {}, { phase: 'Pending' })), 'Available')
    equal(kindOf(made({}, {}, 'Available'), { claim: makeClaim({ volumeName: 'v' }) }), 'Bound')
    equal(kindOf(made({}, {}, 'Available'), { claim: makeClaim() }), undefined)
  })

  it('is released after its claim, and then deleted, kept or failed as its policy says', () => {
    equal(kindOf(made({}, {}, 'Bound')), 'release')
    equal(kindOf(made({}, {}, 'Bound'), { claim: makeClaim({}, { uid: 'another' }) }), 'release')
    equal(kindOf(made()), 'delete')
    equal(kindOf(made({ persistentVolumeReclaimPolicy: 'Retain' })), undefined)
    equal(kindOf(makeVolume('v', { claimRef: ofClaim }, { annotations: { 'pv.kubernetes.io/provisioned-by': 'ebs.csi.aws.com' } }, { phase: 'Released' })), undefined)
    const handmade = plan(makeVolume('v', { claimRef: ofClaim }, {}, { phase: 'Released' }))
    deepEqual([handmade.step?.kind, handmade.tell?.reason], ['phase', 'VolumeFailedDelete'])
    match(handmade.tell?.message ?? '', /no deletable volume plugin matched$/)
    equal(plan(made({ persistentVolumeReclaimPolicy: 'Recycle' })).tell?.reason, 'VolumeFailedRecycle')
  })

  it('goes only when unbound, and its folder is its peer\'s work while the peer is known', () => {
    const deletionTimestamp = '2026-01-01T00:00:00Z'
    equal(kindOf(made({}, { deletionTimestamp }, 'Bound'), { claim: makeClaim({ volumeName: 'v' }) }), undefined)
    deepEqual(plan(made({}, { deletionTimestamp })).step, { kind: 'finalizers', finalizers: ['shoal.dev/local-path'] })
    deepEqual(plan(made({}, { deletionTimestamp }), { nodes: [] }).step, { kind: 'finalizers', finalizers: [] })
    deepEqual(plan(made({ persistentVolumeReclaimPolicy: 'Retain' }, { deletionTimestamp })).step, { kind: 'finalizers', finalizers: [] })
    equal(kindOf(made({}, { deletionTimestamp, finalizers: ['shoal.dev/local-path'] })), undefined)
    deepEqual(plan(makeVolume('v', {}, { deletionTimestamp })).step, { kind: 'finalizers', finalizers: [] })
  })

  it('leaves a claim that took another volume', () => {
    const claim = makeClaim({ volumeName: 'other' })
    deepEqual(plan(makeVolume('v', { claimRef: ofClaim }), { claim }).step, { kind: 'unbind', keepName: true })
    deepEqual(plan(makeVolume('v', { claimRef: ofClaim }, { annotations: { 'pv.kubernetes.io/bound-by-controller': 'yes' } }), { claim }).step, { kind: 'unbind', keepName: false })
    equal(kindOf(made({}, {}, 'Bound'), { claim }), 'Released')
    equal(kindOf(made(), { claim }), 'delete')
  })

  it('makes the noted claim before anything else, once', () => {
    const noted = { ...ours, 'shoal.dev/claim-to-remake': JSON.stringify({ metadata: { name: 'data', namespace: 'default' }, spec: {} }) }
    deepEqual(plan(made({}, { annotations: noted }, 'Bound')).step, { kind: 'remake', claim: { metadata: { name: 'data', namespace: 'default' }, spec: {} } })
    equal(kindOf(made({}, { annotations: noted }, 'Bound'), { claim: makeClaim({}, { uid: 'new' }) }), 'forget')
    equal(kindOf(made({}, { annotations: noted }, 'Bound'), { claim: makeClaim({ volumeName: 'v' }) }), undefined)
  })
})
