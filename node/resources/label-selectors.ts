// Label selectors as objects: what is wrong with one, and how the reference prints it in its messages.
import { objectIn, objectsIn, stringIn, stringsIn } from '../objects/access.ts'
import { labelValueErrors, qualifiedName } from '../objects/names.ts'
import { goStringMap, goStrings } from './field-errors.ts'
import type { FieldErrors } from './field-errors.ts'
import type { JsonObject } from '../objects/json.ts'

const operators: readonly string[] = ['In', 'NotIn', 'Exists', 'DoesNotExist']

/** Checks a LabelSelector object. */
export function validateLabelSelector(errors: FieldErrors, selector: JsonObject, path: string): void {
  for (const [key, value] of Object.entries(objectIn(selector, 'matchLabels'))) {
    errors.each(`${path}.matchLabels`, key, qualifiedName(key))
    if (typeof value === 'string') errors.each(`${path}.matchLabels`, value, labelValueErrors(value))
  }
  for (const [at, expression] of objectsIn(selector, 'matchExpressions').entries()) {
    const own = `${path}.matchExpressions[${at}]`
    const operator = stringIn(expression, 'operator')
    const values = stringsIn(expression, 'values')
    if ((operator === 'In' || operator === 'NotIn') && values.length === 0) errors.required(`${own}.values`, "must be specified when `operator` is 'In' or 'NotIn'")
    if ((operator === 'Exists' || operator === 'DoesNotExist') && values.length > 0) errors.forbidden(`${own}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'")
    if (!operators.includes(operator)) errors.invalid(`${own}.operator`, operator, 'not a valid selector operator')
    errors.each(`${own}.key`, stringIn(expression, 'key'), qualifiedName(stringIn(expression, 'key')))
    for (const [index, value] of values.entries()) errors.each(`${own}.values[${index}]`, value, labelValueErrors(value))
  }
}

/** A LabelSelector in the reference's own notation. */
export function goSelector(selector: JsonObject): string {
  const expressions = objectsIn(selector, 'matchExpressions').map((item) =>
    `v1.LabelSelectorRequirement{Key:${JSON.stringify(stringIn(item, 'key'))}, Operator:${JSON.stringify(stringIn(item, 'operator'))}, Values:${goStrings(stringsIn(item, 'values'))}}`)
  const list = expressions.length === 0 ? '[]v1.LabelSelectorRequirement(nil)' : `[]v1.LabelSelectorRequirement{${expressions.join(', ')}}`
  return `v1.LabelSelector{MatchLabels:${goStringMap(selector.matchLabels)}, MatchExpressions:${list}}`
}
