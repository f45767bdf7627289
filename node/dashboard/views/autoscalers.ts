// Autoscalers with their curves: how many replicas run and how many are wanted, drawn from the moment the page is open, between
// the least and the most that are allowed.
import { h } from 'preact'
import type { JSX } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { useCollection } from '../collection.ts'
import { kinds, pathOf } from '../objects.ts'
import type { Autoscaler } from '../objects.ts'
import { absence, badge, empty, useNow } from '../parts/pieces.ts'

/** Ten minutes, a point a second. */
const mostPoints = 600

interface Point {
  readonly current: number
  readonly desired: number
}

function Curve({ points, most }: { readonly points: readonly Point[]; readonly most: number }): JSX.Element {
  const x = (i: number): number => 300 - (points.length - 1 - i) * (300 / mostPoints)
  const y = (value: number): number => 58 - (value / Math.max(1, most)) * 54
  const path = (of: (point: Point) => number): string => points.map((point, i) => `${i === 0 ? 'M' : 'L'}${x(i).toFixed(1)} ${y(of(point)).toFixed(1)}`).join('')
  return h('svg', { class: 'curve', viewBox: '0 0 300 60', preserveAspectRatio: 'none', 'aria-hidden': 'true' },
    h('path', { class: 'wanted', d: path(({ desired }) => desired) }), h('path', { class: 'has', d: path(({ current }) => current) }))
}

function One({ scaler }: { readonly scaler: Autoscaler }): JSX.Element {
  const now = useNow()
  const points = useRef<Point[]>([])
  const { currentReplicas: current = 0, desiredReplicas: desired = 0, conditions = [] } = scaler.status ?? {}
  const { minReplicas: least = 1, maxReplicas: most = 1, scaleTargetRef } = scaler.spec ?? {}
  useEffect(() => { points.current = [...points.current, { current, desired }].slice(-mostPoints) }, [now])
  const limited = conditions.find(({ type, status }) => (type === 'ScalingActive' && status !== 'True') || (type === 'ScalingLimited' && status === 'True'))
  return h('section', { class: 'card', 'aria-label': scaler.metadata.name },
    h('h2', null, scaler.metadata.name, limited === undefined ? badge({ tone: 'good', word: 'Scaling' }) : badge({ tone: limited.type === 'ScalingActive' ? 'bad' : 'busy', word: limited.reason ?? limited.type })),
    h('p', { class: 'quiet' }, `${scaleTargetRef?.kind ?? ''} ${scaleTargetRef?.name ?? ''}: ${current} run, ${desired} wanted, from ${least} to ${most}`),
    h(Curve, { points: points.current, most }),
    limited?.message === undefined ? undefined : h('p', { class: 'quiet' }, limited.message))
}

export function Autoscalers(): JSX.Element {
  const found = useCollection<Autoscaler>(pathOf(kinds.autoscalers))
  return h('div', { class: 'page' }, h('h1', null, 'Autoscalers', h('small', null, found.items.length)),
    absence(found, 'autoscalers') ?? (found.items.length === 0 ? empty('There are no autoscalers.') : h('div', { class: 'machines' }, found.items.map((scaler) => h(One, { key: scaler.metadata.uid, scaler })))))
}
