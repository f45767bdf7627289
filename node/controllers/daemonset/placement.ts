// On which nodes a DaemonSet wants its Pod, and the Pod that it makes for a node. Pure.
// The Pod is bound by the scheduler: it names its node by affinity to metadata.name, and tolerates what nodes in trouble show.
// Source: Kubernetes concepts, DaemonSet (taints and tolerations).
import type { ControllerRevision, DaemonSet } from '../../objects/generated/apps-v1.ts'
import type { Node, Pod, PodSpec, Toleration } from '../../objects/generated/core-v1.ts'
import { allowsNode } from '../../objects/pods/node-match.ts'
import { nameSuffix } from '../../objects/pods/fnv.ts'
import { controllerReference } from '../../objects/pods/owners.ts'
import { untoleratedTaint } from '../../objects/pods/tolerations.ts'
import { revisionLabel } from '../revisions.ts'

const generationKey = 'deprecated.daemonset.template.generation'
const nodeNameField = 'metadata.name'

const always: readonly (readonly [string, string])[] = [
  ['node.kubernetes.io/not-ready', 'NoExecute'],
  ['node.kubernetes.io/unreachable', 'NoExecute'],
  ['node.kubernetes.io/disk-pressure', 'NoSchedule'],
  ['node.kubernetes.io/memory-pressure', 'NoSchedule'],
  ['node.kubernetes.io/pid-pressure', 'NoSchedule'],
  ['node.kubernetes.io/unschedulable', 'NoSchedule'],
]

function tolerationsOf(spec: PodSpec): readonly Toleration[] {
  const wanted = spec.hostNetwork === true ? [...always, ['node.kubernetes.io/network-unavailable', 'NoSchedule'] as const] : always
  const given = spec.tolerations ?? []
  const isGiven = (key: string, effect: string): boolean => given.some((one) => one.key === key && one.effect === effect && one.operator === 'Exists')
  return [...given, ...wanted.filter(([key, effect]) => !isGiven(key, effect)).map(([key, effect]) => ({ key, operator: 'Exists', effect }))]
}

/** Whether the node should have the Pod, and whether one that it has may stay. */
export function wants(set: DaemonSet, node: Node): { readonly run: boolean; readonly keep: boolean } {
  const spec = set.spec?.template.spec
  if (spec === undefined) return { run: false, keep: false }
  const pod: Pod = { metadata: {}, spec: { ...spec, tolerations: tolerationsOf(spec) } }
  const isOther = (spec.nodeName ?? '') !== '' && spec.nodeName !== node.metadata.name
  if (isOther || !allowsNode(pod, node)) return { run: false, keep: false }
  const isFree = untoleratedTaint(pod, node.spec?.taints, ['NoSchedule', 'NoExecute']) === undefined
  return { run: isFree, keep: untoleratedTaint(pod, node.spec?.taints, ['NoExecute']) === undefined }
}

/** The node that the Pod runs on, or that it was made for. */
export function nodeOf(pod: Pod): string {
  const bound = pod.spec?.nodeName ?? ''
  if (bound !== '') return bound
  const terms = pod.spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? []
  return terms.flatMap((term) => term.matchFields ?? []).find((one) => one.key === nodeNameField)?.values?.[0] ?? ''
}

/** The hash of a revision, as Pods carry it. */
export const hashOf = (revision: ControllerRevision): string => revision.metadata.labels?.[revisionLabel] ?? ''

/** The Pod for a node. Its name follows from the node and from the Pods there, so that a repeated create meets itself. */
export function podFor(set: DaemonSet, revision: ControllerRevision, node: string, there: readonly Pod[]): Pod {
  const template = set.spec?.template
  const spec = template?.spec
  const known = there.map((pod) => pod.metadata.uid ?? '').sort().join(' ')
  const generation = set.metadata.annotations?.[generationKey]
  const required = { nodeSelectorTerms: [{ matchFields: [{ key: nodeNameField, operator: 'In', values: [node] }] }] }
  const nodeAffinity = { ...spec?.affinity?.nodeAffinity, requiredDuringSchedulingIgnoredDuringExecution: required }
  return {
    metadata: {
      name: `${(set.metadata.name ?? '').slice(0, 57)}-${nameSuffix(`${set.metadata.uid} ${hashOf(revision)} ${node} ${known}`, 5)}`,
      namespace: set.metadata.namespace, generateName: `${set.metadata.name}-`,
      labels: { ...template?.metadata?.labels, [revisionLabel]: hashOf(revision), ...(generation === undefined ? {} : { 'pod-template-generation': generation }) },
      annotations: template?.metadata?.annotations, finalizers: template?.metadata?.finalizers,
      ownerReferences: [controllerReference('apps/v1', 'DaemonSet', set.metadata)],
    },
    spec: spec === undefined ? undefined : { ...spec, tolerations: tolerationsOf(spec), affinity: { ...spec.affinity, nodeAffinity } },
  }
}
