// Pods: containers that run together on one Node. Admission adds the service account's volume, tolerations and priority;
// the scheduler's binding sets the Node; the kubelet writes the status.
import { isEqual, isTrue, listIn, mapField, mapItems, numberIn, objectIn, objectsIn, stringIn, withFields } from '../../objects/access.ts'
import { metadataOf } from '../../objects/encoding.ts'
import { dnsSubdomain } from '../../objects/names.ts'
import { timestamp } from '../../base/clock.ts'
import { defineKind } from '../kind.ts'
import { podCells } from './cells.ts'
import { podDefaults, qualityOfService } from './defaults.ts'
import { validatePodSpec, validatePodUpdate } from './validate.ts'
import type { FieldErrors } from '../field-errors.ts'
import type { Json, JsonObject } from '../../objects/json.ts'
import type { StrategyContext } from '../types.ts'

const defaultGraceSeconds = 30

/** Fields of features that are off in release 1.32: they are dropped and not refused. */
function dropDisabled(spec: JsonObject): JsonObject {
  let result = withFields(spec, { hostUsers: undefined, resourceClaims: undefined, resources: undefined })
  const strip = (container: JsonObject): JsonObject => mapField(withFields(container, { resizePolicy: undefined }), 'resources', (resources) => withFields(resources, { claims: undefined }))
  for (const list of ['containers', 'initContainers', 'ephemeralContainers']) result = mapItems(result, list, strip)
  return result
}

/** Keys of labels whose values the term takes over from the Pod itself. */
function joinLabelKeys(spec: JsonObject, labels: JsonObject): JsonObject {
  const join = (term: JsonObject): JsonObject => {
    const expressions = [...listIn(term, 'labelSelector', 'matchExpressions')]
    for (const [field, operator] of [['matchLabelKeys', 'In'], ['mismatchLabelKeys', 'NotIn']] as const) {
      for (const key of listIn(term, field)) if (typeof key === 'string' && labels[key] !== undefined) expressions.push({ key, operator, values: [labels[key] ?? ''] })
    }
    return expressions.length === 0 ? term : mapField(term, 'labelSelector', (selector) => withFields(selector, { matchExpressions: expressions }))
  }
  return mapField(spec, 'affinity', (affinity) => {
    let result = affinity
    for (const kind of ['podAffinity', 'podAntiAffinity']) {
      result = mapField(result, kind, (value) => {
        const needed = mapItems(value, 'requiredDuringSchedulingIgnoredDuringExecution', join)
        return mapItems(needed, 'preferredDuringSchedulingIgnoredDuringExecution', (preference) => mapField(preference, 'podAffinityTerm', join))
      })
    }
    return result
  })
}

function firstStatus(spec: JsonObject, nowMs: number): JsonObject {
  const status = { phase: 'Pending', qosClass: qualityOfService(spec) }
  if (listIn(spec, 'schedulingGates').length === 0) return status
  const gated = {
    type: 'PodScheduled', status: 'False', lastProbeTime: null, lastTransitionTime: timestamp(nowMs), reason: 'SchedulingGated', message: 'Scheduling is blocked due to non-empty scheduling gates',
  }
  return { ...status, conditions: [gated] }
}

function prepare(pod: JsonObject, old: JsonObject | undefined, context: StrategyContext): JsonObject {
  if (old === undefined) {
    const spec = joinLabelKeys(dropDisabled(objectIn(pod, 'spec')), objectIn(pod, 'metadata', 'labels'))
    return withFields(pod, { spec, status: firstStatus(spec, context.nowMs) })
  }
  if (context.subresource === 'ephemeralcontainers') {
    const spec = withFields(objectIn(old, 'spec'), { ephemeralContainers: objectIn(pod, 'spec').ephemeralContainers })
    return withFields(pod, { spec, status: old.status, metadata: withFields(metadataOf(old), { managedFields: metadataOf(pod).managedFields }) })
  }
  return context.subresource === 'status' ? pod : withFields(pod, { spec: dropDisabled(objectIn(pod, 'spec')) })
}

function validate(errors: FieldErrors, pod: JsonObject, old: JsonObject | undefined, subresource: string): void {
  const spec = objectIn(pod, 'spec')
  if (subresource === 'status' || subresource === 'binding') return
  if (subresource === 'ephemeralcontainers') return validateEphemeral(errors, spec, objectIn(old, 'spec'))
  validatePodSpec(errors, spec, 'spec', 'pod')
  if (old === undefined) {
    if (objectsIn(spec, 'ephemeralContainers').length > 0) errors.forbidden('spec.ephemeralContainers', 'cannot be set on create')
    const isGated = objectsIn(spec, 'schedulingGates').length > 0
    if (isGated && stringIn(spec, 'nodeName') !== '') errors.forbidden('spec.nodeName', 'cannot be set until all schedulingGates have been cleared')
    return
  }
  validatePodUpdate(errors, pod, old)
}

function validateEphemeral(errors: FieldErrors, spec: JsonObject, before: JsonObject): void {
  const given = objectsIn(spec, 'ephemeralContainers')
  const names = new Set([...objectsIn(spec, 'containers'), ...objectsIn(spec, 'initContainers')].map((container) => stringIn(container, 'name')))
  for (const known of objectsIn(before, 'ephemeralContainers')) {
    const now = given.find((container) => stringIn(container, 'name') === stringIn(known, 'name'))
    if (now === undefined) errors.forbidden('spec.ephemeralContainers', `existing ephemeral containers "${stringIn(known, 'name')}" may not be removed\n`)
    else if (!isEqual(now, known)) errors.forbidden('spec.ephemeralContainers', `existing ephemeral containers "${stringIn(known, 'name')}" may not be changed\n`)
  }
  for (const [at, container] of given.entries()) validateEphemeralContainer(errors, container, `spec.ephemeralContainers[${at}]`, names)
}

const forbiddenForEphemeral: readonly string[] = ['lifecycle', 'livenessProbe', 'ports', 'readinessProbe', 'resizePolicy', 'resources', 'restartPolicy', 'startupProbe']

function validateEphemeralContainer(errors: FieldErrors, container: JsonObject, path: string, names: Set<string>): void {
  const name = stringIn(container, 'name')
  const target = stringIn(container, 'targetContainerName')
  if (name === '') errors.required(`${path}.name`)
  else errors.each(`${path}.name`, name, dnsSubdomain(name))
  if (stringIn(container, 'image') === '') errors.required(`${path}.image`)
  if (target !== '' && !names.has(target)) errors.notFound(`${path}.targetContainerName`, target)
  for (const field of forbiddenForEphemeral) {
    const value = container[field]
    const isEmpty = value === undefined || (typeof value === 'object' && value !== null && Object.keys(value).length === 0)
    if (!isEmpty) errors.forbidden(`${path}.${field}`, 'cannot be set for an Ephemeral Container')
  }
  if (names.has(name)) errors.duplicate(`${path}.name`, name)
  names.add(name)
}

/** How long the Pod may take to end: nothing of it runs before it has a Node or after it is over. */
function gracePeriodSeconds(pod: JsonObject, requested: number | undefined): number {
  const isOver = ['Succeeded', 'Failed'].includes(stringIn(pod, 'status', 'phase'))
  if (stringIn(pod, 'spec', 'nodeName') === '' || isOver) return 0
  const seconds = requested ?? numberIn(pod, 'spec', 'terminationGracePeriodSeconds') ?? defaultGraceSeconds
  return seconds < 0 ? 1 : seconds
}

function selectable(pod: JsonObject): { readonly [label: string]: string } {
  const addresses = objectsIn(pod, 'status', 'podIPs').map((entry) => stringIn(entry, 'ip'))
  return {
    'spec.nodeName': stringIn(pod, 'spec', 'nodeName'),
    'spec.host': stringIn(pod, 'spec', 'nodeName'),
    'spec.restartPolicy': stringIn(pod, 'spec', 'restartPolicy'),
    'spec.schedulerName': stringIn(pod, 'spec', 'schedulerName'),
    'spec.serviceAccountName': stringIn(pod, 'spec', 'serviceAccountName'),
    'spec.hostNetwork': String(isTrue(pod, 'spec', 'hostNetwork')),
    'status.phase': stringIn(pod, 'status', 'phase'),
    'status.podIP': addresses[0] ?? stringIn(pod, 'status', 'podIP'),
    'status.podIPs': addresses.join(','),
    'status.nominatedNodeName': stringIn(pod, 'status', 'nominatedNodeName'),
  }
}

const overlapping = (texts: readonly string[]): readonly string[] => texts.filter((text, at) => texts.indexOf(text) < at)

/** Ports that a container names twice. */
function warnings(pod: JsonObject): readonly string[] {
  const texts: string[] = []
  for (const [at, container] of objectsIn(pod, 'spec', 'containers').entries()) {
    const ports = objectsIn(container, 'ports').map((port: { readonly [field: string]: Json | undefined }) => `${stringIn(port, 'protocol')}/${numberIn(port, 'containerPort') ?? 0}/${numberIn(port, 'hostPort') ?? 0}`)
    for (const text of new Set(overlapping(ports))) {
      const [first, second] = [ports.indexOf(text), ports.lastIndexOf(text)]
      if (text.endsWith('/0')) texts.push(`spec.containers[${at}].ports[${second}]: duplicate port definition with spec.containers[${at}].ports[${first}]`)
    }
  }
  return texts
}

export const pods = defineKind({
  key: '/v1/pods',
  definition: 'io.k8s.api.core.v1.Pod',
  subresources: ['status', 'ephemeralcontainers'],
  defaults: podDefaults,
  prepare,
  validate: (errors, object, old, context) => validate(errors, object, old, context.subresource),
  warnings,
  cells: podCells,
  selectable,
  gracePeriodSeconds,
})
