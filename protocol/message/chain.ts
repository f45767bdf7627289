// The chain of a gossiped batch: one hash over its entries in order, which the leader signs in their place and every
// receiver computes again. Fields of newer versions are part of it, because they are encoded with their entry.
import { encodeEntry } from './codec.ts'
import { Sha256 } from './sha256.ts'
import type { Entry } from './entry.ts'

/** SHA-256 over the encoded entries, each with its length before it; hex. */
export function chainOf(entries: readonly Entry[]): string {
  const hash = new Sha256()
  const length = new Uint8Array(4)
  const view = new DataView(length.buffer)
  for (const entry of entries) {
    const bytes = encodeEntry(entry)
    view.setUint32(0, bytes.length)
    hash.add(length).add(bytes)
  }
  return hash.hex()
}
