// Autoscalers with their curves of the last hour: how many replicas ran and how many were wanted, and the load that they follow, in
// percent of its target. The past is what the asked peer noted (/shoal/autoscalers); without the right to read that, the curves
// begin when the page is opened.
import { h } from 'preact'
import type { JSX } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { read } from '../api.ts'
import { useCollection } from '../collection.ts'
import { kinds, pathOf } from '../objects.ts'
import type { Autoscaler } from '../objects.ts'
import { absence, badge, empty, useNow } from '../parts/pieces.ts'

const againMs = 5_000
const widthPx = 300

/** Time in ms, replicas that ran, replicas that were wanted, load in percent of its target or -1. */
type Point = readonly [number, number, number, number]

interface Past {
  readonly spanMs: number
  readonly autoscalers: { readonly [uid: string]: readonly Point[] }
}

const nothing: Past = { spanMs: 3_600_000, autoscalers: {} }

function usePast(): Past {
  const [past, set] = useState(nothing)
  useEffect(() => {
    const stop = new AbortController()
    const ask = (): void => void read<Partial<Past>>('/shoal/autoscalers', stop.signal).then((answer) => set({ ...nothing, ...answer }), () => clearInterval(timer))
    const timer = setInterval(ask, againMs)
    ask()
    return () => {
      clearInterval(timer)
      stop.abort()
    }
  }, [])
  return past
}

interface CurveProps {
  readonly points: readonly Point[]
  readonly spanMs: number
  readonly nowMs: number
  /** Which numbers of a point, each with the name of its line in the style sheet. */
  readonly lines: readonly (readonly [number, string])[]
  readonly most: number
  readonly label: string
  /** A level that is worth a line. */
  readonly mark?: number
}

/** Steps, since a value holds until the next one. */
function Curve({ points, spanMs, nowMs, lines, most, label, mark }: CurveProps): JSX.Element {
  const x = (atMs: number): string => Math.max(0, widthPx - ((nowMs - atMs) / spanMs) * widthPx).toFixed(1)
  const y = (value: number): string => (58 - (Math.min(value, most) / Math.max(1, most)) * 54).toFixed(1)
  const path = (index: number): string => {
    const known = points.filter((point) => (point[index] ?? -1) >= 0)
    return known.map((point, i) => `${i === 0 ? `M${x(point[0])} ` : `H${x(point[0])}V`}${y(point[index] ?? 0)}`).join('') + (known.length === 0 ? '' : `H${widthPx}`)
  }
  return h('svg', { class: 'curve', viewBox: `0 0 ${widthPx} 60`, preserveAspectRatio: 'none', role: 'img', 'aria-label': label },
    mark === undefined ? undefined : h('path', { class: 'mark', d: `M0 ${y(mark)}H${widthPx}` }),
    lines.map(([index, name]) => h('path', { key: name, class: name, d: path(index) })))
}

function One({ scaler, past }: { readonly scaler: Autoscaler; readonly past: Past }): JSX.Element {
  const now = useNow()
  const { currentReplicas: current = 0, desiredReplicas: desired = 0, conditions = [] } = scaler.status ?? {}
  const { minReplicas: least = 1, maxReplicas: most = 1, scaleTargetRef } = scaler.spec ?? {}
  const noted = past.autoscalers[scaler.metadata.uid] ?? []
  const load = noted.at(-1)?.[3] ?? -1
  const points: readonly Point[] = [...noted, [now, current, desired, load]]
  const mostLoad = Math.max(150, ...points.map((point) => point[3]))
  const limited = conditions.find(({ type, status }) => (type === 'ScalingActive' && status !== 'True') || (type === 'ScalingLimited' && status === 'True'))
  return h('section', { class: 'card', 'aria-label': scaler.metadata.name },
    h('h2', null, scaler.metadata.name, limited === undefined ? badge({ tone: 'good', word: 'Scaling' }) : badge({ tone: limited.type === 'ScalingActive' ? 'bad' : 'busy', word: limited.reason ?? limited.type })),
    h('p', { class: 'quiet' }, `${scaleTargetRef?.kind ?? ''} ${scaleTargetRef?.name ?? ''}, from ${least} to ${most} replicas`),
    h('h3', null, `${current} run`, h('small', { class: 'wanted-name' }, `${desired} wanted`)),
    h(Curve, { points, spanMs: past.spanMs, nowMs: now, most, lines: [[2, 'wanted'], [1, 'has']], label: `Replicas in the last hour: now ${current}, wanted ${desired}, at most ${most}` }),
    h('h3', null, load < 0 ? 'Load is not known' : `${load} % of the target`, h('small', null, 'load')),
    h(Curve, { points, spanMs: past.spanMs, nowMs: now, most: mostLoad, lines: [[3, 'load']], mark: 100, label: `Load in the last hour, in percent of its target: now ${load < 0 ? 'not known' : load}` }),
    h('p', { class: 'scale quiet' }, h('span', null, 'an hour ago'), h('span', null, 'now')),
    limited?.message === undefined ? undefined : h('p', { class: 'quiet' }, limited.message))
}

export function Autoscalers(): JSX.Element {
  const found = useCollection<Autoscaler>(pathOf(kinds.autoscalers))
  const past = usePast()
  return h('div', { class: 'page' }, h('h1', null, 'Autoscalers', h('small', null, found.items.length)),
    absence(found, 'autoscalers') ?? (found.items.length === 0 ? empty('There are no autoscalers.') : h('div', { class: 'two' }, found.items.map((scaler) => h(One, { key: scaler.metadata.uid, scaler, past })))))
}
