// What a Pod asks of a node: the sum of its containers, or the largest of its init containers, whichever is more, and the
// overhead of its runtime class. Restartable init containers (sidecars) run beside the containers and count with them.
// Source: Kubernetes concepts, Init containers (resource sharing) and Sidecar containers. CPU counts in thousandths, all else in units.
import type { Container, Pod, PodSpec } from '../generated/core-v1.ts'
import { parseQuantity, quantityMillis, quantityUnits } from '../quantity.ts'

/** Amounts by resource name; `cpu` in thousandths of a CPU, others in units (bytes for memory). */
export type Amounts = ReadonlyMap<string, number>

/** CPU and memory that a container without requests counts as when nodes are scored, never when they are filtered. */
export const unstatedMilliCpu = 100
export const unstatedMemoryBytes = 200 * 1024 * 1024

/** Amounts of a field such as `requests`, `capacity` or `allocatable`; what is no quantity counts as nothing. */
export function amountsOf(list: { readonly [name: string]: string } | undefined): Map<string, number> {
  const amounts = new Map<string, number>()
  for (const [name, text] of Object.entries(list ?? {})) {
    const parsed = parseQuantity(String(text))
    if (typeof parsed !== 'string') amounts.set(name, name === 'cpu' ? quantityMillis(parsed) : quantityUnits(parsed))
  }
  return amounts
}

const requested = new WeakMap<PodSpec, Amounts>()
const weighed = new WeakMap<PodSpec, Amounts>()

/** What the Pod reserves on its node. */
export function podRequests(pod: Pod): Amounts {
  if (pod.spec === undefined) return new Map()
  const known = requested.get(pod.spec)
  if (known !== undefined) return known
  const amounts = sumOfSpec(pod.spec, (container) => amountsOf(container.resources?.requests))
  requested.set(pod.spec, amounts)
  return amounts
}

/** The same for scoring: containers that state no request for CPU or memory count with a small one. */
export function podScoringRequests(pod: Pod): Amounts {
  if (pod.spec === undefined) return new Map()
  const known = weighed.get(pod.spec)
  if (known !== undefined) return known
  const amounts = sumOfSpec(pod.spec, (container) => {
    const stated = amountsOf(container.resources?.requests)
    if (!stated.has('cpu')) stated.set('cpu', unstatedMilliCpu)
    if (!stated.has('memory')) stated.set('memory', unstatedMemoryBytes)
    return stated
  })
  weighed.set(pod.spec, amounts)
  return amounts
}

function sumOfSpec(spec: PodSpec, of: (container: Container) => Map<string, number>): Amounts {
  const total = new Map<string, number>()
  for (const container of spec.containers) addTo(total, of(container))
  const sidecars = new Map<string, number>()
  const peak = new Map<string, number>()
  for (const container of spec.initContainers ?? []) {
    const amounts = of(container)
    if (container.restartPolicy === 'Always') {
      addTo(sidecars, amounts)
      addTo(total, amounts)
      raiseTo(peak, sidecars)
    } else {
      // While it runs, the sidecars before it run too.
      addTo(amounts, sidecars)
      raiseTo(peak, amounts)
    }
  }
  raiseTo(total, peak)
  addTo(total, amountsOf(spec.overhead))
  return total
}

function addTo(total: Map<string, number>, amounts: Amounts): void {
  for (const [name, amount] of amounts) total.set(name, (total.get(name) ?? 0) + amount)
}

function raiseTo(total: Map<string, number>, amounts: Amounts): void {
  for (const [name, amount] of amounts) total.set(name, Math.max(total.get(name) ?? 0, amount))
}
