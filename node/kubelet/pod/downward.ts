// The downward API: fields and resources of a Pod as text, for environment variables and volume files (Kubernetes
// documentation, Downward API). Pure.
import type { Container, Pod, ResourceFieldSelector } from '../../objects/generated/core-v1.ts'
import { quantity } from '../../objects/quantity.ts'
import { containerConfigFailed } from '../errors.ts'
import { containersOf, specOf } from './view.ts'

/** What the Pod itself does not say. */
export interface DownwardContext {
  readonly podAddresses: readonly string[]
  readonly hostAddresses: readonly string[]
  /** The Node's allocatable amounts: they stand in for limits that a container does not set. */
  readonly allocatable: { readonly [name: string]: string }
}

const sortedLines = (map: { readonly [key: string]: string } | undefined): string =>
  Object.entries(map ?? {}).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, value]) => `${key}=${JSON.stringify(value)}`).join('\n')

/** The value of a field path; empty for what is not known yet. Throws containerConfigFailed for an unknown path. */
export function fieldText(pod: Pod, path: string, context: DownwardContext): string {
  const keyed = /^metadata\.(labels|annotations)\['(.*)'\]$/.exec(path)
  if (keyed !== null) return (keyed[1] === 'labels' ? pod.metadata.labels : pod.metadata.annotations)?.[keyed[2] ?? ''] ?? ''
  switch (path) {
    case 'metadata.name': return pod.metadata.name ?? ''
    case 'metadata.namespace': return pod.metadata.namespace ?? ''
    case 'metadata.uid': return pod.metadata.uid ?? ''
    case 'metadata.labels': return sortedLines(pod.metadata.labels)
    case 'metadata.annotations': return sortedLines(pod.metadata.annotations)
    case 'spec.nodeName': return specOf(pod).nodeName ?? ''
    case 'spec.serviceAccountName': return specOf(pod).serviceAccountName ?? ''
    case 'status.hostIP': return context.hostAddresses[0] ?? ''
    case 'status.hostIPs': return context.hostAddresses.join(',')
    case 'status.podIP': return context.podAddresses[0] ?? ''
    case 'status.podIPs': return context.podAddresses.join(',')
    default: throw containerConfigFailed.make({ reason: `unsupported fieldPath: ${path}` })
  }
}

/** The value of a container's request or limit, in units of the divisor, rounded up. */
export function resourceText(pod: Pod, own: Container, selector: ResourceFieldSelector, context: DownwardContext): string {
  const name = selector.containerName
  const container = name === undefined || name === '' ? own : containersOf(pod).find((each) => each.container.name === name)?.container
  if (container === undefined) throw containerConfigFailed.make({ reason: `container ${name} not found` })
  const match = /^(requests|limits)\.(.+)$/.exec(selector.resource)
  const resource = match?.[2]
  if (match === null || resource === undefined) throw containerConfigFailed.make({ reason: `unsupported container resource : ${selector.resource}` })
  const { limits, requests } = container.resources ?? {}
  const text = match[1] === 'limits' ? limits?.[resource] ?? context.allocatable[resource] : requests?.[resource]
  const divisor = selector.divisor === undefined || selector.divisor === '0' || selector.divisor === '' ? '1' : selector.divisor
  const amount = quantity(text ?? '0').nanos
  const unit = quantity(divisor).nanos
  return String((amount + unit - 1n) / unit)
}
