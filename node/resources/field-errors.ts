// Collects what is wrong with an object, field by field, in the wording of the reference server. Values are printed as it
// prints them: text in quotes, numbers bare, structs in its own notation where a client can see it.
import { quantity } from '../objects/quantity.ts'
import type { FieldError } from './types.ts'
import type { Json } from '../objects/json.ts'

/** Text that is printed as it stands, for values in the reference's own notation. */
export interface Verbatim {
  readonly verbatim: string
}

export const verbatim = (text: string): Verbatim => ({ verbatim: text })

/** The list of findings of one object. */
export class FieldErrors {
  readonly #errors: FieldError[] = []

  list(): readonly FieldError[] {
    return this.#errors
  }

  count(): number {
    return this.#errors.length
  }

  #add(type: FieldError['type'], field: string, detail: string): void {
    this.#errors.push({ type, field, detail })
  }

  required(field: string, message = ''): void {
    this.#add('FieldValueRequired', field, withMessage('Required value', message))
  }

  invalid(field: string, value: Json | Verbatim | undefined, message: string): void {
    this.#add('FieldValueInvalid', field, withMessage(`Invalid value: ${show(value)}`, message))
  }

  /** One Invalid for each message: what a check of node/objects/names.ts answered. */
  each(field: string, value: Json | Verbatim, messages: readonly string[]): void {
    for (const message of messages) this.invalid(field, value, message)
  }

  notSupported(field: string, value: Json | Verbatim, supported: readonly string[]): void {
    this.#add('FieldValueNotSupported', field, `Unsupported value: ${show(value)}: supported values: ${supported.map((text) => JSON.stringify(text)).join(', ')}`)
  }

  duplicate(field: string, value: Json | Verbatim, message = ''): void {
    this.#add('FieldValueDuplicate', field, withMessage(`Duplicate value: ${show(value)}`, message))
  }

  forbidden(field: string, message: string): void {
    this.#add('FieldValueForbidden', field, withMessage('Forbidden', message))
  }

  notFound(field: string, value: string): void {
    this.#add('FieldValueNotFound', field, `Not found: ${show(value)}`)
  }

  tooLong(field: string, message: string): void {
    this.#add('FieldValueTooLong', field, withMessage('Too long', message))
  }

  tooMany(field: string, count: number, most: number): void {
    this.#add('FieldValueTooMany', field, `Too many: ${count}: must have at most ${most} items`)
  }

  /** The number must not be negative. */
  nonNegative(field: string, value: number | undefined): void {
    if (value !== undefined && value < 0) this.invalid(field, value, 'must be greater than or equal to 0')
  }

  /** The value must be one of those; an empty one is a missing one. */
  oneOf(field: string, value: string, supported: readonly string[]): void {
    if (value === '') this.required(field)
    else if (!supported.includes(value)) this.notSupported(field, value, supported)
  }
}

const withMessage = (head: string, message: string): string => (message === '' ? head : `${head}: ${message}`)

function show(value: Json | Verbatim | undefined): string {
  if (typeof value === 'object' && value !== null && 'verbatim' in value && typeof value.verbatim === 'string') return value.verbatim
  return value === undefined || value === null ? 'null' : JSON.stringify(value)
}

/** `map[string]string{"a":"b"}`; `(nil)` when there is none. */
export function goStringMap(map: Json | undefined): string {
  const entries = typeof map === 'object' && map !== null ? Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1)) : []
  return entries.length === 0 ? 'map[string]string(nil)' : `map[string]string{${entries.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join(', ')}}`
}

/** `[]string{"a", "b"}`; `(nil)` when there is none. */
export const goStrings = (values: readonly string[]): string => (values.length === 0 ? '[]string(nil)' : `[]string{${values.map((value) => JSON.stringify(value)).join(', ')}}`)

/** An int or a percentage. */
export const goIntOrString = (value: Json | undefined): string =>
  typeof value === 'string' ? `intstr.IntOrString{Type:1, IntVal:0, StrVal:${JSON.stringify(value)}}` : `intstr.IntOrString{Type:0, IntVal:${typeof value === 'number' ? value : 0}, StrVal:""}`

/** A quantity without a fraction, as the reference prints its inside. */
export const goWholeQuantity = (text: string): string =>
  `resource.Quantity{i:resource.int64Amount{value:${Number(quantity(text).nanos / 1_000_000_000n)}, scale:0}, d:resource.infDecAmount{Dec:(*inf.Dec)(nil)}, s:${JSON.stringify(text)}, Format:"${quantity(text).format}"}`
