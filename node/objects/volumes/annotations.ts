// The annotations and finalizers by which claims, volumes, scheduler and kubelet meet.
// Source: Kubernetes reference, well-known labels, annotations and taints.

/** Finalizer of a claim: it stays while a Pod uses it. */
export const claimProtection = 'kubernetes.io/pvc-protection'
/** Finalizer of a volume: it stays while a claim has it. */
export const volumeProtection = 'kubernetes.io/pv-protection'
/** Finalizer of a volume that we made: it stays until its peer has removed the folder. */
export const folderFinalizer = 'shoal.dev/local-path'
/** On a claim: both sides of its binding are written. */
export const bindCompleted = 'pv.kubernetes.io/bind-completed'
/** On a claim or volume: the binder chose the other side, not a person. */
export const boundByController = 'pv.kubernetes.io/bound-by-controller'
/** On a volume: who made it. */
export const provisionedBy = 'pv.kubernetes.io/provisioned-by'
/** On a claim: the Node that the scheduler chose for its first Pod. */
export const selectedNode = 'volume.kubernetes.io/selected-node'
/** On a claim: who is to make its volume. */
export const storageProvisioner = 'volume.kubernetes.io/storage-provisioner'
/** The same under its older name, which provisioners still read. */
export const olderStorageProvisioner = 'volume.beta.kubernetes.io/storage-provisioner'
/** On a Node: the folder in which its kubelet keeps the volumes that we make. */
export const volumesDirectory = 'shoal.dev/volumes-directory'
/** On a claim: the volume of this name is given up, and the claim is to be made anew without it. */
export const abandonVolume = 'shoal.dev/abandon-volume'
/** On a volume: the claim that is to be made when the present one is gone, as JSON. */
export const claimToRemake = 'shoal.dev/claim-to-remake'
/** The label of a Node's name, by which our volumes say where they are. */
export const hostnameLabel = 'kubernetes.io/hostname'
