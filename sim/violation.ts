// A violation is what a checker found: a promise of the system that a simulated run broke.
// It carries the name of the promise, so that a failing seed says at once what is wrong. Faults of the simulator itself are assertions.

/** A broken promise. */
export class Violation extends Error {
  override readonly name = 'Violation'
  readonly promise: string

  constructor(promise: string, what: string) {
    super(`${promise}: ${what}`)
    this.promise = promise
  }
}

/** Throws a Violation of `promise` unless `condition` holds. The text is made only when needed. */
export function demand(condition: boolean, promise: string, what: () => string): asserts condition {
  if (!condition) throw new Violation(promise, what())
}
