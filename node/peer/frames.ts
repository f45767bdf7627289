// Frames on a byte stream: four bytes of length, big endian, then as many bytes. Pure; the streams are elsewhere.
// A length beyond the reader's limit is refused before anything is kept for it.
import { assert } from '../../protocol/base/assert.ts'

const headBytes = 4

/** Several payloads as one block of bytes, to be written at once. */
export function joinFrames(payloads: readonly Uint8Array[]): Uint8Array {
  let sizeBytes = 0
  for (const payload of payloads) sizeBytes += headBytes + payload.length
  const block = new Uint8Array(sizeBytes)
  const view = new DataView(block.buffer)
  let at = 0
  for (const payload of payloads) {
    view.setUint32(at, payload.length)
    block.set(payload, at + headBytes)
    at += headBytes + payload.length
  }
  return block
}

/** Cuts a stream of bytes into payloads again. It holds at most twice what arrived of a frame that is not whole yet. */
export class FrameReader {
  readonly #maxBytes: number
  /** The same for the frames to come; the first one may have a bound of its own. */
  #mostBytes: number
  /** The beginning of a frame, with room for more behind it. */
  #buffer = nothing
  #heldBytes = 0

  constructor(maxBytes: number, firstMaxBytes = maxBytes) {
    assert(maxBytes > 0 && firstMaxBytes > 0, 'a frame reader needs a limit')
    this.#maxBytes = maxBytes
    this.#mostBytes = firstMaxBytes
  }

  /** Adds bytes; answers the payloads that are now complete, or undefined when a frame is longer than allowed. */
  push(chunk: Uint8Array): readonly Uint8Array[] | undefined {
    const bytes = this.#heldBytes === 0 ? chunk : this.#joined(chunk)
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    const whole: Uint8Array[] = []
    let at = 0
    while (bytes.length - at >= headBytes) {
      const endAt = at + headBytes + view.getUint32(at)
      if (endAt - at > headBytes + this.#mostBytes) return undefined
      if (endAt > bytes.length) break
      whole.push(bytes.subarray(at + headBytes, endAt))
      this.#mostBytes = this.#maxBytes
      at = endAt
    }
    if (at > 0 || this.#heldBytes === 0) this.#keep(bytes.subarray(at))
    return whole
  }

  /** What is held with `chunk` behind it. Room is doubled, so that bytes that come singly are not copied each time. */
  #joined(chunk: Uint8Array): Uint8Array {
    const neededBytes = this.#heldBytes + chunk.length
    if (neededBytes > this.#buffer.length) {
      const larger = new Uint8Array(neededBytes * 2)
      larger.set(this.#buffer.subarray(0, this.#heldBytes))
      this.#buffer = larger
    }
    this.#buffer.set(chunk, this.#heldBytes)
    this.#heldBytes = neededBytes
    return this.#buffer.subarray(0, neededBytes)
  }

  /** Holds what is left, in a buffer of its own: the payloads that were handed out keep theirs. */
  #keep(rest: Uint8Array): void {
    this.#buffer = rest.length === 0 ? nothing : new Uint8Array(rest)
    this.#heldBytes = rest.length
  }
}

const nothing = new Uint8Array(0)
