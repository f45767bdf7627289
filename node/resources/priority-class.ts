// Priority classes: which Pods go first, and whether they may displace others. Two of them belong to the system.
import { isTrue, numberIn, stringIn, withDefaults } from '../objects/access.ts'
import { age, name } from './cells.ts'
import { defineKind } from './kind.ts'
import type { FieldErrors } from './field-errors.ts'
import type { JsonObject } from '../objects/json.ts'

const userMost = 1_000_000_000
const systemPriorities: { readonly [name: string]: number } = { 'system-cluster-critical': 2_000_000_000, 'system-node-critical': 2_000_001_000 }
const policies: readonly string[] = ['PreemptLowerPriority', 'Never']

function validate(errors: FieldErrors, object: JsonObject, old: JsonObject | undefined): void {
  const own = name(object)
  const value = numberIn(object, 'value') ?? 0
  if (own.startsWith('system-')) {
    if (systemPriorities[own] !== value) {
      errors.forbidden('metadata.name', `priority class names with 'system-' prefix are reserved for system use only. error: ${own} is not a known system priority class`)
    }
  } else if (value > userMost) {
    errors.forbidden('value', `maximum allowed value of a user defined priority is ${userMost}`)
  }
  const policy = stringIn(object, 'preemptionPolicy')
  if (policy !== '' && !policies.includes(policy)) errors.notSupported('preemptionPolicy', policy, policies)
  if (old === undefined) return
  if (value !== numberIn(old, 'value')) errors.forbidden('value', 'may not be changed in an update.')
  if (policy !== stringIn(old, 'preemptionPolicy')) errors.invalid('preemptionPolicy', policy, 'field is immutable')
}

export const priorityClasses = defineKind({
  key: 'scheduling.k8s.io/v1/priorityclasses',
  definition: 'io.k8s.api.scheduling.v1.PriorityClass',
  hasGeneration: true,
  defaults: (object) => withDefaults(object, { preemptionPolicy: 'PreemptLowerPriority' }),
  validate,
  cells: (object, nowMs) => [name(object), numberIn(object, 'value') ?? 0, isTrue(object, 'globalDefault'), age(object, nowMs), stringIn(object, 'preemptionPolicy')],
})
