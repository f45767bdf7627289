// Deployments: how many Pods of a template there should be, and how a change of the template is rolled out.
import { has, mapField, numberIn, objectIn, stringIn, valueIn, withDefaults } from '../objects/access.ts'
import { age, containerCells, name, selectorCell } from './cells.ts'
import { goIntOrString, verbatim } from './field-errors.ts'
import { defineKind } from './kind.ts'
import { templateDefaults } from './pod/defaults.ts'
import { percentOf, validateIntOrPercent, validateSelectorAndTemplate } from './workload.ts'
import type { FieldErrors } from './field-errors.ts'
import type { JsonObject } from '../objects/json.ts'

function defaults(deployment: JsonObject): JsonObject {
  return mapField(templateDefaults(deployment), 'spec', (given) => {
    const spec = withDefaults(given, { replicas: 1, revisionHistoryLimit: 10, progressDeadlineSeconds: 600, strategy: {} })
    return mapField(spec, 'strategy', (value) => {
      const strategy = withDefaults(value, { type: 'RollingUpdate' })
      if (stringIn(strategy, 'type') !== 'RollingUpdate') return strategy
      return mapField(withDefaults(strategy, { rollingUpdate: {} }), 'rollingUpdate', (rolling) => withDefaults(rolling, { maxUnavailable: '25%', maxSurge: '25%' }))
    })
  })
}

function validateStrategy(errors: FieldErrors, strategy: JsonObject): void {
  const type = stringIn(strategy, 'type')
  const rolling = objectIn(strategy, 'rollingUpdate')
  if (type === 'Recreate') {
    if (has(strategy, 'rollingUpdate')) errors.forbidden('spec.strategy.rollingUpdate', "may not be specified when strategy `type` is 'Recreate'")
    return
  }
  if (type !== 'RollingUpdate') {
    errors.notSupported('spec.strategy', verbatim(`apps.DeploymentStrategy{Type:${JSON.stringify(type)}, RollingUpdate:(*apps.RollingUpdateDeployment)(nil)}`), ['Recreate', 'RollingUpdate'])
    return
  }
  const path = 'spec.strategy.rollingUpdate'
  const unavailable = valueIn(rolling, 'maxUnavailable')
  validateIntOrPercent(errors, unavailable, `${path}.maxUnavailable`)
  validateIntOrPercent(errors, valueIn(rolling, 'maxSurge'), `${path}.maxSurge`)
  const isZero = (value: unknown): boolean => value === 0 || value === '0%'
  if (isZero(unavailable) && isZero(valueIn(rolling, 'maxSurge'))) {
    errors.invalid(`${path}.maxUnavailable`, verbatim(goIntOrString(unavailable)), 'may not be 0 when `maxSurge` is 0')
  }
  if ((percentOf(unavailable) ?? 0) > 100) errors.invalid(`${path}.maxUnavailable`, verbatim(goIntOrString(unavailable)), 'must not be greater than 100%')
}

function validate(errors: FieldErrors, object: JsonObject, old: JsonObject | undefined): void {
  const spec = objectIn(object, 'spec')
  errors.nonNegative('spec.replicas', numberIn(spec, 'replicas'))
  validateSelectorAndTemplate(errors, spec, old, 'deployment')
  validateStrategy(errors, objectIn(spec, 'strategy'))
  const minReady = numberIn(spec, 'minReadySeconds') ?? 0
  errors.nonNegative('spec.minReadySeconds', minReady)
  errors.nonNegative('spec.revisionHistoryLimit', numberIn(spec, 'revisionHistoryLimit'))
  const deadline = numberIn(spec, 'progressDeadlineSeconds')
  errors.nonNegative('spec.progressDeadlineSeconds', deadline)
  if (deadline !== undefined && deadline <= minReady) errors.invalid('spec.progressDeadlineSeconds', deadline, 'must be greater than minReadySeconds')
}

export const deployments = defineKind({
  key: 'apps/v1/deployments',
  definition: 'io.k8s.api.apps.v1.Deployment',
  subresources: ['status', 'scale'],
  scale: { specReplicas: '.spec.replicas', statusReplicas: '.status.replicas', selector: '.spec.selector' },
  hasGeneration: true,
  countsAnnotations: true,
  defaults,
  validate,
  cells: (object, nowMs) => {
    const count = (field: string): number => numberIn(object, 'status', field) ?? 0
    const ready = `${count('readyReplicas')}/${numberIn(object, 'spec', 'replicas') ?? 0}`
    return [name(object), ready, count('updatedReplicas'), count('availableReplicas'), age(object, nowMs), ...containerCells(objectIn(object, 'spec', 'template', 'spec')), selectorCell(valueIn(object, 'spec', 'selector'))]
  },
})
