// SHA-256 (FIPS 180-4) in plain arithmetic, because the protocol cannot reach a crypto library and the chain that a
// leader signs needs a hash that nobody can bend. Only for batches that are gossiped; it is not for secrets.

const roundConstants = makeRoundConstants()
const schedule = new Uint32Array(64)

/** The first 32 bits of the fractional parts of the cube roots of the first 64 primes (FIPS 180-4, section 4.2.2). */
function makeRoundConstants(): Uint32Array {
  const constants = new Uint32Array(64)
  let found = 0
  for (let candidate = 2; found < 64; candidate++) {
    let prime = true
    for (let divisor = 2; divisor * divisor <= candidate; divisor++) if (candidate % divisor === 0) prime = false
    if (prime) constants[found++] = Math.floor((Math.cbrt(candidate) % 1) * 4294967296)
  }
  return constants
}

/** An incremental hash: add bytes in any portions, then ask once for the digest. */
export class Sha256 {
  readonly #state = Uint32Array.of(
    0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
  )
  readonly #block = new Uint8Array(64)
  #filled = 0
  #sizeBytes = 0

  add(bytes: Uint8Array): this {
    this.#sizeBytes += bytes.length
    let at = 0
    while (at < bytes.length) {
      const take = Math.min(64 - this.#filled, bytes.length - at)
      this.#block.set(bytes.subarray(at, at + take), this.#filled)
      this.#filled += take
      at += take
      if (this.#filled === 64) {
        compress(this.#state, this.#block)
        this.#filled = 0
      }
    }
    return this
  }

  /** The digest as 64 hex digits; the hash is used up by it. */
  hex(): string {
    const bits = this.#sizeBytes * 8
    const padding = new Uint8Array((this.#filled < 56 ? 64 : 128) - this.#filled)
    padding[0] = 0x80
    const view = new DataView(padding.buffer)
    view.setUint32(padding.length - 8, Math.floor(bits / 4294967296))
    view.setUint32(padding.length - 4, bits >>> 0)
    this.add(padding)
    let text = ''
    for (const word of this.#state) text += word.toString(16).padStart(8, '0')
    return text
  }
}

function rotate(value: number, by: number): number {
  return (value >>> by) | (value << (32 - by))
}

/** One block (FIPS 180-4, section 6.2.2). */
function compress(state: Uint32Array, block: Uint8Array): void {
  const w = schedule
  for (let i = 0; i < 16; i++) {
    const at = i * 4
    w[i] = ((block[at] ?? 0) << 24) | ((block[at + 1] ?? 0) << 16) | ((block[at + 2] ?? 0) << 8) | (block[at + 3] ?? 0)
  }
  for (let i = 16; i < 64; i++) {
    const a = w[i - 15] ?? 0
    const b = w[i - 2] ?? 0
    const s0 = rotate(a, 7) ^ rotate(a, 18) ^ (a >>> 3)
    const s1 = rotate(b, 17) ^ rotate(b, 19) ^ (b >>> 10)
    w[i] = ((w[i - 16] ?? 0) + s0 + (w[i - 7] ?? 0) + s1) | 0
  }
  let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = state
  for (let i = 0; i < 64; i++) {
    const s1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)
    const t1 = (h + s1 + ((e & f) ^ (~e & g)) + (roundConstants[i] ?? 0) + (w[i] ?? 0)) | 0
    const s0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)
    const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0
    h = g
    g = f
    f = e
    e = (d + t1) | 0
    d = c
    c = b
    b = a
    a = (t1 + t2) | 0
  }
  const mixed = [a, b, c, d, e, f, g, h]
  for (let i = 0; i < 8; i++) state[i] = ((state[i] ?? 0) + (mixed[i] ?? 0)) | 0
}
