// What is remembered of autoscalers, how long, and of how many.
import { deepEqual, equal } from 'node:assert/strict'
import type { ChangeListener } from '../../../node/client/informer.ts'
import { AutoscalerHistory, loadOf } from '../../../node/daemon/autoscaler-history.ts'
import { autoscalerPointsMost, autoscalersMost, autoscalerSpanMs } from '../../../node/daemon/limits.ts'
import type { HorizontalPodAutoscaler, MetricSpec, MetricStatus } from '../../../node/objects/generated/autoscaling-v2.ts'
import { ManualClock } from '../../support/manual-clock.ts'

const cpu = (averageUtilization: number): MetricSpec => ({ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization } } })
const used = (averageUtilization: number): MetricStatus => ({ type: 'Resource', resource: { name: 'cpu', current: { averageUtilization } } })

const scaler = (uid: string, desiredReplicas: number, measured?: number): HorizontalPodAutoscaler => ({
  metadata: { name: uid, namespace: 'default', uid },
  spec: { maxReplicas: 8, scaleTargetRef: { kind: 'Deployment', name: 'web' }, metrics: [cpu(60)] },
  status: { desiredReplicas, currentReplicas: 3, ...(measured === undefined ? {} : { currentMetrics: [used(measured)] }) },
})

describe('daemon / autoscaler history', () => {
  let clock: ManualClock
  let history: AutoscalerHistory
  let tell: ChangeListener<HorizontalPodAutoscaler>
  beforeEach(() => {
    clock = new ManualClock()
    history = new AutoscalerHistory({ clock, autoscalers: { onChange: (listener) => {
      tell = listener
      return () => undefined
    } } })
  })
  const note = (object: HorizontalPodAutoscaler): void => tell({ kind: 'updated', object, previous: object })
  const points = (uid: string): readonly (readonly number[])[] | undefined => (history.read() as { autoscalers: { [uid: string]: readonly (readonly number[])[] } }).autoscalers[uid]

  it('notes replicas and load at each change, and forgets what is older than an hour', () => {
    const startMs = clock.wallMs()
    note(scaler('a', 3))
    clock.advance(5_000)
    note(scaler('a', 5, 90))
    deepEqual(points('a'), [[startMs, 3, 3, -1], [startMs + 5_000, 3, 5, 150]])
    clock.advance(autoscalerSpanMs - 2_000)
    equal(points('a')?.length, 1)
  })

  it('forgets who is deleted, and keeps so many points of so many', () => {
    for (let i = 0; i <= autoscalerPointsMost; i++) note(scaler('a', i))
    equal(points('a')?.length, autoscalerPointsMost)
    for (let i = 0; i < autoscalersMost; i++) note(scaler(`more-${i}`, 1))
    equal(points(`more-${autoscalersMost - 1}`), undefined)
    tell({ kind: 'deleted', object: scaler('a', 1), previous: scaler('a', 1) })
    equal(points('a'), undefined)
  })

  it('the load is the highest of all measures, in percent of the target', () => {
    const { metadata, spec } = scaler('a', 1)
    const memory: MetricSpec = { type: 'Resource', resource: { name: 'memory', target: { type: 'AverageValue', averageValue: '1Gi' } } }
    const external: MetricSpec = { type: 'External', external: { metric: { name: 'queue' }, target: { type: 'Value', value: '10' } } }
    const of = (metrics: readonly MetricSpec[], currentMetrics: readonly MetricStatus[]): number => loadOf({ metadata, spec: { maxReplicas: 1, scaleTargetRef: { kind: '', name: '' }, ...spec, metrics }, status: { desiredReplicas: 1, currentMetrics } })
    equal(of([cpu(60), memory], [used(30), { type: 'Resource', resource: { name: 'memory', current: { averageValue: '768Mi' } } }]), 75)
    equal(of([external], [{ type: 'External', external: { metric: { name: 'queue' }, current: { value: '25' } } }]), 250)
    equal(of([cpu(60)], []), -1)
    equal(of([memory], [used(30)]), -1)
  })
})
