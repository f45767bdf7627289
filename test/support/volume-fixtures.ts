// Claims, volumes and classes for tests, with everything that a test does not care about filled in.
import type { Node, PersistentVolume, PersistentVolumeClaim, PersistentVolumeClaimSpec, PersistentVolumeSpec, Pod } from '../../node/objects/generated/core-v1.ts'
import type { StorageClass } from '../../node/objects/generated/storage-v1.ts'
import type { VolumeState } from '../../node/scheduler/volumes.ts'

/** A scheduler's picture without any volume. */
export const noVolumes: VolumeState = { claim: () => undefined, volume: () => undefined, storageClass: () => undefined, candidates: () => [] }

export const makeClaim = (spec: PersistentVolumeClaimSpec = {}, metadata: PersistentVolumeClaim['metadata'] = {}, status: PersistentVolumeClaim['status'] = { phase: 'Pending' }): PersistentVolumeClaim => ({
  metadata: { name: 'data', namespace: 'default', uid: 'c1', resourceVersion: '5', finalizers: ['kubernetes.io/pvc-protection'], ...metadata },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, storageClassName: 'local-path', volumeMode: 'Filesystem', ...spec },
  status,
})

export const makeVolume = (name: string, spec: PersistentVolumeSpec = {}, metadata: PersistentVolume['metadata'] = {}, status: PersistentVolume['status'] = { phase: 'Available' }): PersistentVolume => ({
  metadata: { name, uid: `uid-${name}`, resourceVersion: '7', finalizers: ['kubernetes.io/pv-protection'], ...metadata },
  spec: { capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'], storageClassName: 'local-path', persistentVolumeReclaimPolicy: 'Delete', volumeMode: 'Filesystem', ...spec },
  status,
})

/** The affinity of a volume that lies on one Node. */
export const onNode = (name: string): PersistentVolumeSpec['nodeAffinity'] => ({ required: { nodeSelectorTerms: [{ matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: [name] }] }] } })

export const makeClass = (fields: Partial<StorageClass> = {}): StorageClass => ({
  metadata: { name: 'local-path' }, provisioner: 'shoal.dev/local-path', reclaimPolicy: 'Delete', volumeBindingMode: 'WaitForFirstConsumer', ...fields,
})

export const makeNode = (name: string, more: { readonly gone?: boolean; readonly directory?: string; readonly unschedulable?: boolean } = {}): Node => ({
  metadata: { name, labels: { 'kubernetes.io/hostname': name }, annotations: more.directory === '' ? {} : { 'shoal.dev/volumes-directory': more.directory ?? '/volumes' } },
  spec: { unschedulable: more.unschedulable, taints: more.gone === true ? [{ key: 'node.kubernetes.io/unreachable', effect: 'NoExecute' }] : [] },
  status: { conditions: [{ type: 'Ready', status: more.gone === true ? 'Unknown' : 'True' }] },
})

/** A Pod that uses the claim. */
export const makeUser = (claimName: string, nodeName?: string, name = 'web'): Pod => ({
  metadata: { name, namespace: 'default', uid: `uid-${name}` },
  spec: { nodeName, containers: [{ name: 'c', image: 'i' }], volumes: [{ name: 'v', persistentVolumeClaim: { claimName } }] },
})
