// What autoscalers measured and decided in the last hour, as the dashboard draws it: each peer notes every change of their status
// in its own copy of the state. Nothing is stored, so a daemon that starts anew begins anew; another peer may know more.
import type { Clock } from '../base/clock.ts'
import type { Informer } from '../client/informer.ts'
import type { HorizontalPodAutoscaler, MetricSpec, MetricStatus, MetricTarget, MetricValueStatus } from '../objects/generated/autoscaling-v2.ts'
import type { JsonObject } from '../objects/json.ts'
import { quantity } from '../objects/quantity.ts'
import { autoscalerPointsMost, autoscalersMost, autoscalerSpanMs } from './limits.ts'

/** One moment: wall clock in ms, replicas that ran and that were wanted, and the load in percent of its target; -1 when not known. */
type Point = readonly [atMs: number, current: number, desired: number, load: number]

const unknownLoad = -1

export interface HistoryDeps {
  readonly clock: Clock
  readonly autoscalers: Pick<Informer<HorizontalPodAutoscaler>, 'onChange'>
}

export class AutoscalerHistory {
  readonly #clock: Clock
  readonly #points = new Map<string, Point[]>()

  constructor({ clock, autoscalers }: HistoryDeps) {
    this.#clock = clock
    autoscalers.onChange(({ kind, object }) => {
      const uid = object.metadata.uid ?? ''
      if (kind === 'deleted') this.#points.delete(uid)
      else this.#note(uid, object)
    })
  }

  /** Points by the autoscaler's uid, the oldest first. */
  read(): JsonObject {
    const sinceMs = this.#clock.wallMs() - autoscalerSpanMs
    return { spanMs: autoscalerSpanMs, autoscalers: Object.fromEntries([...this.#points].map(([uid, points]) => [uid, points.filter(([atMs]) => atMs >= sinceMs).map((point) => [...point])])) }
  }

  #note(uid: string, autoscaler: HorizontalPodAutoscaler): void {
    const { status } = autoscaler
    const points = this.#points.get(uid) ?? []
    if (status === undefined || (points.length === 0 && this.#points.size >= autoscalersMost)) return
    this.#points.set(uid, points)
    points.push([this.#clock.wallMs(), status.currentReplicas ?? 0, status.desiredReplicas, loadOf(autoscaler)])
    if (points.length > autoscalerPointsMost) points.shift()
  }
}

/** The highest of an autoscaler's measures, each in percent of its target: what the number of replicas follows. */
export function loadOf({ spec, status }: HorizontalPodAutoscaler): number {
  const loads = (spec?.metrics ?? []).map((wanted, i) => loadOfOne(wanted, status?.currentMetrics?.[i]))
  return Math.max(unknownLoad, ...loads)
}

function loadOfOne(wanted: MetricSpec, measured: MetricStatus | undefined): number {
  const target = targetOf(wanted)
  const current = currentOf(measured)
  if (target === undefined || current === undefined || wanted.type !== measured?.type) return unknownLoad
  if (target.averageUtilization !== undefined && current.averageUtilization !== undefined) return percent(current.averageUtilization, target.averageUtilization)
  if (target.averageValue !== undefined && current.averageValue !== undefined) return percent(amount(current.averageValue), amount(target.averageValue))
  return target.value !== undefined && current.value !== undefined ? percent(amount(current.value), amount(target.value)) : unknownLoad
}

const targetOf = ({ containerResource, external, object, pods, resource }: MetricSpec): MetricTarget | undefined => (containerResource ?? external ?? object ?? pods ?? resource)?.target

const currentOf = (status: MetricStatus | undefined): MetricValueStatus | undefined =>
  (status?.containerResource ?? status?.external ?? status?.object ?? status?.pods ?? status?.resource)?.current

const amount = (text: string): number => Number(quantity(text).nanos)

const percent = (part: number, whole: number): number => (whole > 0 ? Math.round((part / whole) * 100) : unknownLoad)
