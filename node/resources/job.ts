// Jobs: Pods that run until enough of them have succeeded. The server makes selector and labels itself, so that two Jobs
// of one template never count each other's Pods. Source: Kubernetes concepts, Jobs.
import { has, isEqual, isTrue, mapField, mapItems, numberIn, objectIn, objectsIn, stringIn, valueIn, withDefaults, withFields } from '../objects/access.ts'
import { metadataOf } from '../objects/encoding.ts'
import { shortDuration, timeMs } from '../objects/times.ts'
import { matchesLabels, selectorOf } from '../objects/selector.ts'
import { age, containerCells, name, selectorCell } from './cells.ts'
import { goStringMap, verbatim } from './field-errors.ts'
import { validateJobSpec } from './job-spec.ts'
import { defineKind } from './kind.ts'
import { goSelector, validateLabelSelector } from './label-selectors.ts'
import { templateDefaults } from './pod/defaults.ts'
import type { FieldErrors } from './field-errors.ts'
import type { JsonObject } from '../objects/json.ts'

const unlimited = 2 ** 31 - 1

/** What a Job's spec holds when nothing is said. */
function specDefaults(given: JsonObject): JsonObject {
  const isOpen = !has(given, 'completions') && !has(given, 'parallelism')
  const spec = withDefaults(given, {
    completions: isOpen ? 1 : undefined,
    parallelism: 1,
    backoffLimit: has(given, 'backoffLimitPerIndex') ? unlimited : 6,
    completionMode: 'NonIndexed',
    suspend: false,
    manualSelector: false,
    podReplacementPolicy: has(given, 'podFailurePolicy') ? 'Failed' : 'TerminatingOrFailed',
  })
  return mapField(spec, 'podFailurePolicy', (policy) => mapItems(policy, 'rules', (rule) => mapItems(rule, 'onPodConditions', (pattern) => (stringIn(pattern, 'status') === '' ? withFields(pattern, { status: 'True' }) : pattern))))
}

/** Labels that name the Job, in the form of today and in that of old releases. */
export function generatedLabels(uid: string, job: string): JsonObject {
  return { 'batch.kubernetes.io/controller-uid': uid, 'batch.kubernetes.io/job-name': job, 'controller-uid': uid, 'job-name': job }
}

const uidLabel = 'batch.kubernetes.io/controller-uid'

/** Gives a new Job its selector and its template's labels, unless the user takes care of them. */
function prepare(job: JsonObject, old: JsonObject | undefined): JsonObject {
  if (old !== undefined) return job
  const isManual = isTrue(job, 'spec', 'manualSelector')
  const uid = stringIn(job, 'metadata', 'uid')
  const selected = isManual ? job : mapField(job, 'spec', (spec) => {
    const template = objectIn(spec, 'template')
    const metadata = withFields({ creationTimestamp: null, ...metadataOf(template) }, { labels: { ...objectIn(template, 'metadata', 'labels'), ...generatedLabels(uid, name(job)) } })
    const selector = withFields(objectIn(spec, 'selector'), { matchLabels: { ...objectIn(spec, 'selector', 'matchLabels'), [uidLabel]: uid } })
    return withFields(spec, { selector, template: withFields(template, { metadata }) })
  })
  const labels = objectIn(selected, 'spec', 'template', 'metadata', 'labels')
  if (has(job, 'metadata', 'labels') || Object.keys(labels).length === 0) return selected
  return mapField(selected, 'metadata', (metadata) => withFields(metadata, { labels }))
}

function validateSelector(errors: FieldErrors, job: JsonObject): void {
  const spec = objectIn(job, 'spec')
  const selector = objectIn(spec, 'selector')
  const generated = { matchLabels: { [uidLabel]: stringIn(job, 'metadata', 'uid') } }
  if (has(spec, 'selector') && !isTrue(spec, 'manualSelector') && !isEqual(selector, generated)) {
    errors.invalid('spec.selector', verbatim(goSelector(selector)), '`selector` not auto-generated')
  }
}

function validateSelected(errors: FieldErrors, spec: JsonObject): void {
  if (!has(spec, 'selector')) errors.required('spec.selector')
  else validateLabelSelector(errors, objectIn(spec, 'selector'), 'spec.selector')
  const labels = objectIn(spec, 'template', 'metadata', 'labels')
  if (!has(spec, 'selector') || !matchesLabels(selectorOf(spec.selector), labels)) {
    errors.invalid('spec.template.metadata.labels', verbatim(goStringMap(labels)), '`selector` does not match template `labels`')
  }
}

/** An Indexed Job may grow and shrink when completions and parallelism stay the same. */
function isElastic(spec: JsonObject, before: JsonObject): boolean {
  const [completions, parallelism] = [numberIn(spec, 'completions'), numberIn(spec, 'parallelism')]
  return stringIn(before, 'completionMode') === 'Indexed' && completions !== undefined && completions === parallelism
}

/** Where the Pods of a Job may run can change while it is suspended and none was ever started. */
function fixedTemplate(spec: JsonObject, before: JsonObject, old: JsonObject): JsonObject {
  const template = objectIn(spec, 'template')
  const isWaiting = isTrue(before, 'suspend') && !has(old, 'status', 'startTime')
  if (!isWaiting) return template
  const pod = objectIn(template, 'spec')
  const known = objectIn(before, 'template')
  const free = { nodeSelector: known.nodeSelector, tolerations: known.tolerations, affinity: known.affinity, schedulingGates: known.schedulingGates }
  const moved = Object.fromEntries(Object.keys(free).map((field) => [field, valueIn(known, 'spec', field)]))
  return withFields(template, { metadata: known.metadata, spec: withFields(pod, moved) })
}

function validateUpdate(errors: FieldErrors, spec: JsonObject, old: JsonObject): void {
  const before = objectIn(old, 'spec')
  const isFixed = (field: string): boolean => !isEqual(spec[field], before[field])
  if (isFixed('completions') && !isElastic(spec, before)) errors.invalid('spec.completions', spec.completions, 'field is immutable')
  if (isFixed('selector')) errors.invalid('spec.selector', has(spec, 'selector') ? verbatim(goSelector(objectIn(spec, 'selector'))) : 'null', 'field is immutable')
  if (!isEqual(fixedTemplate(spec, before, old), objectIn(before, 'template'))) errors.invalid('spec.template', objectIn(spec, 'template'), 'field is immutable')
  for (const field of ['completionMode', 'podFailurePolicy', 'backoffLimitPerIndex', 'managedBy', 'successPolicy']) {
    if (isFixed(field)) errors.invalid(`spec.${field}`, spec[field], 'field is immutable')
  }
}

/** The state as one word, the most final one first. */
function stateCell(job: JsonObject): string {
  const holds = (type: string): boolean => objectsIn(job, 'status', 'conditions').some((condition) => stringIn(condition, 'type') === type && stringIn(condition, 'status') === 'True')
  for (const type of ['Complete', 'Failed']) if (holds(type)) return type
  if (has(job, 'metadata', 'deletionTimestamp')) return 'Terminating'
  return ['Suspended', 'FailureTarget', 'SuccessCriteriaMet'].find(holds) ?? 'Running'
}

function completionsCell(job: JsonObject): string {
  const succeeded = numberIn(job, 'status', 'succeeded') ?? 0
  const completions = numberIn(job, 'spec', 'completions')
  if (completions !== undefined) return `${succeeded}/${completions}`
  const parallelism = numberIn(job, 'spec', 'parallelism') ?? 0
  return parallelism > 1 ? `${succeeded}/1 of ${parallelism}` : `${succeeded}/1`
}

function durationCell(job: JsonObject, nowMs: number): string {
  const startedMs = timeMs(valueIn(job, 'status', 'startTime'))
  return startedMs === undefined ? '' : shortDuration((timeMs(valueIn(job, 'status', 'completionTime')) ?? nowMs) - startedMs)
}

export const jobs = defineKind({
  key: 'batch/v1/jobs',
  definition: 'io.k8s.api.batch.v1.Job',
  subresources: ['status'],
  hasGeneration: true,
  defaults: (object) => mapField(templateDefaults(object), 'spec', specDefaults),
  prepare,
  validate: (errors, object, old, context) => {
    if (context.subresource === 'status') return
    const spec = objectIn(object, 'spec')
    if (old === undefined) validateSelector(errors, object)
    validateJobSpec(errors, spec, 'spec')
    validateSelected(errors, spec)
    if (old !== undefined) validateUpdate(errors, spec, old)
  },
  cells: (object, nowMs) => [
    name(object), stateCell(object), completionsCell(object), durationCell(object, nowMs), age(object, nowMs),
    ...containerCells(objectIn(object, 'spec', 'template', 'spec')), selectorCell(valueIn(object, 'spec', 'selector')),
  ],
  selectable: (object) => ({ 'status.successful': String(numberIn(object, 'status', 'succeeded') ?? 0) }),
  // As the reference does for this version: who deletes a Job without a word keeps its Pods.
  defaultPropagation: 'Orphan',
})
