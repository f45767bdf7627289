// What is wrong with where a Pod wants to run: tolerations, affinity, spreading, scheduling gates. In the words of the
// reference server. Which Node is chosen is the scheduler's work.
import { has, numberIn, objectIn, objectsIn, stringIn, stringsIn } from '../../objects/access.ts'
import { labelValueErrors, qualifiedName } from '../../objects/names.ts'
import type { FieldErrors } from '../field-errors.ts'
import type { JsonObject } from '../../objects/json.ts'

const effects: readonly string[] = ['NoSchedule', 'PreferNoSchedule', 'NoExecute']
const nodeOperators: readonly string[] = ['In', 'NotIn', 'Exists', 'DoesNotExist', 'Gt', 'Lt']
const weightMost = 100

/** Checks a LabelSelector object; handed in, because the kinds that own Pods use it as well. */
export type SelectorCheck = (errors: FieldErrors, selector: JsonObject, path: string) => void

/** Checks the tolerations of a Pod. */
export function validateTolerations(errors: FieldErrors, spec: JsonObject, path: string): void {
  for (const [at, toleration] of objectsIn(spec, 'tolerations').entries()) {
    const own = `${path}.tolerations[${at}]`
    const [key, operator, value, effect] = [stringIn(toleration, 'key'), stringIn(toleration, 'operator'), stringIn(toleration, 'value'), stringIn(toleration, 'effect')]
    if (key !== '') errors.each(`${own}.key`, key, qualifiedName(key))
    if (key === '' && operator !== 'Exists') errors.invalid(`${own}.operator`, operator, 'operator must be Exists when `key` is empty, which means "match all values and all keys"')
    if (has(toleration, 'tolerationSeconds') && effect !== 'NoExecute') errors.invalid(`${own}.effect`, effect, "effect must be 'NoExecute' when `tolerationSeconds` is set")
    if (operator === '' || operator === 'Equal') errors.each(`${own}.operator`, value, labelValueErrors(value))
    else if (operator === 'Exists') {
      if (value !== '') errors.invalid(`${own}.operator`, value, "value must be empty when `operator` is 'Exists'")
    } else errors.notSupported(`${own}.operator`, operator, ['Equal', 'Exists'])
    if (effect !== '' && !effects.includes(effect)) errors.notSupported(`${own}.effect`, effect, effects)
  }
}

function validateTerm(errors: FieldErrors, term: JsonObject, path: string): void {
  for (const [at, expression] of objectsIn(term, 'matchExpressions').entries()) {
    const own = `${path}.matchExpressions[${at}]`
    const operator = stringIn(expression, 'operator')
    const count = stringsIn(expression, 'values').length
    if ((operator === 'In' || operator === 'NotIn') && count === 0) errors.required(`${own}.values`, "must be specified when `operator` is 'In' or 'NotIn'")
    if ((operator === 'Exists' || operator === 'DoesNotExist') && count > 0) errors.forbidden(`${own}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'")
    if ((operator === 'Gt' || operator === 'Lt') && count !== 1) errors.required(`${own}.values`, "must be specified single value when `operator` is 'Lt' or 'Gt'")
    if (!nodeOperators.includes(operator)) errors.invalid(`${own}.operator`, operator, 'not a valid selector operator')
    errors.each(`${own}.key`, stringIn(expression, 'key'), qualifiedName(stringIn(expression, 'key')))
  }
  for (const [at, expression] of objectsIn(term, 'matchFields').entries()) {
    const own = `${path}.matchFields[${at}]`
    const operator = stringIn(expression, 'operator')
    if ((operator === 'In' || operator === 'NotIn') && stringsIn(expression, 'values').length !== 1) errors.required(`${own}.values`, "must be only one value when `operator` is 'In' or 'NotIn' for node field selector")
    if (operator !== 'In' && operator !== 'NotIn') errors.invalid(`${own}.operator`, operator, 'not a valid selector operator')
    if (stringIn(expression, 'key') !== 'metadata.name') errors.invalid(`${own}.key`, stringIn(expression, 'key'), 'not a valid field selector key')
  }
}

function validateWeight(errors: FieldErrors, preference: JsonObject, path: string): void {
  const weight = numberIn(preference, 'weight') ?? 0
  if (weight < 1 || weight > weightMost) errors.invalid(`${path}.weight`, weight, 'must be in the range 1-100')
}

/** Checks a selector of Nodes, as Pods and volumes have it. */
export function validateNodeSelector(errors: FieldErrors, selector: JsonObject, path: string): void {
  const terms = objectsIn(selector, 'nodeSelectorTerms')
  if (terms.length === 0) errors.required(`${path}.nodeSelectorTerms`, 'must have at least one node selector term')
  for (const [at, term] of terms.entries()) validateTerm(errors, term, `${path}.nodeSelectorTerms[${at}]`)
}

function validateNodeAffinity(errors: FieldErrors, affinity: JsonObject, path: string): void {
  const needed = 'requiredDuringSchedulingIgnoredDuringExecution'
  if (has(affinity, needed)) validateNodeSelector(errors, objectIn(affinity, needed), `${path}.${needed}`)
  const wanted = 'preferredDuringSchedulingIgnoredDuringExecution'
  for (const [at, preference] of objectsIn(affinity, wanted).entries()) {
    validateWeight(errors, preference, `${path}.${wanted}[${at}]`)
    validateTerm(errors, objectIn(preference, 'preference'), `${path}.${wanted}[${at}].preference`)
  }
}

function validatePodTerm(errors: FieldErrors, term: JsonObject, path: string, checkSelector: SelectorCheck): void {
  checkSelector(errors, objectIn(term, 'labelSelector'), `${path}.labelSelector`)
  checkSelector(errors, objectIn(term, 'namespaceSelector'), `${path}.namespaceSelector`)
  if (stringsIn(term, 'matchLabelKeys').length > 0 && !has(term, 'labelSelector')) errors.forbidden(`${path}.matchLabelKeys`, 'must not be specified when labelSelector is not set')
  const key = stringIn(term, 'topologyKey')
  if (key === '') errors.required(`${path}.topologyKey`, 'can not be empty')
  errors.each(`${path}.topologyKey`, key, qualifiedName(key))
}

/** Checks the affinity of a Pod. */
export function validateAffinity(errors: FieldErrors, spec: JsonObject, path: string, checkSelector: SelectorCheck): void {
  const affinity = objectIn(spec, 'affinity')
  validateNodeAffinity(errors, objectIn(affinity, 'nodeAffinity'), `${path}.affinity.nodeAffinity`)
  for (const kind of ['podAffinity', 'podAntiAffinity']) {
    const own = `${path}.affinity.${kind}`
    const needed = 'requiredDuringSchedulingIgnoredDuringExecution'
    for (const [at, term] of objectsIn(affinity, kind, needed).entries()) validatePodTerm(errors, term, `${own}.${needed}[${at}]`, checkSelector)
    const wanted = 'preferredDuringSchedulingIgnoredDuringExecution'
    for (const [at, preference] of objectsIn(affinity, kind, wanted).entries()) {
      validateWeight(errors, preference, `${own}.${wanted}[${at}]`)
      validatePodTerm(errors, objectIn(preference, 'podAffinityTerm'), `${own}.${wanted}[${at}].podAffinityTerm`, checkSelector)
    }
  }
}

/** Checks the spreading constraints of a Pod. */
export function validateSpreading(errors: FieldErrors, spec: JsonObject, path: string, checkSelector: SelectorCheck): void {
  const pairOf = (constraint: JsonObject): string => `{${stringIn(constraint, 'topologyKey')}, ${stringIn(constraint, 'whenUnsatisfiable')}}`
  const pairs = objectsIn(spec, 'topologySpreadConstraints').map(pairOf)
  for (const [at, constraint] of objectsIn(spec, 'topologySpreadConstraints').entries()) {
    const own = `${path}.topologySpreadConstraints[${at}]`
    const when = stringIn(constraint, 'whenUnsatisfiable')
    const skew = numberIn(constraint, 'maxSkew') ?? 0
    if (skew <= 0) errors.invalid(`${own}.maxSkew`, skew, 'must be greater than zero')
    if (stringIn(constraint, 'topologyKey') === '') errors.required(`${own}.topologyKey`, 'can not be empty')
    if (!['DoNotSchedule', 'ScheduleAnyway'].includes(when)) errors.notSupported(`${own}.whenUnsatisfiable`, when, ['DoNotSchedule', 'ScheduleAnyway'])
    // The earlier one of two equal constraints is named.
    if (pairs.includes(pairOf(constraint), at + 1)) errors.duplicate(`${own}.{topologyKey, whenUnsatisfiable}`, pairOf(constraint))
    validateMinDomains(errors, constraint, when, own)
    for (const policy of ['nodeAffinityPolicy', 'nodeTaintsPolicy']) {
      if (has(constraint, policy)) errors.oneOf(`${own}.${policy}`, stringIn(constraint, policy), ['Honor', 'Ignore'])
    }
    for (const [index, key] of stringsIn(constraint, 'matchLabelKeys').entries()) {
      errors.each(`${own}.matchLabelKeys[${index}]`, key, qualifiedName(key))
      if (has(constraint, 'labelSelector', 'matchLabels', key)) errors.invalid(`${own}.matchLabelKeys[${index}]`, key, 'exists in both matchLabelKeys and labelSelector')
    }
    checkSelector(errors, objectIn(constraint, 'labelSelector'), `${own}.labelSelector`)
  }
}

function validateMinDomains(errors: FieldErrors, constraint: JsonObject, when: string, path: string): void {
  const least = numberIn(constraint, 'minDomains')
  if (least === undefined) return
  if (least <= 0) errors.invalid(`${path}.minDomains`, least, 'must be greater than zero')
  else if (when !== 'DoNotSchedule') errors.invalid(`${path}.minDomains`, least, `can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ${when}`)
}

/** Checks readiness gates and scheduling gates. */
export function validateGates(errors: FieldErrors, spec: JsonObject, path: string): void {
  for (const [at, gate] of objectsIn(spec, 'readinessGates').entries()) {
    const type = stringIn(gate, 'conditionType')
    errors.each(`${path}.readinessGates[${at}].conditionType`, type, qualifiedName(type))
  }
  const seen = new Set<string>()
  for (const [at, gate] of objectsIn(spec, 'schedulingGates').entries()) {
    const name = stringIn(gate, 'name')
    errors.each(`${path}.schedulingGates[${at}]`, name, qualifiedName(name))
    if (seen.has(name)) errors.duplicate(`${path}.schedulingGates[${at}]`, name)
    seen.add(name)
  }
}
