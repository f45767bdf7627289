// Assertions state what the code knows and stay on in production: a broken invariant must stop a peer before it can
// answer wrongly. They are for mistakes of the programmer; bad input from outside gets a typed error instead.

/** Thrown when an invariant of the code itself does not hold. Never caught to go on. */
export class AssertionError extends Error {
  override readonly name = 'AssertionError'
}

/** Throws an AssertionError with `message` unless `condition` holds. */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new AssertionError(message)
}

/** Returns `value` when it is there; throws an AssertionError that names `what` otherwise. */
export function required<T>(value: T | undefined | null, what: string): T {
  if (value === undefined || value === null) throw new AssertionError(`${what} is missing`)
  return value
}

/** Closes a switch over a union: reaching it is a mistake that the type checker reports first. */
export function unreachable(value: never, what: string): never {
  throw new AssertionError(`unexpected ${what}: ${JSON.stringify(value)}`)
}
