// A hash of the whole state that each write changes in constant time: the sum of a 64-bit hash of every row. A sum does not
// depend on order, so peers that hold the same rows have the same hash however they came by them. It finds mistakes and
// damaged disks; it is no defence against somebody who makes rows on purpose.
import { assert } from '../base/assert.ts'
import type { ResultRow, Row } from './rows.ts'

/** Adds and removes rows; equal sets have equal text. */
export class SetHash {
  #low = 0
  #high = 0

  addRow(row: Row): void {
    this.#change(hashRow(row), 1)
  }

  removeRow(row: Row): void {
    this.#change(hashRow(row), -1)
  }

  addResult(row: ResultRow): void {
    this.#change(hashResult(row), 1)
  }

  removeResult(row: ResultRow): void {
    this.#change(hashResult(row), -1)
  }

  /** Sixteen hex digits. */
  text(): string {
    return hex(this.#high) + hex(this.#low)
  }

  /** 53 bits of the same as a number, for those who compare after every entry. */
  number(): number {
    return (this.#high & 0x1fffff) * 4294967296 + this.#low
  }

  #change(lanes: Lanes, sign: 1 | -1): void {
    this.#low = (this.#low + sign * lanes.a) >>> 0
    this.#high = (this.#high + sign * lanes.b) >>> 0
  }
}

const hex = (word: number): string => word.toString(16).padStart(8, '0')

/** Two 32-bit lanes with different multipliers (those of MurmurHash3, Appleby 2011), mixed at the end. */
class Lanes {
  a = 0x9747b28c
  b = 0x3c6ef372

  word(word: number): void {
    this.a = Math.imul(this.a ^ Math.imul(word, 0xcc9e2d51), 0x85ebca6b)
    this.a = (this.a << 13) | (this.a >>> 19)
    this.b = Math.imul(this.b ^ Math.imul(word, 0x1b873593), 0xc2b2ae35)
    this.b = (this.b << 15) | (this.b >>> 17)
  }

  /** A whole number up to 2^53. */
  number(value: number): void {
    assert(Number.isSafeInteger(value) && value >= 0, 'only counts are hashed')
    this.word(value >>> 0)
    this.word(Math.floor(value / 4294967296))
  }

  text(text: string): void {
    this.word(text.length)
    for (let i = 0; i < text.length; i++) this.word(text.charCodeAt(i))
  }

  bytes(bytes: Uint8Array): void {
    this.word(bytes.length)
    const whole = bytes.length & ~3
    const view = new DataView(bytes.buffer, bytes.byteOffset, whole)
    // The same as word(), with the lanes in variables: nearly all time is spent here.
    let { a, b } = this
    for (let i = 0; i < whole; i += 4) {
      const word = view.getInt32(i, true)
      a = Math.imul(a ^ Math.imul(word, 0xcc9e2d51), 0x85ebca6b)
      a = (a << 13) | (a >>> 19)
      b = Math.imul(b ^ Math.imul(word, 0x1b873593), 0xc2b2ae35)
      b = (b << 15) | (b >>> 17)
    }
    this.a = a
    this.b = b
    for (let i = whole; i < bytes.length; i++) this.word(bytes[i] ?? 0)
  }

  finish(): this {
    const a = mix(this.a ^ Math.imul(this.b, 5))
    this.b = mix(this.b ^ Math.imul(a, 9))
    this.a = a
    return this
  }
}

function mix(word: number): number {
  let h = word
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}

function hashRow(row: Row): Lanes {
  const lanes = new Lanes()
  lanes.text(row.key)
  lanes.number(row.revision)
  lanes.number(row.createRevision)
  lanes.word(row.terminating ? 1 : 0)
  lanes.bytes(row.value)
  return lanes.finish()
}

function hashResult(row: ResultRow): Lanes {
  const lanes = new Lanes()
  lanes.text(row.peer)
  lanes.number(row.counter)
  lanes.number(row.result.revision)
  // Conditions count from -1 (see TransactionResult of the machine); an applied transaction has none.
  lanes.number(row.result.kind === 'applied' ? 0 : row.result.condition + 2)
  return lanes.finish()
}
