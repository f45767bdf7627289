// Chance comes from a seed, so that a simulated run can be repeated to the last byte.
// The generator is xoshiro128** (Blackman, Vigna 2018), seeded through splitmix32. It is not for secrets.

/** A source of chance that is handed to whoever needs one. */
export interface Random {
  /** A number in [0, 1). */
  float(): number
  /** A whole number in [0, below). `below` is at least 1. */
  integer(below: number): number
  /** True with the given probability (0 never, 1 always). */
  chance(probability: number): boolean
  /** One of the items; the list must not be empty. */
  pick<T>(items: readonly T[]): T
  /** A new list with the same items in another order. */
  shuffle<T>(items: readonly T[]): T[]
  /** An independent generator, fixed by this one's state. */
  fork(): Random
}

/** A deterministic generator from a 32-bit seed. */
export function seededRandom(seed: number): Random {
  let mix = seed >>> 0
  const next = (): number => {
    mix = (mix + 0x9e3779b9) >>> 0
    let z = mix
    z = Math.imul(z ^ (z >>> 16), 0x85ebca6b)
    z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35)
    return (z ^ (z >>> 16)) >>> 0
  }
  return new Xoshiro(next(), next(), next(), next())
}

class Xoshiro implements Random {
  #a: number
  #b: number
  #c: number
  #d: number

  constructor(a: number, b: number, c: number, d: number) {
    this.#a = a
    this.#b = b
    this.#c = c
    this.#d = d | 1
  }

  #next(): number {
    const product = Math.imul(this.#b, 5)
    const result = Math.imul((product << 7) | (product >>> 25), 9) >>> 0
    const shifted = this.#b << 9
    this.#c ^= this.#a
    this.#d ^= this.#b
    this.#b ^= this.#c
    this.#a ^= this.#d
    this.#c ^= shifted
    this.#d = (this.#d << 11) | (this.#d >>> 21)
    return result
  }

  float(): number {
    return this.#next() / 4294967296
  }

  integer(below: number): number {
    return Math.floor(this.float() * below)
  }

  chance(probability: number): boolean {
    return this.float() < probability
  }

  pick<T>(items: readonly T[]): T {
    const item = items[this.integer(items.length)]
    if (item === undefined) throw new RangeError('pick from an empty list')
    return item
  }

  shuffle<T>(items: readonly T[]): T[] {
    const copy = [...items]
    for (let i = copy.length - 1; i > 0; i--) {
      const j = this.integer(i + 1)
      const held = copy[i] as T
      copy[i] = copy[j] as T
      copy[j] = held
    }
    return copy
  }

  fork(): Random {
    return seededRandom(this.#next())
  }
}
