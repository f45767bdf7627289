// The volume that the own maker makes for a claim: a folder on the Node that the scheduler chose for the claim's first Pod, or,
// for classes that bind at once, on the Ready Node with the fewest of them. Pure: the folder itself is its kubelet's work.
// Source: Kubernetes concepts, Dynamic Volume Provisioning.
import type { Node, PersistentVolume, PersistentVolumeClaim } from '../../objects/generated/core-v1.ts'
import type { StorageClass } from '../../objects/generated/storage-v1.ts'
import { taintUnreachable } from '../../objects/pods/tolerations.ts'
import { folderFinalizer, hostnameLabel, provisionedBy, selectedNode, volumeProtection, volumesDirectory } from '../../objects/volumes/annotations.ts'
import { ownProvisioner, ownRefusal } from '../../objects/volumes/classes.ts'
import { allowsTopology, selectedNodeOf } from '../../objects/volumes/matching.ts'

export type Provisioning =
  | { readonly kind: 'volume'; readonly volume: PersistentVolume }
  /** Another provisioner's work. */
  | { readonly kind: 'others' }
  /** The claim asks for what cannot be. */
  | { readonly kind: 'never'; readonly reason: string }
  /** Not on the chosen Node. */
  | { readonly kind: 'elsewhere'; readonly reason: string }
  /** Nowhere now. */
  | { readonly kind: 'later'; readonly reason: string }

export interface ProvisioningView {
  readonly claim: PersistentVolumeClaim
  readonly nodes: readonly Node[]
  readonly volumesOn: (node: string) => number
}

/** Whether nothing on the Node can be reached or asked, by the agreed state. */
export const isUnreachable = (node: Node): boolean => (node.spec?.taints ?? []).some((taint) => taint.key === taintUnreachable)

const directoryOf = (node: Node): string | undefined => node.metadata.annotations?.[volumesDirectory]

/** The volume to make, or why there is none. */
export function planProvisioning(view: ProvisioningView, storageClass: StorageClass): Provisioning {
  const { claim, nodes } = view
  const { provisioner } = storageClass
  if (provisioner.startsWith('kubernetes.io/')) return { kind: 'never', reason: `no volume plugin matched name: ${provisioner}` }
  if (provisioner !== ownProvisioner) return { kind: 'others' }
  const refusal = ownRefusal(claim)
  if (refusal !== undefined) return { kind: 'never', reason: refusal }
  const chosen = selectedNodeOf(claim)
  if (chosen === undefined) {
    const node = emptiest(view, storageClass)
    return node === undefined ? { kind: 'later', reason: 'no Ready peer can have the volume' } : { kind: 'volume', volume: volumeFor(claim, storageClass, node) }
  }
  const node = nodes.find((one) => one.metadata.name === chosen)
  if (node === undefined) return { kind: 'elsewhere', reason: `failed to get target node: node "${chosen}" not found` }
  if (isUnreachable(node)) return { kind: 'elsewhere', reason: `the peer ${chosen}, chosen for the volume, is gone; another one is chosen` }
  if (directoryOf(node) === undefined) return { kind: 'later', reason: `the peer ${chosen} runs a Shoal that makes no volumes: upgrade it` }
  return { kind: 'volume', volume: volumeFor(claim, storageClass, node) }
}

function emptiest({ nodes, volumesOn }: ProvisioningView, storageClass: StorageClass): Node | undefined {
  const name = (node: Node): string => node.metadata.name ?? ''
  const isFit = (node: Node): boolean => directoryOf(node) !== undefined && node.spec?.unschedulable !== true && !isUnreachable(node) && allowsTopology(storageClass, node)
    && node.status?.conditions?.find((one) => one.type === 'Ready')?.status === 'True'
  const [first] = nodes.filter(isFit).sort((a, b) => volumesOn(name(a)) - volumesOn(name(b)) || (name(a) < name(b) ? -1 : 1))
  return first
}

function volumeFor(claim: PersistentVolumeClaim, storageClass: StorageClass, node: Node): PersistentVolume {
  const name = `pvc-${claim.metadata.uid}`
  const hostname = node.metadata.labels?.[hostnameLabel] ?? node.metadata.name ?? ''
  return {
    metadata: { name, annotations: { [provisionedBy]: ownProvisioner, [selectedNode]: node.metadata.name ?? '' }, finalizers: [volumeProtection, folderFinalizer] },
    spec: {
      capacity: { storage: claim.spec?.resources?.requests?.['storage'] ?? '0' },
      accessModes: claim.spec?.accessModes,
      volumeMode: 'Filesystem',
      persistentVolumeReclaimPolicy: storageClass.reclaimPolicy ?? 'Delete',
      storageClassName: storageClass.metadata.name,
      local: { path: `${directoryOf(node)}/${name}` },
      nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions: [{ key: hostnameLabel, operator: 'In', values: [hostname] }] }] } },
      claimRef: { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace: claim.metadata.namespace, name: claim.metadata.name, uid: claim.metadata.uid },
    },
  }
}
