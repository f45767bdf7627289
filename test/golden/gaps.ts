// The recordings that our kinds do not meet, each with its reason. A golden test fails when one of them starts to pass.

const admission = 'made by an admission step of the server, outside the kind'
const address = 'the message prints a memory address of the recorded server'
const printout = 'the reference checks twice, and prints the whole template in its own notation'
const router = 'decided by the handler, before the kind'

export const defaultGaps: { readonly [id: string]: string } = {
  'ingress-with-default-class': admission,
  'pod-overhead-runtimeclass-annotations': 'the AppArmor annotation of old releases is not copied into the field',
  'pod-with-default-priority-and-limits': admission,
  'pod-with-limitrange-partial': admission,
  'pvc-with-default-class': admission,
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
  'create DaemonSet:spec.selector': 'the reference names the labels and not the selector that is missing',
  'create PodDisruptionBudget:spec.maxUnavailable': address,
  'create HorizontalPodAutoscaler:spec.behavior#6': 'a list that is given and empty is decoded like one that is missing, and gets the defaults',
  'create Job:metadata.name': 'the reference copies the labels after it has checked them; ours are checked as well',
  'update Job:spec.completions': printout,
  'update Job:spec.template.spec.containers.0.image': printout,
  'update Job:spec.completionMode': printout,
  'update Job:spec.backoffLimit': printout,
  'update Service:spec.ipFamilies': 'the message names an address that was drawn at random',
}

const undecoded = 'the wording of a patched object that does not decode is the handler\'s'
const placeholder = 'an id of the recording was replaced in values and not in field paths'

export const patchGaps: { readonly [id: string]: string } = {
  'json-change-name': router,
  'json-change-namespace': router,
  'json-stale-resourceversion': router,
  'json-root-replace': router,
  'merge-resourceversion-stale': router,
  'merge-name-mismatch': router,
  'merge-force-not-allowed': router,
  'apply-resourceversion-mismatch': router,
  'json-value-wrong-type': undecoded,
  'json-change-kind': undecoded,
  'json-change-apiversion': undecoded,
  'json-unknown-field-strict': undecoded,
  'json-unknown-member-strict': undecoded,
  'merge-wrong-type': undecoded,
  'merge-map-to-string': undecoded,
  'merge-unknown-field-strict': undecoded,
  'merge-unknown-nested-strict': undecoded,
  'strategic-wrong-type-list': undecoded,
  'strategic-wrong-type-scalar': undecoded,
  'strategic-unknown-field-strict': undecoded,
  'merge-service-to-externalname': 'the reference keeps the owner of a field that it drops with the type',
  'merge-ownerreferences': placeholder,
  'strategic-ownerrefs-by-uid': placeholder,
  'apply-ownerreferences': placeholder,
  'apply-pod-create': admission,
  'apply-pod-immutable': admission,
}
