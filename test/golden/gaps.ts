// The recordings that our kinds do not meet, each with its reason. A golden test fails when one of them starts to pass.

const admission = 'made by an admission step of the server, outside the kind'
const address = 'the message prints a memory address of the recorded server'
const router = 'decided by the handler, before the kind'

export const defaultGaps: { readonly [id: string]: string } = {
  'pod-overhead-runtimeclass-annotations': 'the AppArmor annotation of old releases is not copied into the field',
  'pod-with-default-priority-and-limits': admission,
  'pod-with-limitrange-partial': admission,
}

export const tableGaps: { readonly [id: string]: string } = {}

export const errorGaps: { readonly [id: string]: string } = {
  'create ConfigMap:metadata.namespace': router,
  'create ConfigMap:metadata.ownerReferences#2': address,
  'create Pod:spec.containers.0.securityContext': address,
  'create Pod:spec.containers.0.securityContext#5': address,
  'update Pod:spec.containers.0.image': admission,
  'update Pod:spec.tolerations': admission,
  'update Pod:metadata.creationTimestamp': admission,
  'update Pod:metadata.name': router,
  'update Service:spec.ipFamilies': 'the message names an address that was drawn at random',
}
