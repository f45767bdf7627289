// Which volumes a Pod's claims would get on a Node, and what the plugin says when there are none.
import { deepEqual, equal } from 'node:assert/strict'
import type { Node, PersistentVolume, PersistentVolumeClaim, Pod } from '../../../node/objects/generated/core-v1.ts'
import type { StorageClass } from '../../../node/objects/generated/storage-v1.ts'
import { delayedClaimsOf, volumeBinding } from '../../../node/scheduler/plugins/volume-binding.ts'
import type { NodeState } from '../../../node/scheduler/types.ts'
import { assignVolumes, type VolumeState } from '../../../node/scheduler/volumes.ts'
import { makeClaim, makeClass, makeNode, makeUser, makeVolume, onNode } from '../../support/volume-fixtures.ts'

const world = (claims: readonly PersistentVolumeClaim[], volumes: readonly PersistentVolume[] = [], storageClass: StorageClass = makeClass()): VolumeState => ({
  claim: (key) => claims.find((one) => `default/${one.metadata.name}` === key),
  volume: (name) => volumes.find((one) => one.metadata.name === name),
  storageClass: (name) => (name === storageClass.metadata.name ? storageClass : undefined),
  candidates: () => volumes,
})
const state = (node: Node, pods: readonly Pod[] = []): NodeState => ({ node, pods, requested: new Map(), weighed: new Map(), allocatable: new Map(), hostPorts: [] })
const verdict = (pod: Pod, volumes: VolumeState, nodes: readonly NodeState[] = [state(makeNode('n1'))]) =>
  volumeBinding.prepare(pod, { nodes, namespaceLabels: () => undefined, suspects: new Set(), volumes })
const why = (pod: Pod, volumes: VolumeState, at: NodeState = state(makeNode('n1'))): string | undefined => {
  const { refusal, filter } = verdict(pod, volumes, [at])
  return refusal ?? filter?.(at)?.reasons[0]
}
const bound = (name: string): PersistentVolumeClaim => makeClaim({ volumeName: 'v' }, { name, annotations: { 'pv.kubernetes.io/bind-completed': 'yes' } }, { phase: 'Bound' })

describe('scheduler / volumes', () => {
  it('takes free volumes of the Node, each once, and has the others made', () => {
    const claims = [makeClaim({}, { name: 'a', uid: 'a' }), makeClaim({}, { name: 'b', uid: 'b' })]
    const volumes = [makeVolume('v', { nodeAffinity: onNode('n1') }), makeVolume('w', { nodeAffinity: onNode('n2') })]
    deepEqual(assignVolumes(claims, makeNode('n1'), world(claims, volumes))?.map((one) => one.kind), ['take', 'provision'])
    equal(assignVolumes(claims, makeNode('n1'), world(claims, volumes, makeClass({ provisioner: 'kubernetes.io/no-provisioner' }))), undefined)
  })

  it('has none made where the class, the claim or the peer forbids it, or another Node was chosen', () => {
    const provisions = (claim: PersistentVolumeClaim, storageClass = makeClass(), node = makeNode('n1')): boolean => assignVolumes([claim], node, world([claim], [], storageClass)) !== undefined
    equal(provisions(makeClaim()), true)
    equal(provisions(makeClaim({}, { annotations: { 'volume.kubernetes.io/selected-node': 'n2' } })), false)
    equal(provisions(makeClaim({ accessModes: ['ReadWriteMany'] })), false)
    equal(provisions(makeClaim(), makeClass(), makeNode('n1', { directory: '' })), false)
    equal(provisions(makeClaim(), makeClass({ allowedTopologies: [{ matchLabelExpressions: [{ key: 'zone', values: ['z'] }] }] })), false)
  })

  it('the plugin words what is wrong as the reference does', () => {
    const pod = makeUser('data')
    equal(why({ metadata: {}, spec: { containers: [] } }, world([])), undefined)
    equal(why(pod, world([])), 'persistentvolumeclaim "data" not found')
    equal(why(pod, world([makeClaim({ volumeName: 'v' }, {}, { phase: 'Lost' })])), 'persistentvolumeclaim "data" bound to non-existent persistentvolume "v"')
    equal(why(pod, world([makeClaim({}, { deletionTimestamp: 'x' })])), 'persistentvolumeclaim "data" is being deleted')
    equal(why(pod, world([makeClaim({ storageClassName: 'other' })])), 'pod has unbound immediate PersistentVolumeClaims')
    equal(why(pod, world([bound('data')])), 'node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)')
    equal(why(pod, world([bound('data')], [makeVolume('v', { nodeAffinity: onNode('n2') })])), 'node(s) had volume node affinity conflict')
    equal(why(pod, world([bound('data')], [makeVolume('v', { nodeAffinity: onNode('n1') })])), undefined)
    equal(why(pod, world([makeClaim()]), state(makeNode('n1', { directory: '' }))), "node(s) didn't find available persistent volumes to bind")
    const ephemeral: Pod = { metadata: { name: 'p', namespace: 'default' }, spec: { containers: [], volumes: [{ name: 'v', ephemeral: {} }] } }
    equal(why(ephemeral, world([])), 'waiting for ephemeral volume controller to create the persistentvolumeclaim "p-v"')
  })

  it('a claim for one Pod only keeps the second one out', () => {
    const alone = { ...bound('data'), spec: { ...bound('data').spec, accessModes: ['ReadWriteOncePod'] } }
    const volumes = world([alone], [makeVolume('v', { nodeAffinity: onNode('n1') })])
    equal(why(makeUser('data'), volumes, state(makeNode('n1'), [makeUser('data', 'n1', 'other')])), 'node has pod using PersistentVolumeClaim with the same name and ReadWriteOncePod access mode')
    equal(why(makeUser('data'), volumes), undefined)
  })

  it('only claims that wait for the Pod are its to bind', () => {
    const pod = makeUser('data')
    deepEqual(delayedClaimsOf(pod, world([makeClaim()])).map((one) => one.metadata.name), ['data'])
    deepEqual(delayedClaimsOf(pod, world([bound('data')])), [])
    deepEqual(delayedClaimsOf(pod, world([])), [])
  })
})
