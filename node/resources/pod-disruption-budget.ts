// Disruption budgets: how many Pods of an application may be taken away on purpose at a time.
// Source: Kubernetes concepts, Disruptions.
import { has, numberIn, objectIn, stringIn, valueIn } from '../objects/access.ts'
import { age, name } from './cells.ts'
import { goIntOrString, verbatim } from './field-errors.ts'
import { defineKind } from './kind.ts'
import { validateLabelSelector } from './label-selectors.ts'
import { percentOf, validateIntOrPercent } from './workload.ts'
import type { FieldErrors } from './field-errors.ts'
import type { JsonObject } from '../objects/json.ts'

const policies: readonly string[] = ['AlwaysAllow', 'IfHealthyBudget']

function validate(errors: FieldErrors, object: JsonObject): void {
  const spec = objectIn(object, 'spec')
  if (has(spec, 'minAvailable') && has(spec, 'maxUnavailable')) errors.invalid('spec', verbatim('policy.PodDisruptionBudgetSpec{}'), 'minAvailable and maxUnavailable cannot be both set')
  for (const field of ['minAvailable', 'maxUnavailable']) {
    const value = valueIn(spec, field)
    validateIntOrPercent(errors, value, `spec.${field}`)
    if ((percentOf(value) ?? 0) > 100) errors.invalid(`spec.${field}`, verbatim(goIntOrString(value)), 'must not be greater than 100%')
  }
  const policy = stringIn(spec, 'unhealthyPodEvictionPolicy')
  if (has(spec, 'unhealthyPodEvictionPolicy') && !policies.includes(policy)) errors.notSupported('spec.unhealthyPodEvictionPolicy', policy, policies)
  validateLabelSelector(errors, objectIn(spec, 'selector'), 'spec.selector')
}

function boundCell(object: JsonObject, field: string): string {
  const value = valueIn(object, 'spec', field)
  return typeof value === 'string' || typeof value === 'number' ? String(value) : 'N/A'
}

export const podDisruptionBudgets = defineKind({
  key: 'policy/v1/poddisruptionbudgets',
  definition: 'io.k8s.api.policy.v1.PodDisruptionBudget',
  subresources: ['status'],
  hasGeneration: true,
  validate,
  cells: (object, nowMs) => [name(object), boundCell(object, 'minAvailable'), boundCell(object, 'maxUnavailable'), numberIn(object, 'status', 'disruptionsAllowed') ?? 0, age(object, nowMs)],
})
