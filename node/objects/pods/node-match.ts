// Which nodes a Pod allows for itself: nodeSelector and node affinity.
// Source: Kubernetes concepts, Assigning Pods to Nodes. Whether there is room is another question (requests.ts).
import type { Node, NodeSelector, NodeSelectorRequirement, NodeSelectorTerm, Pod } from '../generated/core-v1.ts'
import { containsLabels } from './label-match.ts'

/** Whether the node meets the Pod's nodeSelector and its required node affinity. */
export function allowsNode(pod: Pod, node: Node): boolean {
  const { nodeSelector, affinity } = pod.spec ?? {}
  if (nodeSelector !== undefined && !containsLabels(nodeSelector, node.metadata.labels)) return false
  const required = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution
  return required === undefined || meetsNodeSelector(required, node)
}

/** Whether the node meets one of the selector's terms; volumes choose nodes by such selectors as well. */
export const meetsNodeSelector = (selector: NodeSelector, node: Node): boolean => selector.nodeSelectorTerms.some((term) => matchesTerm(term, node))

/** Sum of the weights of the preferred terms that the node meets. */
export function nodePreference(pod: Pod, node: Node): number {
  let weight = 0
  for (const term of pod.spec?.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []) {
    if (matchesTerm(term.preference, node)) weight += term.weight
  }
  return weight
}

/** A term's requirements must all hold; a term without any matches nothing. */
function matchesTerm(term: NodeSelectorTerm, node: Node): boolean {
  const expressions = term.matchExpressions ?? []
  const fields = term.matchFields ?? []
  if (expressions.length + fields.length === 0) return false
  const labels = node.metadata.labels ?? {}
  return expressions.every((one) => meets(one, labels[one.key]))
    && fields.every((one) => meets(one, one.key === 'metadata.name' ? node.metadata.name : undefined))
}

function meets(requirement: NodeSelectorRequirement, value: string | undefined): boolean {
  const values = requirement.values ?? []
  switch (requirement.operator) {
    case 'In': return value !== undefined && values.includes(value)
    case 'NotIn': return value === undefined || !values.includes(value)
    case 'Exists': return value !== undefined
    case 'DoesNotExist': return value === undefined
    case 'Gt': return isWhole(value) && isWhole(values[0]) && Number(value) > Number(values[0])
    case 'Lt': return isWhole(value) && isWhole(values[0]) && Number(value) < Number(values[0])
    default: return false
  }
}

const isWhole = (text: string | undefined): boolean => text !== undefined && /^-?\d+$/.test(text)
