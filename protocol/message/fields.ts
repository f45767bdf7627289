// Checks of single fields while decoding: each takes a value of unknown shape and returns it with its type, or throws a
// MessageError that names the field. Messages are lists with their fields in a fixed order.
import { MessageError } from './errors.ts'
import { maxNameLength } from './limits.ts'

function malformed(what: string): MessageError {
  return new MessageError('malformed', what)
}

/** A list with at least `least` elements; surplus ones belong to newer versions. */
export function list(value: unknown, what: string, least: number): readonly unknown[] {
  if (!Array.isArray(value) || value.length < least) throw malformed(what)
  return value
}

/** A list of at most `most` elements, each read by `read`; `reason` says how too many are reported. */
export function listOf<T>(value: unknown, what: string, most: number, read: (item: unknown) => T): T[] {
  if (!Array.isArray(value)) throw malformed(what)
  if (value.length > most) throw new MessageError('tooLarge', `${what}: ${value.length} of at most ${most}`)
  const result: T[] = []
  for (const item of value) result.push(read(item))
  return result
}

/** A whole number from 0 to 2^53 - 1. */
export function count(value: unknown, what: string): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0 || Object.is(value, -0)) throw malformed(what)
  return value
}

/** A boolean. */
export function flag(value: unknown, what: string): boolean {
  if (typeof value !== 'boolean') throw malformed(what)
  return value
}

/** A string of 1 to `most` characters. */
export function text(value: unknown, what: string, most: number): string {
  if (typeof value !== 'string' || value.length === 0 || value.length > most) throw malformed(what)
  return value
}

/** A string of at most `most` characters that may be empty. */
export function anyText(value: unknown, what: string, most: number): string {
  if (typeof value !== 'string' || value.length > most) throw malformed(what)
  return value
}

/** A peer id, work or cluster name. */
export function named(value: unknown): string {
  return text(value, 'name', maxNameLength)
}

/** At most `most` bytes. */
export function bytes(value: unknown, what: string, most: number): Uint8Array {
  if (!(value instanceof Uint8Array)) throw malformed(what)
  if (value.length > most) throw new MessageError('tooLarge', `${what}: ${value.length} bytes of at most ${most}`)
  return value
}

/** One of the known words, by its place in `words`. */
export function word<const T extends string>(value: unknown, what: string, words: readonly T[]): T {
  const found = typeof value === 'number' ? words[value] : undefined
  if (found === undefined) throw malformed(what)
  return found
}

/** The fields beyond the known ones, or undefined when there are none. */
export function surplus(fields: readonly unknown[], known: number): readonly unknown[] | undefined {
  return fields.length > known ? fields.slice(known) : undefined
}
