// The one base of all errors that a user can meet. Each zone declares its own in errors.ts with defineError; the catalogue
// docs/errors.md is generated from these declarations and a test compares it. Mistakes of the programmer are assertions instead.

/** What a zone declares of an error. */
export interface ErrorSpec<Details> {
  /** `SHOAL_` and words in capitals; never changes once published. */
  readonly code: `SHOAL_${string}`
  /** What is wrong, with the particulars. */
  readonly message: (details: Details) => string
  /** What the reader can do about it: one sentence. */
  readonly remedy: string
  /** Exit status of a command that ends with it; 1 unless said otherwise. */
  readonly exitStatus?: number
}

/** An error with a code from the catalogue and the details that the caller needs. */
export class ShoalError<Details = unknown> extends Error {
  override readonly name: string = 'ShoalError'
  readonly code: string
  readonly details: Details
  readonly remedy: string
  readonly exitStatus: number

  constructor(spec: ErrorSpec<Details>, details: Details, cause?: unknown) {
    super(spec.message(details), cause === undefined ? undefined : { cause })
    this.code = spec.code
    this.details = details
    this.remedy = spec.remedy
    this.exitStatus = spec.exitStatus ?? 1
  }
}

/** A declared error: makes instances, recognises them. */
export interface ErrorKind<Details> {
  readonly spec: ErrorSpec<Details>
  make(details: Details, cause?: unknown): ShoalError<Details>
  is(error: unknown): error is ShoalError<Details>
}

const catalogue = new Map<string, ErrorSpec<never>>()

/** Declares an error. A code can be declared once. */
export function defineError<Details>(spec: ErrorSpec<Details>): ErrorKind<Details> {
  if (catalogue.has(spec.code)) throw new TypeError(`error ${spec.code} is declared twice`)
  catalogue.set(spec.code, spec as ErrorSpec<never>)
  return {
    spec,
    make: (details, cause) => new ShoalError(spec, details, cause),
    is: (error): error is ShoalError<Details> => error instanceof ShoalError && error.code === spec.code,
  }
}

/** All errors declared so far, by code; complete once every zone's errors.ts has been imported. */
export function declaredErrors(): readonly ErrorSpec<never>[] {
  return [...catalogue.values()].sort((a, b) => (a.code < b.code ? -1 : 1))
}
