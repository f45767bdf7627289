// What is wrong with the spec of a Job or of a CronJob's template: counts, modes, and the policies for failure and success.
// The order of the checks is the order of the causes that a client sees. Source: the Kubernetes API reference, JobSpec.
import { has, listIn, numberIn, objectIn, objectsIn, stringIn, valueIn } from '../objects/access.ts'
import { qualifiedName } from '../objects/names.ts'
import { parseIndexes } from '../objects/pods/indexes.ts'
import { verbatim } from './field-errors.ts'
import { indexedParallelismMost, successPolicyRulesMost } from './limits.ts'
import { validateAnnotations, validateLabels } from './metadata.ts'
import { validatePodSpec } from './pod/validate.ts'
import type { FieldErrors } from './field-errors.ts'
import type { JsonObject } from '../objects/json.ts'

const counts: readonly string[] = ['parallelism', 'completions', 'activeDeadlineSeconds', 'backoffLimit', 'ttlSecondsAfterFinished', 'backoffLimitPerIndex', 'maxFailedIndexes']

/** Checks a Job's spec after its defaults, but for the selector, which a template of Jobs does not have. */
export function validateJobSpec(errors: FieldErrors, spec: JsonObject, path: string): void {
  for (const field of counts) errors.nonNegative(`${path}.${field}`, numberIn(spec, field))
  if (has(spec, 'maxFailedIndexes') && !has(spec, 'backoffLimitPerIndex')) errors.required(`${path}.backoffLimitPerIndex`, 'when maxFailedIndexes is specified')
  validateManager(errors, spec, path)
  validateMode(errors, spec, path)
  if (has(spec, 'podFailurePolicy')) validateFailurePolicy(errors, spec, `${path}.podFailurePolicy`)
  if (has(spec, 'successPolicy')) validateSuccessPolicy(errors, spec, `${path}.successPolicy`)
  const replacement = stringIn(spec, 'podReplacementPolicy')
  if (has(spec, 'podReplacementPolicy') && has(spec, 'podFailurePolicy')) {
    if (replacement !== 'Failed') errors.notSupported(`${path}.podReplacementPolicy`, replacement, ['Failed'])
  } else if (has(spec, 'podReplacementPolicy') && !['Failed', 'TerminatingOrFailed'].includes(replacement)) {
    errors.notSupported(`${path}.podReplacementPolicy`, replacement, ['Failed', 'TerminatingOrFailed'])
  }
  validateTemplate(errors, spec, `${path}.template`)
}

function validateManager(errors: FieldErrors, spec: JsonObject, path: string): void {
  const manager = stringIn(spec, 'managedBy')
  if (!has(spec, 'managedBy')) return
  if (!manager.includes('/') || qualifiedName(manager).length > 0) errors.invalid(`${path}.managedBy`, manager, 'must be a domain-prefixed path (such as "acme.io/foo")')
}

function validateMode(errors: FieldErrors, spec: JsonObject, path: string): void {
  const mode = stringIn(spec, 'completionMode')
  const completions = numberIn(spec, 'completions')
  const parallelism = numberIn(spec, 'parallelism') ?? 0
  const failedMost = numberIn(spec, 'maxFailedIndexes')
  if (has(spec, 'completionMode') && !['NonIndexed', 'Indexed'].includes(mode)) errors.notSupported(`${path}.completionMode`, mode, ['NonIndexed', 'Indexed'])
  if (mode === 'Indexed') {
    if (completions === undefined) errors.required(`${path}.completions`, 'when completion mode is Indexed')
    if (parallelism > indexedParallelismMost) errors.invalid(`${path}.parallelism`, parallelism, `must be less than or equal to ${indexedParallelismMost} when completion mode is Indexed`)
    if (failedMost !== undefined && completions !== undefined && failedMost > completions) errors.invalid(`${path}.maxFailedIndexes`, failedMost, 'must be less than or equal to completions')
  }
  if (mode !== 'NonIndexed') return
  for (const field of ['backoffLimitPerIndex', 'maxFailedIndexes']) {
    if (has(spec, field)) errors.invalid(`${path}.${field}`, valueIn(spec, field), 'requires indexed completion mode')
  }
}

function validateTemplate(errors: FieldErrors, spec: JsonObject, path: string): void {
  const template = objectIn(spec, 'template')
  const policy = stringIn(template, 'spec', 'restartPolicy')
  validateLabels(errors, objectIn(template, 'metadata', 'labels'), `${path}.labels`)
  validateAnnotations(errors, objectIn(template, 'metadata', 'annotations'), `${path}.annotations`)
  validatePodSpec(errors, objectIn(template, 'spec'), `${path}.spec`, 'template')
  if (!['OnFailure', 'Never'].includes(policy)) errors.required(`${path}.spec.restartPolicy`, 'valid values: "OnFailure", "Never"')
  else if (has(spec, 'podFailurePolicy') && policy !== 'Never') errors.invalid(`${path}.spec.restartPolicy`, policy, 'only "Never" is supported when podFailurePolicy is specified')
}

const actions: readonly string[] = ['Count', 'FailIndex', 'FailJob', 'Ignore']

function validateFailurePolicy(errors: FieldErrors, spec: JsonObject, path: string): void {
  const containers = [...objectsIn(spec, 'template', 'spec', 'containers'), ...objectsIn(spec, 'template', 'spec', 'initContainers')].map((container) => stringIn(container, 'name'))
  for (const [at, rule] of objectsIn(spec, 'podFailurePolicy', 'rules').entries()) {
    const own = `${path}.rules[${at}]`
    const action = stringIn(rule, 'action')
    if (action === '') errors.required(`${own}.action`, 'valid values: ["Count" "FailIndex" "FailJob" "Ignore"]')
    else if (!actions.includes(action)) errors.notSupported(`${own}.action`, action, actions)
    else if (action === 'FailIndex' && !has(spec, 'backoffLimitPerIndex')) errors.invalid(`${own}.action`, action, 'requires the backoffLimitPerIndex to be set')
    if (has(rule, 'onExitCodes')) validateExitCodes(errors, objectIn(rule, 'onExitCodes'), `${own}.onExitCodes`, containers)
    validatePatterns(errors, rule, own)
    const isBoth = has(rule, 'onExitCodes') && objectsIn(rule, 'onPodConditions').length > 0
    const isNone = !has(rule, 'onExitCodes') && objectsIn(rule, 'onPodConditions').length === 0
    if (isBoth) errors.invalid(own, verbatim(''), 'specifying both OnExitCodes and OnPodConditions is not supported')
    else if (isNone) errors.invalid(own, verbatim('specifying one of OnExitCodes and OnPodConditions is required'), '')
  }
}

function validatePatterns(errors: FieldErrors, rule: JsonObject, own: string): void {
  for (const [index, pattern] of objectsIn(rule, 'onPodConditions').entries()) {
    errors.each(`${own}.onPodConditions[${index}].type`, stringIn(pattern, 'type'), qualifiedName(stringIn(pattern, 'type')))
    if (!['False', 'True', 'Unknown'].includes(stringIn(pattern, 'status'))) errors.notSupported(`${own}.onPodConditions[${index}].status`, stringIn(pattern, 'status'), ['False', 'True', 'Unknown'])
  }
}

function validateExitCodes(errors: FieldErrors, codes: JsonObject, path: string, containers: readonly string[]): void {
  const operator = stringIn(codes, 'operator')
  const values = listIn(codes, 'values').map(Number)
  if (!['In', 'NotIn'].includes(operator)) errors.notSupported(`${path}.operator`, operator, ['In', 'NotIn'])
  const container = stringIn(codes, 'containerName')
  if (has(codes, 'containerName') && !containers.includes(container)) errors.invalid(`${path}.containerName`, container, 'must be one of the container or initContainer names in the pod template')
  const shown = verbatim(`[]int32{${values.join(', ')}}`)
  if (values.length === 0) errors.invalid(`${path}.values`, shown, 'at least one value is required')
  const isOrdered = values.every((value, at) => at === 0 || (values[at - 1] ?? 0) <= value)
  for (const [at, value] of values.entries()) {
    if (operator === 'In' && value === 0) errors.invalid(`${path}.values[${at}]`, value, 'must not be 0 for the In operator')
    if (values.indexOf(value) < at) errors.duplicate(`${path}.values[${at}]`, value)
  }
  if (!isOrdered) errors.invalid(`${path}.values`, shown, 'must be ordered')
}

const goPointer = (type: string, value: string | undefined): string => `(*${type})(${value ?? 'nil'})`

function validateSuccessPolicy(errors: FieldErrors, spec: JsonObject, path: string): void {
  const rules = objectsIn(spec, 'successPolicy', 'rules')
  const completions = numberIn(spec, 'completions') ?? 0
  if (stringIn(spec, 'completionMode') !== 'Indexed') {
    const shown = rules.map(() => `batch.SuccessPolicyRule{SucceededIndexes:${goPointer('string', undefined)}, SucceededCount:${goPointer('int32', undefined)}}`)
    errors.invalid(path, verbatim(`batch.SuccessPolicy{Rules:[]batch.SuccessPolicyRule{${shown.join(', ')}}}`), 'requires indexed completion mode')
    return
  }
  if (rules.length === 0) errors.required(`${path}.rules`, 'at least one rules must be specified when the successPolicy is specified')
  if (rules.length > successPolicyRulesMost) errors.invalid(`${path}.rules`, rules.length, `must have at most ${successPolicyRulesMost} items`)
  for (const [at, rule] of rules.entries()) validateSuccessRule(errors, rule, `${path}.rules[${at}]`, completions)
}

function validateSuccessRule(errors: FieldErrors, rule: JsonObject, path: string, completions: number): void {
  const count = numberIn(rule, 'succeededCount')
  if (!has(rule, 'succeededCount') && !has(rule, 'succeededIndexes')) errors.required(path, 'at least one of succeededCount or succeededIndexes must be specified')
  let known = completions
  if (has(rule, 'succeededIndexes')) {
    const text = stringIn(rule, 'succeededIndexes')
    const indexes = parseIndexes(text, completions)
    if (typeof indexes === 'string') errors.invalid(`${path}.succeededIndexes`, text, `error parsing succeededIndexes: ${indexes}`)
    else known = indexes.size
  }
  if (count === undefined) return
  errors.nonNegative(`${path}.succeededCount`, count)
  if (count > completions) errors.invalid(`${path}.succeededCount`, count, `must be less than or equal to ${completions} (the number of specified completions)`)
  else if (count > known) errors.invalid(`${path}.succeededCount`, count, `must be less than or equal to ${known} (the number of indexes in the specified succeededIndexes field)`)
}
