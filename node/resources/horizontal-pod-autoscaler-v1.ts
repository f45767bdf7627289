// Horizontal pod autoscalers in their first version: the objects of autoscaling/v2 with one measure, the share of processor
// time. What that version has no field for travels in annotations, so that a client of it loses nothing it does not know.
// All rules are those of the second version: an object is turned, judged there, and turned back.
// Source: API reference, autoscaling/v1 HorizontalPodAutoscaler; recorded answers of one object read in both versions.
import { has, listIn, numberIn, objectIn, objectsIn, stringIn, valueIn, withFields } from '../objects/access.ts'
import { decodeTyped } from '../objects/decode.ts'
import { isObject, metadataOf } from '../objects/encoding.ts'
import { horizontalPodAutoscalers } from './horizontal-pod-autoscaler.ts'
import { defineKind } from './kind.ts'
import type { Json, JsonObject } from '../objects/json.ts'
import type { ResourceDefinition } from './types.ts'

const annotation = (name: string): string => `autoscaling.alpha.kubernetes.io/${name}`
const [metricsKey, statusesKey, conditionsKey, behaviorKey] = [annotation('metrics'), annotation('current-metrics'), annotation('conditions'), annotation('behavior')]
const carriers = [metricsKey, statusesKey, conditionsKey, behaviorKey]

/** Pairs of a path in the second version and a field of the first, for one type of metric, in the order of the reference. */
type Fields = readonly (readonly [path: readonly string[], flat: string])[]

const wanted: { readonly [source: string]: Fields } = {
  object: [[['describedObject'], 'target'], [['metric', 'name'], 'metricName'], [['target', 'value'], 'targetValue'], [['metric', 'selector'], 'selector'], [['target', 'averageValue'], 'averageValue']],
  pods: [[['metric', 'name'], 'metricName'], [['target', 'averageValue'], 'targetAverageValue'], [['metric', 'selector'], 'selector']],
  resource: [[['name'], 'name'], [['target', 'averageUtilization'], 'targetAverageUtilization'], [['target', 'averageValue'], 'targetAverageValue']],
  containerResource: [[['name'], 'name'], [['target', 'averageUtilization'], 'targetAverageUtilization'], [['target', 'averageValue'], 'targetAverageValue'], [['container'], 'container']],
  external: [[['metric', 'name'], 'metricName'], [['metric', 'selector'], 'metricSelector'], [['target', 'value'], 'targetValue'], [['target', 'averageValue'], 'targetAverageValue']],
}

const measured: { readonly [source: string]: Fields } = {
  object: [[['describedObject'], 'target'], [['metric', 'name'], 'metricName'], [['current', 'value'], 'currentValue'], [['metric', 'selector'], 'selector'], [['current', 'averageValue'], 'averageValue']],
  pods: [[['metric', 'name'], 'metricName'], [['current', 'averageValue'], 'currentAverageValue'], [['metric', 'selector'], 'selector']],
  resource: [[['name'], 'name'], [['current', 'averageUtilization'], 'currentAverageUtilization'], [['current', 'averageValue'], 'currentAverageValue']],
  containerResource: [[['name'], 'name'], [['current', 'averageUtilization'], 'currentAverageUtilization'], [['current', 'averageValue'], 'currentAverageValue'], [['container'], 'container']],
  external: [[['metric', 'name'], 'metricName'], [['metric', 'selector'], 'metricSelector'], [['current', 'value'], 'currentValue'], [['current', 'averageValue'], 'currentAverageValue']],
}

/** A metric in the flat form that the annotations have. */
function flattened(metric: JsonObject, forms: { readonly [source: string]: Fields }): JsonObject {
  const parts = Object.entries(forms).filter(([source]) => has(metric, source)).map(([source, fields]): [string, JsonObject] =>
    [source, Object.fromEntries(fields.map(([path, flat]): [string, Json | undefined] => [flat, valueIn(metric, source, ...path)]))])
  return { type: stringIn(metric, 'type'), ...Object.fromEntries(parts) }
}

/** The metric of a flat form; `isTarget` tells what is wanted from what was measured. */
function unfolded(flat: JsonObject, forms: { readonly [source: string]: Fields }, isTarget: boolean): JsonObject {
  const parts = Object.entries(forms).filter(([source]) => has(flat, source)).map(([source, fields]): [string, JsonObject] => {
    let part: JsonObject = {}
    for (const [[first = '', second], name] of fields) {
      const value = valueIn(flat, source, name)
      if (value === undefined || value === null) continue
      part = withFields(part, { [first]: second === undefined ? value : withFields(objectIn(part, first), { [second]: value }) })
    }
    return [source, isTarget ? withFields(part, { target: typedTarget(objectIn(part, 'target')) }) : part]
  })
  return { type: valueIn(flat, 'type'), ...Object.fromEntries(parts) }
}

/** The first version does not name the type of a target: it follows from what is given. A zero stands for an absent value. */
function typedTarget(target: JsonObject): JsonObject {
  if (has(target, 'averageUtilization')) return { type: 'Utilization', ...target }
  if (has(target, 'averageValue')) return { type: 'AverageValue', ...withFields(target, target.value === '0' ? { value: undefined } : {}) }
  return { type: 'Value', ...target }
}

const cpuMetric = (field: 'target' | 'current', utilization: Json | undefined): JsonObject =>
  ({ type: 'Resource', resource: { name: 'cpu', [field]: { ...(field === 'target' ? { type: 'Utilization' } : {}), averageUtilization: utilization } } })

const isCpu = (metric: JsonObject): boolean => stringIn(metric, 'type') === 'Resource' && stringIn(metric, 'resource', 'name') === 'cpu'

/** What an annotation carries, or undefined when it is missing or no JSON: like the reference, that is then as good as missing. */
function carried(object: JsonObject, key: string): Json | undefined {
  const text = stringIn(metadataOf(object), 'annotations', key)
  if (text === '') return undefined
  try {
    return JSON.parse(text)
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    return undefined
  }
}

/** The fields of a spec or status, when they have the types of the second version; nothing otherwise. */
function typed(part: 'Spec' | 'Status', fields: JsonObject): JsonObject {
  return decodeTyped(fields, `io.k8s.api.autoscaling.v2.HorizontalPodAutoscaler${part}`).ok ? fields : {}
}

/** The annotation of the behavior has the names of the reference's own structure, which begin with capitals. */
function renamed(value: Json | undefined, change: (letter: string) => string): Json | undefined {
  if (Array.isArray(value)) return value.map((item) => renamed(item, change) ?? null)
  if (!isObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [change(name.slice(0, 1)) + name.slice(1), renamed(part, change)]))
}

/** The behavior in an annotation; what is null there was not set. */
function behaviorOf(object: JsonObject): JsonObject {
  const text = JSON.stringify(renamed(carried(object, behaviorKey), (letter) => letter.toLowerCase()) ?? {}, (_, value: unknown) => value ?? undefined)
  const behavior: Json = JSON.parse(text)
  return isObject(behavior) && Object.keys(behavior).length > 0 ? typed('Spec', { behavior }) : {}
}

const rulesFields = ['stabilizationWindowSeconds', 'selectPolicy', 'policies']
const policyFields = ['type', 'value', 'periodSeconds']
const ordered = (object: JsonObject, names: readonly string[]): JsonObject => Object.fromEntries(names.map((name) => [name, object[name] ?? null]))

function behaviorText(behavior: JsonObject): string {
  const way = (name: string): Json => {
    if (!has(behavior, name)) return null
    const rules = ordered(objectIn(behavior, name), rulesFields)
    return withFields(rules, { policies: objectsIn(rules, 'policies').map((policy) => ordered(policy, policyFields)) })
  }
  return JSON.stringify(renamed({ scaleUp: way('scaleUp'), scaleDown: way('scaleDown') }, (letter) => letter.toUpperCase()))
}

function withAnnotations(object: JsonObject, added: JsonObject): JsonObject {
  const own = withFields(objectIn(metadataOf(object), 'annotations'), Object.fromEntries(carriers.map((key) => [key, undefined])))
  const annotations = withFields(own, added)
  return withFields(object, { metadata: withFields(metadataOf(object), { annotations: Object.keys(annotations).length === 0 ? undefined : annotations }) })
}

/** The object of autoscaling/v2 that one of autoscaling/v1 means. */
export function toSecondVersion(object: JsonObject): JsonObject {
  const [spec, status] = [objectIn(object, 'spec'), objectIn(object, 'status')]
  const [cpu, cpuNow] = [numberIn(spec, 'targetCPUUtilizationPercentage'), numberIn(status, 'currentCPUUtilizationPercentage')]
  const others = listIn({ list: carried(object, metricsKey) }, 'list').filter(isObject).map((flat) => unfolded(flat, wanted, true))
  const metrics = [...objectsIn(typed('Spec', { metrics: others }), 'metrics'), ...(cpu === undefined ? [] : [cpuMetric('target', cpu)])]
  const statuses = listIn({ list: carried(object, statusesKey) }, 'list').filter(isObject).map((flat) => unfolded(flat, measured, false))
  const known = objectsIn(typed('Status', { currentMetrics: statuses }), 'currentMetrics')
  const currentMetrics = known.length > 0 ? known : cpuNow === undefined ? null : [cpuMetric('current', cpuNow)]
  const conditions = carried(object, conditionsKey)
  return withAnnotations(withFields(object, {
    apiVersion: 'autoscaling/v2',
    spec: withFields(spec, {
      targetCPUUtilizationPercentage: undefined, metrics: metrics.length === 0 ? undefined : metrics,
      ...behaviorOf(object),
    }),
    status: withFields(status, {
      currentCPUUtilizationPercentage: undefined, currentReplicas: status.currentReplicas === 0 ? undefined : status.currentReplicas, currentMetrics,
      ...(conditions === undefined ? {} : typed('Status', { conditions })),
    }),
  }), {})
}

/** The object of autoscaling/v1 that shows one of autoscaling/v2. */
export function toFirstVersion(object: JsonObject): JsonObject {
  const [spec, status] = [objectIn(object, 'spec'), objectIn(object, 'status')]
  const metrics = objectsIn(spec, 'metrics')
  const cpu = numberIn(metrics.find(isCpu), 'resource', 'target', 'averageUtilization')
  const others = metrics.filter((metric) => !(isCpu(metric) && has(metric, 'resource', 'target', 'averageUtilization')))
  const statuses = objectsIn(status, 'currentMetrics')
  const cpuNow = statuses.filter(isCpu).map((metric) => numberIn(metric, 'resource', 'current', 'averageUtilization')).findLast((value) => value !== undefined)
  const conditions = objectsIn(status, 'conditions')
  const added: JsonObject = {
    ...(has(spec, 'behavior') ? { [behaviorKey]: behaviorText(objectIn(spec, 'behavior')) } : {}),
    ...(conditions.length === 0 ? {} : { [conditionsKey]: JSON.stringify(conditions) }),
    ...(statuses.length === 0 ? {} : { [statusesKey]: JSON.stringify(statuses.map((one) => flattened(one, measured))) }),
    ...(others.length === 0 ? {} : { [metricsKey]: JSON.stringify(others.map((one) => flattened(one, wanted))) }),
  }
  return withAnnotations(withFields(object, {
    apiVersion: 'autoscaling/v1',
    spec: withFields(spec, { metrics: undefined, behavior: undefined, targetCPUUtilizationPercentage: cpu }),
    status: withFields(status, {
      currentMetrics: undefined, conditions: undefined, currentReplicas: status.currentReplicas ?? 0, desiredReplicas: status.desiredReplicas ?? 0, currentCPUUtilizationPercentage: cpuNow,
    }),
  }), added)
}

const stored = horizontalPodAutoscalers
const storedBefore = (old: JsonObject | undefined): JsonObject | undefined => (old === undefined ? undefined : toSecondVersion(old))

export const firstHorizontalPodAutoscalers: ResourceDefinition = {
  ...defineKind({
    key: 'autoscaling/v1/horizontalpodautoscalers',
    definition: 'io.k8s.api.autoscaling.v1.HorizontalPodAutoscaler',
    subresources: ['status'],
    defaults: (object) => toFirstVersion(stored.defaults(toSecondVersion(object))),
    cells: (object, nowMs) => stored.cells(toSecondVersion(object), nowMs),
  }),
  prepare: (object, old, context) => toFirstVersion(stored.prepare(toSecondVersion(object), storedBefore(old), context)),
  validate: (object, old, context) => stored.validate(toSecondVersion(object), storedBefore(old), context),
  storedAs: { group: stored.group, resource: stored.resource, toStored: toSecondVersion, fromStored: toFirstVersion },
}
