// The one error of decoding: why bytes from outside are not what they should be. Whoever receives them drops them,
// counts the reason and, for `wrongVersion`, tells the user; it is never a reason to stop.

/** Why a frame was refused. */
export type MessageErrorReason = 'malformed' | 'tooLarge' | 'wrongVersion' | 'otherCluster' | 'otherIncarnation'

/** Thrown by every decoder for bytes that it refuses; never anything else. */
export class MessageError extends Error {
  override readonly name = 'MessageError'
  readonly reason: MessageErrorReason

  constructor(reason: MessageErrorReason, detail: string) {
    super(`${reason}: ${detail}`)
    this.reason = reason
  }
}
