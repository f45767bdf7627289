// Reads and writes the few binary shapes that the store has on disk and in snapshots: little-endian numbers, and bytes and
// text with their length in front. A reader throws RangeError past the end; its user turns that into the zone's error.
import { assert, required } from '../../protocol/base/assert.ts'

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { fatal: true })

interface Scratch {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly view: DataView
}

const scratchOf = (sizeBytes: number): Scratch => {
  const bytes = new Uint8Array(sizeBytes)
  return { bytes, view: new DataView(bytes.buffer) }
}

/** Memory of finished writers, for the next ones: writes are many and short, and memory that is new each time costs more than they do. */
const spare: Scratch[] = []
const mostSpare = 4
const leastBytes = 4 * 1024
const mostBytes = 1024 * 1024

/** Grows as needed. After `finish` it is used no more. */
export class ByteWriter {
  #scratch: Scratch | undefined = spare.pop() ?? scratchOf(leastBytes)
  #length = 0

  get length(): number {
    return this.#length
  }

  u8(value: number): this {
    const at = this.#reserve(1)
    this.#open.view.setUint8(at, value)
    return this
  }

  u32(value: number): this {
    const at = this.#reserve(4)
    this.#open.view.setUint32(at, value, true)
    return this
  }

  /** A count up to 2^53. */
  count(value: number): this {
    assert(Number.isSafeInteger(value), 'a count is a whole number')
    const at = this.#reserve(8)
    this.#open.view.setFloat64(at, value, true)
    return this
  }

  bytes(value: Uint8Array): this {
    this.u32(value.length)
    return this.raw(value)
  }

  text(value: string): this {
    // At most three bytes a UTF-16 code unit. Written in place: most text here is short, and memory of its own costs more.
    const at = this.#reserve(4 + value.length * 3)
    const { bytes, view } = this.#open
    const { written } = encoder.encodeInto(value, bytes.subarray(at + 4, this.#length))
    view.setUint32(at, written, true)
    this.#length = at + 4 + written
    return this
  }

  /** Bytes without a length. */
  raw(value: Uint8Array): this {
    const at = this.#reserve(value.length)
    this.#open.bytes.set(value, at)
    return this
  }

  /** What was written so far, as a view that holds until the next call. */
  written(): Uint8Array {
    return this.#open.bytes.subarray(0, this.#length)
  }

  /** Begins anew, in the same memory. */
  clear(): void {
    this.#length = 0
  }

  /** What was written, as a copy that owns its memory, so that it can be transferred. */
  finish(): Uint8Array<ArrayBuffer> {
    const scratch = this.#open
    this.#scratch = undefined
    const written = scratch.bytes.slice(0, this.#length)
    if (spare.length < mostSpare && scratch.bytes.length <= mostBytes) spare.push(scratch)
    return written
  }

  get #open(): Scratch {
    return required(this.#scratch, 'the memory of a writer that is not finished')
  }

  #reserve(sizeBytes: number): number {
    const at = this.#length
    this.#length += sizeBytes
    const { bytes } = this.#open
    if (this.#length > bytes.length) {
      const grown = scratchOf(Math.max(this.#length, bytes.length * 2))
      grown.bytes.set(bytes)
      this.#scratch = grown
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
