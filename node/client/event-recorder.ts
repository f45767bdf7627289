// The event recorder tells people what a part of the daemon did to an object, as Event objects. Equal events of ten minutes
// become one Event with a count, and an object that causes too many is cut short: events must never be a load of their own.
// Sending happens in the background; an event that cannot be sent is dropped and counted, never retried for long.
// Source: Kubernetes API reference, Event; the folding follows what `kubectl describe` expects (count, firstTimestamp, lastTimestamp).
import { BoundedQueue } from '../../protocol/base/bounded-queue.ts'
import type { Random } from '../../protocol/base/random.ts'
import { type Clock, timestamp } from '../base/clock.ts'
import type { Logger } from '../base/logger.ts'
import type { Metrics } from '../base/metrics.ts'
import type { Event, ObjectReference } from '../objects/generated/core-v1.ts'
import type { Client } from './client.ts'
import { isNotFound } from './errors.ts'
import { eventBurst, eventQueueCapacity, eventRefillMs, eventSeriesLifeMs, eventSeriesRemembered } from './limits.ts'
import { eventsDropped } from './metrics.ts'
import { events, groupVersion, type ResourceType } from './resource-types.ts'
import type { ApiObject } from './types.ts'

/** What somebody tells of an object. */
export interface EventRecorder {
  /** `reason` is one word in CamelCase, `message` a sentence for people. */
  event(object: ObjectReference, type: 'Normal' | 'Warning', reason: string, message: string): void
}

/** A reference to an object, as events carry it. */
export function referenceTo<T extends ApiObject>(type: ResourceType<T>, object: T, fieldPath?: string): ObjectReference {
  const { name, namespace, uid, resourceVersion } = object.metadata
  return { apiVersion: groupVersion(type), kind: type.kind, name, namespace, uid, resourceVersion, fieldPath }
}

export interface EventRecorderDeps {
  readonly client: Client
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  readonly metrics: Metrics
}

interface Series {
  readonly event: Event
  readonly lastMs: number
}

interface Allowance {
  readonly tokens: number
  readonly atMs: number
}

/** Records events of `component` (as `kubectl describe` shows under From), on `host` when it is tied to one. */
export function createEventRecorder(deps: EventRecorderDeps, component: string, host?: string): EventRecorder {
  return new Recorder(deps, component, host)
}

class Recorder implements EventRecorder {
  readonly #deps: EventRecorderDeps
  readonly #component: string
  readonly #host: string | undefined
  readonly #queue = new BoundedQueue<{ readonly key: string; readonly event: Event }>(eventQueueCapacity)
  readonly #series = new Map<string, Series>()
  readonly #allowances = new Map<string, Allowance>()
  #lastName = 0n
  #isSending = false

  constructor(deps: EventRecorderDeps, component: string, host: string | undefined) {
    this.#deps = deps
    this.#component = component
    this.#host = host
  }

  event(object: ObjectReference, type: 'Normal' | 'Warning', reason: string, message: string): void {
    if (!this.#allowed(`${object.kind}/${object.namespace}/${object.name}/${object.uid}`)) {
      this.#dropped('rate')
      return
    }
    const key = JSON.stringify([object.uid, object.kind, object.namespace, object.name, object.fieldPath, type, reason, message])
    const event = this.#next(key, object, type, reason, message)
    if (!this.#queue.push({ key, event })) {
      this.#dropped('queue')
      return
    }
    if (!this.#isSending) void this.#send()
  }

  /** The Event to write: the next count of a series that lives, or the first of a new one. */
  #next(key: string, object: ObjectReference, type: string, reason: string, message: string): Event {
    const nowMs = this.#deps.clock.bootMs()
    const now = timestamp(this.#deps.clock.wallMs())
    const known = this.#series.get(key)
    const event = known !== undefined && nowMs - known.lastMs < eventSeriesLifeMs
      ? { ...known.event, count: (known.event.count ?? 1) + 1, lastTimestamp: now }
      : this.#first(object, type, reason, message, now)
    this.#series.delete(key)
    this.#series.set(key, { event, lastMs: nowMs })
    forgetOldest(this.#series, eventSeriesRemembered)
    return event
  }

  #first(object: ObjectReference, type: string, reason: string, message: string, now: string): Event {
    const suffix = this.#suffix()
    const source = this.#host === undefined ? { component: this.#component } : { component: this.#component, host: this.#host }
    return {
      // Events of cluster-scoped objects live in the default namespace.
      metadata: { name: `${object.name}.${suffix}`, namespace: object.namespace ?? 'default' },
      involvedObject: object, reason, message, type, count: 1, firstTimestamp: now, lastTimestamp: now, source,
      reportingComponent: this.#component, reportingInstance: this.#host ?? '',
    }
  }

  /**
   * Nanoseconds since 1970 in hexadecimal digits, as the reference names Events: those of one second, whose times are told in
   * whole seconds, are then listed in the order in which they happened. Chance stands for what the clock does not tell.
   */
  #suffix(): string {
    const now = BigInt(Math.trunc(this.#deps.clock.wallMs())) * 1_000_000n + BigInt(this.#deps.random.integer(1_000_000))
    this.#lastName = now > this.#lastName ? now : this.#lastName + 1n
    return this.#lastName.toString(16)
  }

  #allowed(key: string): boolean {
    const nowMs = this.#deps.clock.bootMs()
    const known = this.#allowances.get(key) ?? { tokens: eventBurst, atMs: nowMs }
    const tokens = Math.min(eventBurst, known.tokens + (nowMs - known.atMs) / eventRefillMs)
    this.#allowances.delete(key)
    this.#allowances.set(key, { tokens: tokens >= 1 ? tokens - 1 : tokens, atMs: nowMs })
    forgetOldest(this.#allowances, eventSeriesRemembered)
    return tokens >= 1
  }

  async #send(): Promise<void> {
    this.#isSending = true
    const client = this.#deps.client.resource(events)
    for (let item = this.#queue.shift(); item !== undefined; item = this.#queue.shift()) {
      const { event } = item
      try {
        if (event.count === 1) {
          await client.create(event)
        } else {
          const body = { count: event.count, lastTimestamp: event.lastTimestamp }
          await client.patch(event.metadata.name ?? '', event.metadata.namespace, body)
        }
      } catch (error) {
        // The Event that the series counts on may have expired, or was never written: the next one starts a new series.
        this.#series.delete(item.key)
        this.#dropped('refused')
        if (!isNotFound(error)) this.#deps.logger.debug('an event was not recorded', { reason: event.reason, error })
      }
    }
    this.#isSending = false
  }

  #dropped(cause: 'rate' | 'queue' | 'refused'): void {
    this.#deps.metrics.counter(eventsDropped).add({ cause })
  }
}

function forgetOldest(map: Map<string, unknown>, most: number): void {
  if (map.size <= most) return
  const oldest = map.keys().next()
  if (oldest.done !== true) map.delete(oldest.value)
}
