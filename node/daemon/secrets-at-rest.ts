// Secrets lie encrypted in the state, so also in logs, snapshots and gossip: their bytes are encrypted under the data key on
// the way to agreement and decrypted for the API's reads, between the API server and what it is handed. Keys, revisions and
// all other objects pass as they are. AES-256-GCM with the object's key as associated data, so that values cannot be swapped.
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import type { Transaction, TransactionResult, Write } from '../../protocol/message/transaction.ts'
import type { AgreedState } from '../base/agreed-state.ts'
import type { RangeResult, StateReader, StateWatch, StoredValue, StoreEvent } from '../store/types.ts'
import { secretUnreadable } from './errors.ts'

/** Everything under this is encrypted. */
const secretsPrefix = '/registry/core/secrets/'

/** First byte of an encrypted value; what follows is nonce, ciphertext and tag. */
const format = 1
const nonceBytes = 12
const tagBytes = 16

/** The data key; undefined until the state with this peer's copy of it is here. */
type DataKey = () => Buffer | undefined

/** Agreement that encrypts the Secrets of what it is given. */
export function concealing(agreed: AgreedState<Transaction, TransactionResult>, dataKey: DataKey): AgreedState<Transaction, TransactionResult> {
  const conceal = (write: Write): Write =>
    write.kind === 'put' && write.key.startsWith(secretsPrefix) ? { ...write, value: encrypt(write.key, write.value, dataKey()) } : write
  return {
    commit: async ({ conditions, writes }, timeoutMs, signal) => agreed.commit({ conditions, writes: writes.map(conceal) }, timeoutMs, signal),
    barrier: (timeoutMs, signal) => agreed.barrier(timeoutMs, signal),
    quorum: () => agreed.quorum(),
  }
}

/** Reads that show Secrets as they were written. Each is decrypted once while it is in the state. */
export function revealing(store: StateReader, dataKey: DataKey): StateReader {
  const shown = new WeakMap<StoredValue, StoredValue>()
  const reveal = (stored: StoredValue): StoredValue => {
    if (!stored.key.startsWith(secretsPrefix)) return stored
    let plain = shown.get(stored)
    if (plain === undefined) {
      plain = { ...stored, value: decrypt(stored.key, stored.value, dataKey()) }
      shown.set(stored, plain)
    }
    return plain
  }
  const range = (result: RangeResult): RangeResult => ({ ...result, items: result.items.map(reveal) })
  return {
    revision: () => store.revision(),
    oldestRevision: () => store.oldestRevision(),
    appliedIndex: () => store.appliedIndex(),
    appliedTimeMs: () => store.appliedTimeMs(),
    get: (key) => {
      const stored = store.get(key)
      return stored === undefined ? undefined : reveal(stored)
    },
    range: (prefix, options) => (touchesSecrets(prefix) ? range(store.range(prefix, options)) : store.range(prefix, options)),
    rangeAt: (revision, prefix, options) => (touchesSecrets(prefix) ? range(store.rangeAt(revision, prefix, options)) : store.rangeAt(revision, prefix, options)),
    count: (prefix) => store.count(prefix),
    watch: (prefix, from) => (touchesSecrets(prefix) ? watchRevealed(store.watch(prefix, from), reveal) : store.watch(prefix, from)),
    waitForRevision: (revision, timeoutMs, signal) => store.waitForRevision(revision, timeoutMs, signal),
    waitForIndex: (index, timeoutMs, signal) => store.waitForIndex(index, timeoutMs, signal),
  }
}

const touchesSecrets = (prefix: string): boolean => prefix.startsWith(secretsPrefix) || secretsPrefix.startsWith(prefix)

function watchRevealed(watch: StateWatch, reveal: (stored: StoredValue) => StoredValue): StateWatch {
  const event = (seen: StoreEvent): StoreEvent => {
    if (seen.kind === 'delete') return { ...seen, previous: reveal(seen.previous) }
    return { ...seen, value: reveal(seen.value), previous: seen.previous === undefined ? undefined : reveal(seen.previous) }
  }
  return {
    next: async () => {
      const batch = await watch.next()
      return { ...batch, events: batch.events.map(event) }
    },
    close: () => watch.close(),
  }
}

function encrypt(key: string, value: Uint8Array, dataKey: Buffer | undefined): Uint8Array {
  if (dataKey === undefined) throw secretUnreadable.make({ key, why: 'this peer has no data key yet' })
  const nonce = randomBytes(nonceBytes)
  const cipher = createCipheriv('aes-256-gcm', dataKey, nonce).setAAD(Buffer.from(key))
  return Buffer.concat([Uint8Array.of(format), nonce, cipher.update(value), cipher.final(), cipher.getAuthTag()])
}

function decrypt(key: string, value: Uint8Array, dataKey: Buffer | undefined): Uint8Array {
  if (dataKey === undefined) throw secretUnreadable.make({ key, why: 'this peer has no data key yet' })
  if (value[0] !== format || value.length < 1 + nonceBytes + tagBytes) throw secretUnreadable.make({ key, why: 'it is not encrypted as this version does it' })
  try {
    const decipher = createDecipheriv('aes-256-gcm', dataKey, value.subarray(1, 1 + nonceBytes), { authTagLength: tagBytes }).setAAD(Buffer.from(key))
    decipher.setAuthTag(value.subarray(-tagBytes))
    return Buffer.concat([decipher.update(value.subarray(1 + nonceBytes, -tagBytes)), decipher.final()])
  } catch (error) {
    throw secretUnreadable.make({ key, why: 'it does not open under the data key' }, error)
  }
}
