// Reads and writes the few binary shapes that the store has on disk and in snapshots: little-endian numbers, and bytes and
// text with their length in front. A reader throws RangeError past the end; its user turns that into the zone's error.
import { assert } from '../../protocol/base/assert.ts'

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { fatal: true })

/** Grows as needed. */
export class ByteWriter {
  #bytes = new Uint8Array(256)
  #view = new DataView(this.#bytes.buffer)
  #length = 0

  get length(): number {
    return this.#length
  }

  u8(value: number): this {
    const at = this.#reserve(1)
    this.#view.setUint8(at, value)
    return this
  }

  u32(value: number): this {
    const at = this.#reserve(4)
    this.#view.setUint32(at, value, true)
    return this
  }

  /** A count up to 2^53. */
  count(value: number): this {
    assert(Number.isSafeInteger(value), 'a count is a whole number')
    const at = this.#reserve(8)
    this.#view.setFloat64(at, value, true)
    return this
  }

  bytes(value: Uint8Array): this {
    this.u32(value.length)
    return this.raw(value)
  }

  text(value: string): this {
    return this.bytes(encoder.encode(value))
  }

  /** Bytes without a length. */
  raw(value: Uint8Array): this {
    const at = this.#reserve(value.length)
    this.#bytes.set(value, at)
    return this
  }

  /** What was written, as a copy that owns its memory, so that it can be transferred. */
  finish(): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(0, this.#length)
  }

  #reserve(sizeBytes: number): number {
    const at = this.#length
    this.#length += sizeBytes
    if (this.#length > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(this.#length, this.#bytes.length * 2))
      grown.set(this.#bytes)
      this.#bytes = grown
      this.#view = new DataView(grown.buffer)
    }
    return at
  }
}

/** Reads what a ByteWriter wrote. */
export class ByteReader {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  get done(): boolean {
    return this.#at === this.#bytes.length
  }

  u8(): number {
    return this.#view.getUint8(this.#advance(1))
  }

  u32(): number {
    return this.#view.getUint32(this.#advance(4), true)
  }

  count(): number {
    const value = this.#view.getFloat64(this.#advance(8), true)
    if (!Number.isSafeInteger(value)) throw new RangeError('not a count')
    return value
  }

  /** A view of the bytes, not a copy. */
  bytes(): Uint8Array {
    const length = this.u32()
    const at = this.#advance(length)
    return this.#bytes.subarray(at, at + length)
  }

  /** Throws TypeError for what is not UTF-8. */
  text(): string {
    return decoder.decode(this.bytes())
  }

  #advance(sizeBytes: number): number {
    const at = this.#at
    if (at + sizeBytes > this.#bytes.length) throw new RangeError('bytes end too early')
    this.#at += sizeBytes
    return at
  }
}
