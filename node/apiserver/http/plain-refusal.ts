// The few refusals that the reference answers as plain text instead of a Status, before a request is understood.
// Which ones these are is decided where they are thrown.

/** A refusal that is answered as text, as the reference does for a few. */
export class PlainRefusal extends Error {
  override readonly name = 'PlainRefusal'
  readonly code: number

  constructor(code: number, message: string) {
    super(message)
    this.code = code
  }
}
