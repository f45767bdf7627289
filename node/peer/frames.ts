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

/** Cuts a stream of bytes into payloads again. */
export class FrameReader {
  readonly maxBytes: number
  #chunks: Uint8Array[] = []
  #heldBytes = 0

  constructor(maxBytes: number) {
    assert(maxBytes > 0, 'a frame reader needs a limit')
    this.maxBytes = maxBytes
  }

  /** Adds bytes; answers the payloads that are now complete, or undefined when a frame is longer than allowed. */
  push(chunk: Uint8Array): readonly Uint8Array[] | undefined {
    this.#chunks.push(chunk)
    this.#heldBytes += chunk.length
    const whole: Uint8Array[] = []
    while (this.#heldBytes >= headBytes) {
      const head = this.#peek(headBytes)
      const lengthBytes = new DataView(head.buffer, head.byteOffset, headBytes).getUint32(0)
      if (lengthBytes > this.maxBytes) return undefined
      if (this.#heldBytes < headBytes + lengthBytes) break
      this.#peek(headBytes + lengthBytes)
      whole.push(this.#take(headBytes + lengthBytes).subarray(headBytes))
    }
    return whole
  }

  /** The first `count` bytes in one piece, joining chunks only when they are split. */
  #peek(count: number): Uint8Array {
    const first = this.#chunks[0]
    assert(first !== undefined && this.#heldBytes >= count, 'peek beyond what is held')
    if (first.length >= count) return first
    const joined = new Uint8Array(this.#heldBytes)
    let at = 0
    for (const chunk of this.#chunks) {
      joined.set(chunk, at)
      at += chunk.length
    }
    this.#chunks = [joined]
    return joined
  }

  #take(count: number): Uint8Array {
    const first = this.#chunks[0]
    assert(first !== undefined && first.length >= count, 'take beyond the first chunk')
    this.#heldBytes -= count
    if (first.length === count) this.#chunks.shift()
    else this.#chunks[0] = first.subarray(count)
    return first.subarray(0, count)
  }
}
