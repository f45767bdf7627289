// Quantities: amounts of CPU, memory and the like, as text with a suffix. Exact arithmetic on nano units; the canonical
// form is the one that Kubernetes prints, so that equal amounts written differently end up as equal text.
// Source: the Kubernetes API reference, Quantity. Finer amounts than a nano unit are rounded away from zero.
import { assert } from '../../protocol/base/assert.ts'

export type QuantityFormat = 'DecimalSI' | 'BinarySI' | 'DecimalExponent'

/** An amount, and how it was written. */
export interface Quantity {
  /** In units of 10^-9. */
  readonly nanos: bigint
  readonly format: QuantityFormat
}

const nanosPerUnit = 1_000_000_000n
const decimalSuffixes: readonly (readonly [string, number])[] = [['n', -9], ['u', -6], ['m', -3], ['', 0], ['k', 3], ['M', 6], ['G', 9], ['T', 12], ['P', 15], ['E', 18]]
const binarySuffixes: readonly (readonly [string, number])[] = [['Ei', 60], ['Pi', 50], ['Ti', 40], ['Gi', 30], ['Mi', 20], ['Ki', 10]]
const exponentMost = 999

/** What the server says of text that is not a quantity. */
export const malformedQuantity = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"
/** What it says of an unknown suffix. */
export const unknownSuffix = "unable to parse quantity's suffix"

interface Scale {
  readonly format: QuantityFormat
  readonly decimal: number
  readonly binary: number
}

function scaleOf(suffix: string): Scale | undefined {
  const decimal = decimalSuffixes.find(([text]) => text === suffix)
  if (decimal !== undefined) return { format: 'DecimalSI', decimal: decimal[1], binary: 0 }
  const binary = binarySuffixes.find(([text]) => text === suffix)
  if (binary !== undefined) return { format: 'BinarySI', decimal: 0, binary: binary[1] }
  const exponent = /^[eE]([-+]?[0-9]+)$/.exec(suffix)
  if (exponent === null) return undefined
  const value = Number(exponent[1])
  return Math.abs(value) > exponentMost ? undefined : { format: 'DecimalExponent', decimal: value, binary: 0 }
}

/** The quantity that the text writes, or the message that says why it is none. */
export function parseQuantity(text: string): Quantity | string {
  const match = /^([+-]?)([0-9]*)(?:\.([0-9]*))?([eEinumkKMGTP]*[-+]?[0-9]*)$/.exec(text)
  if (match === null) return malformedQuantity
  const [, sign = '', whole = '', fraction = '', suffix = ''] = match
  if (whole === '' && fraction === '') return malformedQuantity
  const scale = scaleOf(suffix)
  if (scale === undefined) return unknownSuffix
  const mantissa = BigInt(whole + fraction) * (1n << BigInt(scale.binary))
  const exponent = scale.decimal - fraction.length + 9
  const nanos = exponent >= 0 ? mantissa * 10n ** BigInt(exponent) : divideUp(mantissa, 10n ** BigInt(-exponent))
  return { nanos: sign === '-' ? -nanos : nanos, format: scale.format }
}

const divideUp = (dividend: bigint, divisor: bigint): bigint => (dividend + divisor - 1n) / divisor

/** The quantity of text that has been validated. */
export function quantity(text: string): Quantity {
  const parsed = parseQuantity(text)
  assert(typeof parsed !== 'string', `${text} is a quantity`)
  return parsed
}

/** The canonical text: the largest suffix that keeps it whole. */
export function formatQuantity(value: Quantity): string {
  if (value.nanos === 0n) return '0'
  const sign = value.nanos < 0n ? '-' : ''
  const nanos = value.nanos < 0n ? -value.nanos : value.nanos
  const isBinary = value.format === 'BinarySI' && nanos >= 1024n * nanosPerUnit && nanos % nanosPerUnit === 0n
  return sign + (isBinary ? formatBinary(nanos / nanosPerUnit) : formatDecimal(nanos, value.format))
}

function formatBinary(units: bigint): string {
  const found = binarySuffixes.find(([, bits]) => units % (1n << BigInt(bits)) === 0n)
  return found === undefined ? String(units) : `${units >> BigInt(found[1])}${found[0]}`
}

function formatDecimal(nanos: bigint, format: QuantityFormat): string {
  let mantissa = nanos
  let exponent = -9
  while (mantissa % 1000n === 0n) {
    mantissa /= 1000n
    exponent += 3
  }
  if (format === 'DecimalExponent') return exponent === 0 ? String(mantissa) : `${mantissa}e${exponent}`
  const suffix = decimalSuffixes.find(([, power]) => power === exponent)
  return suffix === undefined ? `${mantissa}e${exponent}` : `${mantissa}${suffix[0]}`
}

/** The canonical form of validated text. */
export const canonicalQuantity = (text: string): string => formatQuantity(quantity(text))

/** Below zero, zero or above, as for sorting. */
export const compareQuantities = (left: Quantity, right: Quantity): number => (left.nanos < right.nanos ? -1 : left.nanos > right.nanos ? 1 : 0)

/** The sum, written as the left one is (or as the right one, when the left one is zero). */
export const addQuantities = (left: Quantity, right: Quantity): Quantity => ({ nanos: left.nanos + right.nanos, format: left.nanos === 0n ? right.format : left.format })

export const subtractQuantities = (left: Quantity, right: Quantity): Quantity => ({ nanos: left.nanos - right.nanos, format: left.nanos === 0n ? right.format : left.format })

/** In whole units, rounded up. */
export const quantityUnits = (value: Quantity): number => Number(value.nanos <= 0n ? value.nanos / nanosPerUnit : divideUp(value.nanos, nanosPerUnit))

/** In thousandths, rounded up: milli-CPUs. */
export const quantityMillis = (value: Quantity): number => Number(value.nanos <= 0n ? value.nanos / 1_000_000n : divideUp(value.nanos, 1_000_000n))

/** Whether the amount is whole. */
export const isWholeQuantity = (value: Quantity): boolean => value.nanos % nanosPerUnit === 0n
