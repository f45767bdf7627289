// Horizontal pod autoscalers: what to scale, between which sizes, and by which measures. Whether a target exists is not
// asked here; the controller says it in a condition. Source: API reference, autoscaling/v2 HorizontalPodAutoscaler.
import { has, listIn, mapField, numberIn, objectIn, objectsIn, stringIn, withDefaults } from '../objects/access.ts'
import { quantity } from '../objects/quantity.ts'
import { age, name } from './cells.ts'
import { goWholeQuantity, verbatim } from './field-errors.ts'
import { defineKind } from './kind.ts'
import type { FieldErrors } from './field-errors.ts'
import type { JsonObject } from '../objects/json.ts'

/** The field of a metric that its type names. */
const sourceFields: { readonly [type: string]: string } = { Resource: 'resource', ContainerResource: 'containerResource', Pods: 'pods', Object: 'object', External: 'external' }
const sourceTypes = ['ContainerResource', 'External', 'Object', 'Pods', 'Resource']
const windowMostSeconds = 3_600
const periodMostSeconds = 1_800
const cellsShown = 2

const defaultMetrics = [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } } }]
const upPolicies = [{ type: 'Pods', value: 4, periodSeconds: 15 }, { type: 'Percent', value: 100, periodSeconds: 15 }]
const downPolicies = [{ type: 'Percent', value: 100, periodSeconds: 15 }]

function defaults(object: JsonObject): JsonObject {
  return mapField(object, 'spec', (given) => {
    const spec = withDefaults(given, { minReplicas: 1, ...(listIn(given, 'metrics').length === 0 ? { metrics: defaultMetrics } : {}) })
    if (!has(spec, 'behavior')) return spec
    return mapField(spec, 'behavior', (behavior) => {
      const both = withDefaults(behavior, { scaleUp: {}, scaleDown: {} })
      const up = mapField(both, 'scaleUp', (rules) => withDefaults(rules, { stabilizationWindowSeconds: 0, selectPolicy: 'Max', policies: upPolicies }))
      return mapField(up, 'scaleDown', (rules) => withDefaults(rules, { selectPolicy: 'Max', policies: downPolicies }))
    })
  })
}

function validateTarget(errors: FieldErrors, target: JsonObject, path: string): void {
  const type = stringIn(target, 'type')
  if (type === '') errors.required(`${path}.type`, 'must specify a metric target type')
  else if (!['Utilization', 'Value', 'AverageValue'].includes(type)) errors.invalid(`${path}.type`, type, 'must be either Utilization, Value, or AverageValue')
  for (const field of ['value', 'averageValue']) {
    const text = stringIn(target, field)
    if (text !== '' && quantity(text).nanos <= 0n) errors.invalid(`${path}.${field}`, verbatim(goWholeQuantity(text)), 'must be positive')
  }
  const utilization = numberIn(target, 'averageUtilization')
  if (utilization !== undefined && utilization < 1) errors.invalid(`${path}.averageUtilization`, utilization, 'must be greater than 0')
}

/** Metrics that others must serve: a name, an object for Object, and a target that fits. */
function validateForeign(errors: FieldErrors, type: string, source: JsonObject, path: string): void {
  if (type === 'Object') for (const field of ['kind', 'name']) if (stringIn(source, 'describedObject', field) === '') errors.required(`${path}.describedObject.${field}`)
  if (stringIn(source, 'metric', 'name') === '') errors.required(`${path}.metric.name`, 'must specify a metric name')
  const hasAverage = has(source, 'target', 'averageValue')
  if (type === 'Pods') {
    if (!hasAverage) errors.required(`${path}.target.averageValue`, 'must specify a positive target averageValue')
  } else if (!hasAverage && !has(source, 'target', 'value')) errors.required(`${path}.target.averageValue`, 'must set either a target value for metric or a per-pod target')
}

function validateMetric(errors: FieldErrors, metric: JsonObject, path: string): void {
  const type = stringIn(metric, 'type')
  const field = sourceFields[type]
  if (type === '') errors.required(`${path}.type`, 'must specify a metric source type')
  if (field === undefined) {
    // The reference says it twice: of the type, and of what the type should name.
    if (type !== '') for (let times = 0; times < 2; times++) errors.notSupported(`${path}.type`, type, sourceTypes)
    return
  }
  if (!has(metric, field)) errors.required(`${path}.${field}`, 'must populate information for the given metric source')
  for (const other of Object.values(sourceFields)) {
    if (other !== field && has(metric, other)) errors.forbidden(`${path}.${other}`, 'must populate the given metric source only')
  }
  const source = objectIn(metric, field)
  if (!has(metric, field)) return
  const target = objectIn(source, 'target')
  validateTarget(errors, target, `${path}.${field}.target`)
  if (type !== 'Resource' && type !== 'ContainerResource') {
    validateForeign(errors, type, source, `${path}.${field}`)
    return
  }
  if (stringIn(source, 'name') === '') errors.required(`${path}.${field}.name`, 'must specify a resource name')
  if (type === 'ContainerResource' && stringIn(source, 'container') === '') errors.required(`${path}.${field}.container`, 'must specify a container')
  const [hasRate, hasValue] = [has(target, 'averageUtilization'), has(target, 'averageValue')]
  if (!hasRate && !hasValue) errors.required(`${path}.${field}.target.averageUtilization`, 'must set either a target raw value or a target utilization')
  if (hasRate && hasValue) errors.forbidden(`${path}.${field}.target.averageValue`, 'may not set both a target raw value and a target utilization')
}

function validateRules(errors: FieldErrors, rules: JsonObject, path: string): void {
  const windowSeconds = numberIn(rules, 'stabilizationWindowSeconds')
  if (windowSeconds !== undefined && windowSeconds < 0) errors.invalid(`${path}.stabilizationWindowSeconds`, windowSeconds, 'must be greater than or equal to zero')
  if (windowSeconds !== undefined && windowSeconds > windowMostSeconds) errors.invalid(`${path}.stabilizationWindowSeconds`, windowSeconds, `must be less than or equal to ${windowMostSeconds}`)
  const select = stringIn(rules, 'selectPolicy')
  if (!['Max', 'Min', 'Disabled'].includes(select)) errors.notSupported(`${path}.selectPolicy`, select, ['Disabled', 'Max', 'Min'])
  const policies = objectsIn(rules, 'policies')
  if (policies.length === 0) errors.required(`${path}.policies`, 'must specify at least one Policy')
  for (const [at, policy] of policies.entries()) {
    const place = `${path}.policies[${at}]`
    const type = stringIn(policy, 'type')
    if (!['Pods', 'Percent'].includes(type)) errors.notSupported(`${place}.type`, type, ['Percent', 'Pods'])
    const value = numberIn(policy, 'value') ?? 0
    if (value <= 0) errors.invalid(`${place}.value`, value, 'must be greater than zero')
    const periodSeconds = numberIn(policy, 'periodSeconds') ?? 0
    if (periodSeconds <= 0) errors.invalid(`${place}.periodSeconds`, periodSeconds, 'must be greater than zero')
    if (periodSeconds > periodMostSeconds) errors.invalid(`${place}.periodSeconds`, periodSeconds, `must be less than or equal to ${periodMostSeconds}`)
  }
}

function validate(errors: FieldErrors, object: JsonObject): void {
  const spec = objectIn(object, 'spec')
  const [least, most] = [numberIn(spec, 'minReplicas') ?? 1, numberIn(spec, 'maxReplicas') ?? 0]
  if (least < 1) errors.invalid('spec.minReplicas', least, 'must be greater than or equal to 1')
  if (most < 1) errors.invalid('spec.maxReplicas', most, 'must be greater than 0')
  if (most < least) errors.invalid('spec.maxReplicas', most, 'must be greater than or equal to `minReplicas`')
  for (const field of ['kind', 'name']) {
    const text = stringIn(spec, 'scaleTargetRef', field)
    if (text === '') errors.required(`spec.scaleTargetRef.${field}`)
    else if (text.includes('/')) errors.invalid(`spec.scaleTargetRef.${field}`, text, "may not contain '/'")
  }
  for (const [at, metric] of objectsIn(spec, 'metrics').entries()) validateMetric(errors, metric, `spec.metrics[${at}]`)
  const sources = objectsIn(spec, 'metrics').map((metric) => stringIn(metric, 'type'))
  if (least === 0 && !sources.includes('Object') && !sources.includes('External')) errors.forbidden('spec.metrics', 'must specify at least one Object or External metric to support scaling to zero replicas')
  if (!has(spec, 'behavior')) return
  for (const way of ['scaleUp', 'scaleDown']) validateRules(errors, objectIn(spec, 'behavior', way), `spec.behavior.${way}`)
}

function targetText(metric: JsonObject, status: JsonObject | undefined): string {
  const type = stringIn(metric, 'type')
  const field = sourceFields[type] ?? ''
  const target = objectIn(metric, field, 'target')
  const current = objectIn(status ?? {}, field, 'current')
  const isResource = type === 'Resource' || type === 'ContainerResource'
  const label = isResource ? `${stringIn(metric, field, 'name')}: ` : ''
  if (has(target, 'averageValue')) {
    const suffix = type === 'External' || type === 'Object' ? ' (avg)' : ''
    return `${label}${stringIn(current, 'averageValue') || '<unknown>'}/${stringIn(target, 'averageValue')}${suffix}`
  }
  if (!isResource) return `${stringIn(current, 'value') || '<unknown>'}/${stringIn(target, 'value')}`
  const utilization = numberIn(current, 'averageUtilization')
  return `${label}${utilization === undefined ? '<unknown>' : `${utilization}%`}/${numberIn(target, 'averageUtilization') ?? '<auto>'}%`
}

function targetsCell(object: JsonObject): string {
  const statuses = objectsIn(object, 'status', 'currentMetrics')
  const texts = objectsIn(object, 'spec', 'metrics').map((metric, at) => targetText(metric, statuses[at]))
  if (texts.length === 0) return '<none>'
  const shown = texts.slice(0, cellsShown).join(', ')
  return texts.length > cellsShown ? `${shown} + ${texts.length - cellsShown} more...` : shown
}

export const horizontalPodAutoscalers = defineKind({
  key: 'autoscaling/v2/horizontalpodautoscalers',
  definition: 'io.k8s.api.autoscaling.v2.HorizontalPodAutoscaler',
  subresources: ['status'],
  defaults,
  validate,
  cells: (object, nowMs) => [
    name(object), `${stringIn(object, 'spec', 'scaleTargetRef', 'kind')}/${stringIn(object, 'spec', 'scaleTargetRef', 'name')}`, targetsCell(object),
    String(numberIn(object, 'spec', 'minReplicas') ?? '<unset>'), numberIn(object, 'spec', 'maxReplicas') ?? 0,
    numberIn(object, 'status', 'currentReplicas') ?? 0, age(object, nowMs),
  ],
})
