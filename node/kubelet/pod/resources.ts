// Requests and limits of containers as the kernel's control groups take them, and the quality of service class that
// follows from them (Kubernetes documentation, Pod Quality of Service Classes). Pure.
import type { Container, Pod } from '../../objects/generated/core-v1.ts'
import { quantity, quantityMillis, quantityUnits } from '../../objects/quantity.ts'
import type { ContainerResources } from '../runtime/types.ts'
import { specOf } from './view.ts'

const sharesPerCpu = 1024
const leastShares = 2
const periodMicros = 100_000
const leastQuotaMicros = 1_000

const amount = (list: { readonly [name: string]: string } | undefined, name: string): string | undefined => list?.[name]

/** The container's control group settings. A limit stands in for a missing request. */
export function containerResources(container: Container): ContainerResources {
  const { requests, limits } = container.resources ?? {}
  const request = amount(requests, 'cpu') ?? amount(limits, 'cpu')
  const limit = amount(limits, 'cpu')
  const memory = amount(limits, 'memory')
  const millis = request === undefined ? 0 : quantityMillis(quantity(request))
  return {
    cpuShares: Math.max(leastShares, Math.floor((millis * sharesPerCpu) / 1000)),
    ...(limit === undefined ? {} : { cpuPeriod: periodMicros, cpuQuota: Math.max(leastQuotaMicros, Math.floor((quantityMillis(quantity(limit)) * periodMicros) / 1000)) }),
    ...(memory === undefined ? {} : { memoryLimitInBytes: quantityUnits(quantity(memory)) }),
  }
}

const computed = ['cpu', 'memory'] as const

/** Guaranteed, Burstable or BestEffort. */
export function qosClass(pod: Pod): string {
  const spec = specOf(pod)
  const containers = [...(spec.initContainers ?? []), ...spec.containers]
  const asks = (container: Container): boolean => computed.some((name) => isPositive(container.resources?.requests?.[name]) || isPositive(container.resources?.limits?.[name]))
  if (!containers.some(asks)) return 'BestEffort'
  const guaranteed = (container: Container): boolean => computed.every((name) => {
    const limit = container.resources?.limits?.[name]
    const request = container.resources?.requests?.[name] ?? limit
    return isPositive(limit) && limit !== undefined && request !== undefined && quantity(limit).nanos === quantity(request).nanos
  })
  return containers.every(guaranteed) ? 'Guaranteed' : 'Burstable'
}

const isPositive = (text: string | undefined): boolean => text !== undefined && quantity(text).nanos > 0n

/** How readily the kernel kills the container when memory runs out: by class and by its share of the machine's memory. */
export function oomScore(pod: Pod, container: Container, machineMemoryBytes: number): number {
  const quality = qosClass(pod)
  if (quality === 'Guaranteed') return -997
  if (quality === 'BestEffort') return 1000
  const request = container.resources?.requests?.['memory']
  const score = 1000 - (1000 * (request === undefined ? 0 : quantityUnits(quantity(request)))) / machineMemoryBytes
  return Math.floor(Math.min(999, Math.max(3, score)))
}
