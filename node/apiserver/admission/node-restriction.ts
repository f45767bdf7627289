// Keeps a node's own credentials to that node's objects: it may change its own Node, and only the labels that are its own.
// Source: Kubernetes documentation, "NodeRestriction". Pods and tokens of other nodes are left to the node's roles.
import { nodeOf } from '../../identity/users.ts'
import { isObject, metadataOf } from '../../objects/encoding.ts'
import type { JsonObject } from '../../objects/json.ts'
import { forbidden } from '../status.ts'
import type { AdmissionPlugin } from './types.ts'

const ownLabels = new Set([
  'kubernetes.io/hostname', 'kubernetes.io/arch', 'kubernetes.io/os', 'node.kubernetes.io/instance-type', 'beta.kubernetes.io/os', 'beta.kubernetes.io/arch',
  'beta.kubernetes.io/instance-type', 'topology.kubernetes.io/region', 'topology.kubernetes.io/zone', 'failure-domain.beta.kubernetes.io/region',
  'failure-domain.beta.kubernetes.io/zone',
])

export const nodeRestriction: AdmissionPlugin = {
  name: 'NodeRestriction',
  handles: ({ definition, user, operation }) =>
    nodeOf(user) !== undefined && definition.group === '' && (definition.resource === 'nodes' || (definition.resource === 'pods' && operation === 'create')),
  admit: ({ definition, user, name, object, old, operation, subresource }) => {
    const node = nodeOf(user) ?? ''
    if (definition.resource === 'pods') {
      if (subresource === '' && !isMirror(object)) {
        throw forbidden(definition, name, `pod does not have "kubernetes.io/config.mirror" annotation, node "${node}" can only create mirror pods`)
      }
      return object
    }
    if (name !== node) throw forbidden(definition, name, `node "${node}" is not allowed to modify node "${name}"`)
    const wrong = operation === 'delete' ? [] : changedLabels(object, old).filter((label) => !allowed(label))
    if (wrong.length > 0) throw forbidden(definition, name, `node "${node}" is not allowed to ${operation === 'create' ? 'set' : 'modify'} the following labels: ${wrong.sort().join(', ')}`)
    return object
  },
}

function isMirror(object: JsonObject): boolean {
  const annotations = metadataOf(object)['annotations']
  return isObject(annotations) && annotations['kubernetes.io/config.mirror'] !== undefined
}

function changedLabels(object: JsonObject, old: JsonObject | undefined): string[] {
  const labelsOf = (one: JsonObject | undefined): JsonObject => {
    const labels = one === undefined ? undefined : metadataOf(one)['labels']
    return isObject(labels) ? labels : {}
  }
  const now = labelsOf(object)
  const before = labelsOf(old)
  return [...new Set([...Object.keys(now), ...Object.keys(before)])].filter((label) => now[label] !== before[label])
}

/** Labels outside Kubernetes' own domains are free; inside, only those that a kubelet sets. */
function allowed(label: string): boolean {
  const domain = label.includes('/') ? label.slice(0, label.indexOf('/')) : ''
  if (domain === 'node-restriction.kubernetes.io' || domain.endsWith('.node-restriction.kubernetes.io')) return false
  const isKubernetes = domain === 'kubernetes.io' || domain.endsWith('.kubernetes.io') || domain === 'k8s.io' || domain.endsWith('.k8s.io')
  if (!isKubernetes || ownLabels.has(label)) return true
  return domain === 'kubelet.kubernetes.io' || domain.endsWith('.kubelet.kubernetes.io') || domain === 'node.kubernetes.io' || domain.endsWith('.node.kubernetes.io')
}
