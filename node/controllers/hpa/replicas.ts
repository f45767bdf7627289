// How many replicas one resource metric asks for. Pods without a measure or not ready yet dampen the answer: they count as
// idle when it would grow and as busy when it would shrink, and never turn its direction. Pure.
// Source: Kubernetes documentation, "Horizontal Pod Autoscaling: algorithm details".
import { assert } from '../../../protocol/base/assert.ts'
import type { Container, Pod } from '../../objects/generated/core-v1.ts'
import { quantity, quantityMillis } from '../../objects/quantity.ts'
import { cpuInitializationMs, initialReadinessMs, tolerance } from './limits.ts'

/** What a Pod uses of the resource, in thousandths of its unit. */
export interface PodUse {
  readonly millis: number
  readonly atMs: number
  readonly windowMs: number
}

/** What a metric is aimed at: a percentage of the requests, or an amount a Pod in thousandths. */
export type Target = { readonly kind: 'utilization'; readonly percent: number } | { readonly kind: 'average'; readonly millis: number }

export interface MetricInput {
  readonly resource: string
  /** Only this container counts; all of a Pod when empty. */
  readonly container: string
  readonly target: Target
  readonly currentReplicas: number
  readonly pods: readonly Pod[]
  /** By the name of the Pod. */
  readonly uses: ReadonlyMap<string, PodUse>
  readonly nowMs: number
}

export type Proposal =
  | { readonly ok: true; readonly replicas: number; readonly averageMillis: number; readonly percent: number | undefined }
  | { readonly ok: false; readonly message: string }

interface Groups {
  readonly ready: number
  readonly unready: readonly string[]
  readonly missing: readonly string[]
  readonly counted: Map<string, number>
}

const nameOf = (pod: Pod): string => pod.metadata.name ?? ''

function isUnready(pod: Pod, use: PodUse, nowMs: number): boolean {
  const condition = pod.status?.conditions?.find((one) => one.type === 'Ready')
  const startMs = Date.parse(pod.status?.startTime ?? '')
  if (condition === undefined || Number.isNaN(startMs)) return true
  const changedMs = Date.parse(condition.lastTransitionTime ?? '') || 0
  const isFalse = condition.status === 'False'
  // While it may still be starting, a measure counts only if it was taken wholly after the Pod became ready.
  if (startMs + cpuInitializationMs > nowMs) return isFalse || use.atMs < changedMs + use.windowMs
  return isFalse && startMs + initialReadinessMs > changedMs
}

function group({ pods, uses, resource, nowMs }: MetricInput): Groups {
  const [unready, missing]: [string[], string[]] = [[], []]
  const counted = new Map<string, number>()
  for (const pod of pods) {
    const use = uses.get(nameOf(pod))
    if (pod.metadata.deletionTimestamp !== undefined || pod.status?.phase === 'Failed') continue
    if (pod.status?.phase === 'Pending') unready.push(nameOf(pod))
    else if (use === undefined) missing.push(nameOf(pod))
    else if (resource === 'cpu' && isUnready(pod, use, nowMs)) unready.push(nameOf(pod))
    else counted.set(nameOf(pod), use.millis)
  }
  return { ready: counted.size, unready, missing, counted }
}

/** Requests by Pod, or what is wrong with them. */
function requestsOf({ pods, resource, container }: MetricInput): ReadonlyMap<string, number> | string {
  const requests = new Map<string, number>()
  for (const pod of pods) {
    const lasting = (pod.spec?.initContainers ?? []).filter((one) => one.restartPolicy === 'Always')
    const all: readonly Container[] = [...lasting, ...(pod.spec?.containers ?? [])]
    let millis = 0
    for (const one of all.filter((each) => container === '' || each.name === container)) {
      const request = one.resources?.requests?.[resource]
      if (request === undefined) return `missing request for ${resource} in container ${one.name} of Pod ${nameOf(pod)}`
      millis += quantityMillis(quantity(request))
    }
    requests.set(nameOf(pod), millis)
  }
  return requests
}

interface Ratio {
  readonly ratio: number
  readonly averageMillis: number
  readonly percent: number | undefined
}

function ratioOf(counted: ReadonlyMap<string, number>, requests: ReadonlyMap<string, number>, target: Target): Ratio | undefined {
  const total = [...counted.values()].reduce((sum, millis) => sum + millis, 0)
  const averageMillis = Math.trunc(total / counted.size)
  if (target.kind === 'average') return { ratio: averageMillis / target.millis, averageMillis, percent: undefined }
  const requested = [...counted.keys()].reduce((sum, name) => sum + (requests.get(name) ?? 0), 0)
  if (requested === 0) return undefined
  const percent = Math.trunc(total * 100 / requested)
  return { ratio: percent / target.percent, averageMillis, percent }
}

/** What a Pod without a measure counts as, when the metric is below its target. */
function fallbackMillis(target: Target, request: number): number {
  return target.kind === 'average' ? target.millis : Math.trunc(request * Math.max(100, target.percent) / 100)
}

/** The proposal of one metric. */
export function proposeReplicas(input: MetricInput): Proposal {
  const { pods, target, currentReplicas } = input
  const refuse = (message: string): Proposal => ({ ok: false, message })
  if (pods.length === 0) return refuse('no pods returned by selector while calculating replica count')
  const { ready, unready, missing, counted } = group(input)
  if (counted.size === 0) return refuse('did not receive metrics for targeted pods (pods might be unready)')
  const requests = target.kind === 'utilization' ? requestsOf(input) : new Map<string, number>()
  if (typeof requests === 'string') return refuse(requests)
  const first = ratioOf(counted, requests, target)
  if (first === undefined) return refuse('no metrics returned matched known pods')
  const { ratio, averageMillis, percent } = first
  const answer = (replicas: number): Proposal => ({ ok: true, replicas, averageMillis, percent })
  const grows = unready.length > 0 && ratio > 1
  if (!grows && missing.length === 0) return answer(Math.abs(1 - ratio) <= tolerance ? currentReplicas : Math.ceil(ratio * ready))
  if (ratio < 1) for (const name of missing) counted.set(name, fallbackMillis(target, requests.get(name) ?? 0))
  else if (ratio > 1) for (const name of missing) counted.set(name, 0)
  if (grows) for (const name of unready) counted.set(name, 0)
  const damped = ratioOf(counted, requests, target)?.ratio ?? ratio
  assert(damped >= 0, 'a ratio of use is not negative')
  if (Math.abs(1 - damped) <= tolerance || (ratio < 1 && damped > 1) || (ratio > 1 && damped < 1)) return answer(currentReplicas)
  const replicas = Math.ceil(damped * counted.size)
  const turns = (damped < 1 && replicas > currentReplicas) || (damped > 1 && replicas < currentReplicas)
  return answer(turns ? currentReplicas : replicas)
}
