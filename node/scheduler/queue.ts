// The Pods that wait for a node. Active ones are taken by priority and then age; one that failed waits in back-off, and one
// that no node can take waits until something changes that may help it. It decides when, never where.
// Source: Kubernetes concepts, Scheduling Framework (queueing); Pod Priority and Preemption (order).
import type { Clock, Timer } from '../base/clock.ts'
import type { Pod } from '../objects/generated/core-v1.ts'
import { podBackoffBaseMs, podBackoffMostMs, unschedulableRetryMs } from './limits.ts'

interface Waiting {
  readonly key: string
  readonly pod: Pod
  readonly attempts: number
  /** When it may be tried again. */
  readonly readyMs: number
  /** Order of arrival. */
  readonly number: number
}

/** See the head of this file. */
export class SchedulingQueue {
  readonly #clock: Clock
  readonly #wake: () => void
  /** Sorted: the next one is the last. */
  readonly #active: Waiting[] = []
  readonly #inactive = new Map<string, Waiting & { readonly where: 'backoff' | 'unschedulable' }>()
  readonly #attempts = new Map<string, number>()
  #timer: { readonly atMs: number; readonly timer: Timer } | undefined
  #count = 0

  constructor(clock: Clock, wake: () => void) {
    this.#clock = clock
    this.#wake = wake
  }

  get active(): number {
    return this.#active.length
  }

  /** How many wait in back-off and how many until something changes. */
  inactive(): { readonly backoff: number; readonly unschedulable: number } {
    const backoff = [...this.#inactive.values()].filter((one) => one.where === 'backoff').length
    return { backoff, unschedulable: this.#inactive.size - backoff }
  }

  /** A Pod is new or was changed by somebody: it is worth a look now. */
  add(key: string, pod: Pod): void {
    this.#drop(key)
    this.#activate({ key, pod, attempts: this.#attempts.get(key) ?? 0, readyMs: 0, number: this.#count++ })
  }

  /** A Pod that waits has changed in a way that helps nothing. */
  refresh(key: string, pod: Pod): void {
    const waiting = this.#inactive.get(key)
    if (waiting !== undefined) this.#inactive.set(key, { ...waiting, pod })
    const at = this.#active.findIndex((one) => one.key === key)
    const active = this.#active[at]
    if (active !== undefined) this.#active[at] = { ...active, pod }
  }

  has(key: string): boolean {
    return this.#inactive.has(key) || this.#active.some((one) => one.key === key)
  }

  /** The Pod needs no node any more. */
  remove(key: string): void {
    this.#drop(key)
    this.#attempts.delete(key)
  }

  next(): { readonly key: string; readonly pod: Pod } | undefined {
    const next = this.#active.pop()
    if (next === undefined) return undefined
    this.#attempts.set(next.key, next.attempts + 1)
    return next
  }

  /** An attempt failed: `error` waits for its back-off only, `unschedulable` for a change. */
  failed(key: string, pod: Pod, cause: 'error' | 'unschedulable'): void {
    const attempts = this.#attempts.get(key) ?? 1
    const backoffMs = Math.min(podBackoffMostMs, podBackoffBaseMs * 2 ** Math.min(attempts - 1, 10))
    const where = cause === 'error' ? 'backoff' : 'unschedulable'
    this.#inactive.set(key, { key, pod, attempts, readyMs: this.#clock.bootMs() + backoffMs, number: this.#count++, where })
    this.#plan()
  }

  /** Something changed that may help: unschedulable Pods (those that it concerns) are tried again, each not before its back-off. */
  somethingChanged(concerns: (pod: Pod) => boolean = () => true): void {
    for (const [key, one] of this.#inactive) {
      if (one.where === 'unschedulable' && concerns(one.pod)) this.#inactive.set(key, { ...one, where: 'backoff' })
    }
    this.#release()
  }

  stop(): void {
    this.#timer?.timer.cancel()
    this.#timer = undefined
  }

  /** Activates what has waited long enough. */
  #release(): void {
    const nowMs = this.#clock.bootMs()
    for (const [key, one] of this.#inactive) {
      if (nowMs < dueMs(one)) continue
      this.#inactive.delete(key)
      this.#activate(one)
    }
    this.#plan()
  }

  #plan(): void {
    const nextMs = Math.min(...[...this.#inactive.values()].map(dueMs))
    if (!Number.isFinite(nextMs) || (this.#timer !== undefined && this.#timer.atMs <= nextMs)) return
    this.#timer?.timer.cancel()
    const timer = this.#clock.after(Math.max(0, nextMs - this.#clock.bootMs()), () => {
      this.#timer = undefined
      this.#release()
    })
    this.#timer = { atMs: nextMs, timer }
  }

  #drop(key: string): void {
    this.#inactive.delete(key)
    const at = this.#active.findIndex((one) => one.key === key)
    if (at >= 0) this.#active.splice(at, 1)
  }

  #activate(item: Waiting): void {
    let low = 0
    let high = this.#active.length
    while (low < high) {
      const middle = (low + high) >>> 1
      const other = this.#active[middle]
      if (other !== undefined && isBefore(item, other)) low = middle + 1
      else high = middle
    }
    this.#active.splice(low, 0, item)
    this.#wake()
  }
}

const dueMs = (one: Waiting & { readonly where: 'backoff' | 'unschedulable' }): number => (one.where === 'backoff' ? one.readyMs : one.readyMs + unschedulableRetryMs)

const priorityOf = (pod: Pod): number => pod.spec?.priority ?? 0

function isBefore(one: Waiting, other: Waiting): boolean {
  return priorityOf(one.pod) !== priorityOf(other.pod) ? priorityOf(one.pod) > priorityOf(other.pod) : one.number < other.number
}
