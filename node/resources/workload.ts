// What the kinds that make Pods share: a selector that must match the template's labels, and the template itself.
import { has, isEqual, listIn, objectIn, stringIn } from '../objects/access.ts'
import { matchesLabels, selectorOf } from '../objects/selector.ts'
import { goIntOrString, goStringMap, verbatim } from './field-errors.ts'
import { goSelector, validateLabelSelector } from './label-selectors.ts'
import { validateAnnotations, validateLabels } from './metadata.ts'
import { validatePodSpec } from './pod/validate.ts'
import type { FieldErrors } from './field-errors.ts'
import type { Json, JsonObject } from '../objects/json.ts'

/** Checks selector and template of an owner of Pods; `kind` is the word of the messages. */
export function validateSelectorAndTemplate(errors: FieldErrors, spec: JsonObject, old: JsonObject | undefined, kind: string): void {
  const selector = objectIn(spec, 'selector')
  const isMissing = !has(spec, 'selector')
  const before = errors.count()
  if (isMissing) errors.required('spec.selector')
  else validateLabelSelector(errors, selector, 'spec.selector')
  const isEmpty = !isMissing && Object.keys(objectIn(selector, 'matchLabels')).length === 0 && listIn(selector, 'matchExpressions').length === 0
  if (isEmpty) errors.invalid('spec.selector', verbatim(goSelector(selector)), `empty selector is invalid for ${kind}`)
  else if (!isMissing && errors.count() > before) {
    errors.invalid('spec.selector', verbatim(goSelector(selector)), 'invalid label selector')
    return
  }
  const template = objectIn(spec, 'template')
  const labels = objectIn(template, 'metadata', 'labels')
  if (!isEmpty && !matchesLabels(selectorOf(spec.selector), labels)) {
    errors.invalid('spec.template.metadata.labels', verbatim(goStringMap(labels)), '`selector` does not match template `labels`')
  }
  validateLabels(errors, labels, 'spec.template.labels')
  validateAnnotations(errors, objectIn(template, 'metadata', 'annotations'), 'spec.template.annotations')
  validatePodSpec(errors, objectIn(template, 'spec'), 'spec.template.spec', 'template')
  validateLongRunning(errors, objectIn(template, 'spec'))
  if (old !== undefined && !isEqual(selector, objectIn(old, 'spec', 'selector'))) {
    errors.invalid('spec.selector', verbatim(goSelector(selector)), 'field is immutable')
  }
}

function validateLongRunning(errors: FieldErrors, pod: JsonObject): void {
  const policy = stringIn(pod, 'restartPolicy')
  if (['OnFailure', 'Never'].includes(policy)) errors.notSupported('spec.template.spec.restartPolicy', policy, ['Always'])
  if (has(pod, 'activeDeadlineSeconds')) errors.forbidden('spec.template.spec.activeDeadlineSeconds', 'activeDeadlineSeconds in ReplicaSet is not Supported')
}

/** A count or a percentage that is not negative. */
export function validateIntOrPercent(errors: FieldErrors, value: Json | undefined, path: string): void {
  if (typeof value === 'number') errors.nonNegative(path, value)
  else if (typeof value === 'string' && !/^[0-9]+%$/.test(value)) {
    errors.invalid(path, verbatim(goIntOrString(value)), "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')")
  }
}

/** The percentage of the text, or undefined for counts. */
export const percentOf = (value: Json | undefined): number | undefined => (typeof value === 'string' && /^[0-9]+%$/.test(value) ? Number(value.slice(0, -1)) : undefined)
