// One autoscaler in both versions: what the first has no field for comes back from its annotations.
import { deepEqual, equal } from 'node:assert/strict'
import { objectIn, stringIn } from '../../../node/objects/access.ts'
import { horizontalPodAutoscalers as second } from '../../../node/resources/horizontal-pod-autoscaler.ts'
import { firstHorizontalPodAutoscalers as first, toFirstVersion, toSecondVersion } from '../../../node/resources/horizontal-pod-autoscaler-v1.ts'
import type { JsonObject } from '../../../node/objects/json.ts'
import type { StrategyContext } from '../../../node/resources/types.ts'

const context = (operation: 'create' | 'update', subresource = ''): StrategyContext => ({ nowMs: 0, operation, subresource, random: { uid: () => 'u', suffix: () => 's' } })
const spec = { scaleTargetRef: { kind: 'Deployment', name: 'd', apiVersion: 'apps/v1' }, minReplicas: 1, maxReplicas: 3 }
const cpu = { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 60 } } }
const memory = { type: 'Resource', resource: { name: 'memory', target: { type: 'AverageValue', averageValue: '100Mi' } } }
const rest = [
  memory,
  { type: 'ContainerResource', containerResource: { name: 'cpu', container: 'web', target: { type: 'Utilization', averageUtilization: 70 } } },
  { type: 'Pods', pods: { metric: { name: 'hits', selector: { matchLabels: { a: 'b' } } }, target: { type: 'AverageValue', averageValue: '10' } } },
  { type: 'Object', object: { describedObject: { kind: 'Service', name: 's', apiVersion: 'v1' }, metric: { name: 'rate' }, target: { type: 'Value', value: '5' } } },
  { type: 'External', external: { metric: { name: 'queue' }, target: { type: 'AverageValue', averageValue: '7' } } },
]
const behavior = {
  scaleUp: { stabilizationWindowSeconds: 0, selectPolicy: 'Max', policies: [{ type: 'Pods', value: 4, periodSeconds: 15 }, { type: 'Percent', value: 100, periodSeconds: 15 }] },
  scaleDown: { stabilizationWindowSeconds: 5, selectPolicy: 'Max', policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }] },
}
const object = (parts: JsonObject, metadata: JsonObject = {}): JsonObject => ({ kind: 'HorizontalPodAutoscaler', apiVersion: 'autoscaling/v2', metadata: { name: 'conv', ...metadata }, status: { desiredReplicas: 0, currentMetrics: null }, ...parts })
const annotations = (of: JsonObject): JsonObject => objectIn(of, 'metadata', 'annotations')

describe('resources / horizontal pod autoscaler v1', () => {
  it('shows an object of the second version as the reference was recorded to', () => {
    deepEqual(toFirstVersion(object({ spec: { ...spec, metrics: [cpu, memory], behavior } })), {
      kind: 'HorizontalPodAutoscaler', apiVersion: 'autoscaling/v1',
      metadata: {
        name: 'conv',
        annotations: {
          'autoscaling.alpha.kubernetes.io/behavior': '{"ScaleUp":{"StabilizationWindowSeconds":0,"SelectPolicy":"Max","Policies":[{"Type":"Pods","Value":4,"PeriodSeconds":15},{"Type":"Percent","Value":100,"PeriodSeconds":15}]},"ScaleDown":{"StabilizationWindowSeconds":5,"SelectPolicy":"Max","Policies":[{"Type":"Percent","Value":100,"PeriodSeconds":15}]}}',
          'autoscaling.alpha.kubernetes.io/metrics': '[{"type":"Resource","resource":{"name":"memory","targetAverageValue":"100Mi"}}]',
        },
      },
      spec: { ...spec, targetCPUUtilizationPercentage: 60 },
      status: { currentReplicas: 0, desiredReplicas: 0 },
    })
  })

  it('loses nothing on the way there and back', () => {
    const status = {
      observedGeneration: 1, currentReplicas: 2, desiredReplicas: 3, lastScaleTime: '2026-01-01T00:00:00Z',
      conditions: [{ type: 'AbleToScale', status: 'True', lastTransitionTime: '2026-01-01T00:00:00Z', reason: 'ReadyForNewScale', message: 'm' }],
      currentMetrics: [
        { type: 'Resource', resource: { name: 'cpu', current: { averageUtilization: 12, averageValue: '12m' } } },
        { type: 'Pods', pods: { metric: { name: 'hits' }, current: { averageValue: '3' } } },
        { type: 'Object', object: { describedObject: { kind: 'Service', name: 's' }, metric: { name: 'rate' }, current: { value: '4' } } },
      ],
    }
    const full = object({ spec: { ...spec, metrics: [...rest, cpu], behavior }, status }, { annotations: { mine: 'kept' } })
    const shown = toFirstVersion(full)
    equal(objectIn(shown, 'status').currentCPUUtilizationPercentage, 12)
    equal(annotations(shown).mine, 'kept')
    deepEqual(toSecondVersion(shown), full)
    const half = object({ spec: { ...spec, metrics: [cpu], behavior: { scaleDown: { policies: [{ type: 'Pods', value: 1, periodSeconds: 60 }] } } } })
    deepEqual(second.defaults(toSecondVersion(toFirstVersion(second.defaults(half)))), second.defaults(half))
  })

  it('takes the simple form, its defaults and its findings', () => {
    const given: JsonObject = { kind: 'HorizontalPodAutoscaler', apiVersion: 'autoscaling/v1', metadata: { name: 'x' }, spec: { scaleTargetRef: { kind: 'Deployment', name: 'd' }, maxReplicas: 3 } }
    const made = first.prepare(first.defaults(given), undefined, context('create'))
    deepEqual(made.spec, { scaleTargetRef: { kind: 'Deployment', name: 'd' }, maxReplicas: 3, minReplicas: 1, targetCPUUtilizationPercentage: 80 })
    deepEqual(first.validate(made, undefined, context('create')).filter((one) => one.field.startsWith('spec')), [])
    const wrong = first.defaults({ ...given, spec: { scaleTargetRef: { kind: 'Deployment', name: 'd' }, maxReplicas: 3, targetCPUUtilizationPercentage: -1 } })
    deepEqual(first.validate(wrong, undefined, context('create')).filter((one) => one.field.startsWith('spec')).map((one) => one.field), ['spec.metrics[0].resource.target.averageUtilization'])
    deepEqual(first.cells({ ...made, status: { currentReplicas: 2 } }, 0).slice(1, 6), ['Deployment/d', 'cpu: <unknown>/80%', '1', 3, 2])
  })

  it('passes over annotations that carry no metrics', () => {
    const odd = (text: string): JsonObject => ({ metadata: { annotations: { 'autoscaling.alpha.kubernetes.io/metrics': text, 'autoscaling.alpha.kubernetes.io/behavior': text } }, spec: { ...spec, targetCPUUtilizationPercentage: 50 } })
    for (const text of ['', '{', '5', '"a"', 'null', '[5]', '[{"type":7}]', '[{"type":"Resource","resource":{"name":[]}}]', '{"scaleUp":{"policies":"no"}}']) {
      deepEqual(objectIn(toSecondVersion(odd(text)), 'spec'), { ...spec, metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } } }] }, text)
    }
  })

  it('keeps the status that its writer does not know, on the main resource, and the spec on the status', () => {
    const status = { currentReplicas: 2, desiredReplicas: 2, currentMetrics: null, conditions: [{ type: 'AbleToScale', status: 'True' }] }
    const old = toFirstVersion(object({ spec: { ...spec, metrics: [cpu], behavior }, status }))
    const simple = { ...old, metadata: { name: 'conv' }, spec: { ...spec, targetCPUUtilizationPercentage: 40 }, status: {} }
    const updated = toSecondVersion(first.prepare(simple, old, context('update')))
    deepEqual(updated.status, status)
    // The client took the annotation of the behavior away, so it is gone.
    equal(objectIn(updated, 'spec').behavior, undefined)
    const counted = first.prepare({ ...old, spec: {}, status: { currentReplicas: 5, desiredReplicas: 5 } }, old, context('update', 'status'))
    deepEqual(counted.spec, old.spec)
    equal(stringIn(counted, 'apiVersion'), 'autoscaling/v1')
    equal(objectIn(counted, 'status').currentReplicas, 5)
  })
})
