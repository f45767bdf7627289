// Defaults, findings and columns of horizontal pod autoscalers, in the words of the reference.
import { deepEqual, equal } from 'node:assert/strict'
import type { JsonObject } from '../../../node/objects/json.ts'
import { horizontalPodAutoscalers as kind } from '../../../node/resources/horizontal-pod-autoscaler.ts'

const context = { nowMs: 0, operation: 'create', subresource: '', random: { uid: () => 'u', suffix: () => 's' } } as const
const made = (spec: JsonObject): JsonObject => kind.defaults({ metadata: { name: 'web', namespace: 'default' }, spec: { scaleTargetRef: { kind: 'Deployment', name: 'web' }, maxReplicas: 5, ...spec } })
const findings = (spec: JsonObject): readonly string[] => kind.validate(made(spec), undefined, context).map((one) => `${one.field}: ${one.detail}`)
const cpu = { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 60 } } }

describe('resources / horizontal pod autoscaler', () => {
  it('fills the least size, a metric, and both ways of a behavior', () => {
    const { spec } = made({ behavior: { scaleUp: { stabilizationWindowSeconds: 30 } } })
    deepEqual(spec, {
      scaleTargetRef: { kind: 'Deployment', name: 'web' }, minReplicas: 1, maxReplicas: 5,
      metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } } }],
      behavior: {
        scaleUp: { stabilizationWindowSeconds: 30, selectPolicy: 'Max', policies: [{ type: 'Pods', value: 4, periodSeconds: 15 }, { type: 'Percent', value: 100, periodSeconds: 15 }] },
        scaleDown: { selectPolicy: 'Max', policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }] },
      },
    })
    deepEqual(kind.defaults(made({ metrics: [cpu] })), made({ metrics: [cpu] }))
  })

  it('finds wrong sizes, metrics and rules', () => {
    deepEqual(findings({ metrics: [cpu] }), [])
    deepEqual(findings({ minReplicas: 0 }), ['spec.minReplicas: Invalid value: 0: must be greater than or equal to 1', 'spec.metrics: Forbidden: must specify at least one Object or External metric to support scaling to zero replicas'])
    deepEqual(findings({ minReplicas: 7 }), ['spec.maxReplicas: Invalid value: 5: must be greater than or equal to `minReplicas`'])
    deepEqual(findings({ scaleTargetRef: { kind: 'Deployment' } }), ['spec.scaleTargetRef.name: Required value'])
    deepEqual(findings({ metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization' } } }] }), ['spec.metrics[0].resource.target.averageUtilization: Required value: must set either a target raw value or a target utilization'])
    deepEqual(findings({ metrics: [{ type: 'Pods' }] }), ['spec.metrics[0].pods: Required value: must populate information for the given metric source'])
    deepEqual(findings({ behavior: { scaleDown: { stabilizationWindowSeconds: 4000 } } }), ['spec.behavior.scaleDown.stabilizationWindowSeconds: Invalid value: 4000: must be less than or equal to 3600'])
    deepEqual(findings({ behavior: { scaleUp: { policies: [{ type: 'Pods', value: 0, periodSeconds: 15 }] } } }), ['spec.behavior.scaleUp.policies[0].value: Invalid value: 0: must be greater than zero'])
  })

  it('shows what is used beside what is wanted', () => {
    const cells = (object: JsonObject): readonly unknown[] => kind.cells({ ...object, metadata: { name: 'web', creationTimestamp: '1970-01-01T00:00:00Z' } }, 60_000).slice(1, 6)
    deepEqual(cells(made({ metrics: [cpu] })), ['Deployment/web', 'cpu: <unknown>/60%', '1', 5, 0])
    const status = { currentReplicas: 3, currentMetrics: [{ type: 'Resource', resource: { name: 'cpu', current: { averageUtilization: 12, averageValue: '12m' } } }] }
    deepEqual(cells({ ...made({ metrics: [cpu, cpu, cpu] }), status }), ['Deployment/web', 'cpu: 12%/60%, cpu: <unknown>/60% + 1 more...', '1', 5, 3])
    equal(cells(made({ metrics: [{ type: 'Resource', resource: { name: 'memory', target: { type: 'AverageValue', averageValue: '1Gi' } } }] }))[1], 'memory: <unknown>/1Gi')
  })
})
