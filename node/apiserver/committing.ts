// Writes guarded by conditions: each condition carries what to tell the client when it did not hold. A transaction is the
// only way in which an object changes, so what a verb decided on its own copy is checked again where it is applied.
import type { Condition, Write } from '../../protocol/message/transaction.ts'
import { encodeObject, isTerminating } from '../objects/encoding.ts'
import type { JsonObject } from '../objects/json.ts'
import type { ResourceDefinition } from '../resources/types.ts'
import type { StoredValue } from '../store/types.ts'
import type { Fence } from './call.ts'
import type { Storage } from './storage.ts'
import { failure } from './status.ts'

/** A condition, and the error when it is refused; `again` starts the write over on a newer copy. */
export interface Guard {
  readonly condition: Condition
  readonly refused: (() => Error) | 'again'
}

const allocations = '/shoal/allocations/'

/** Commits and answers the revision, or `again`. */
export async function commitGuarded(storage: Storage, guards: readonly Guard[], writes: readonly Write[], signal: AbortSignal): Promise<number | 'again'> {
  const result = await storage.commit({ conditions: guards.map((guard) => guard.condition), writes }, signal)
  if (result.kind === 'applied') return result.revision
  const guard = guards[result.condition]
  if (guard === undefined || guard.refused === 'again') return 'again'
  throw guard.refused()
}

/** The conditions under which a work may write at all. */
export function fenceGuards(fence: Fence | undefined): readonly Guard[] {
  if (fence === undefined) return []
  return [{
    condition: { kind: 'assignment', work: fence.work, epoch: fence.epoch },
    refused: () => failure(409, 'Conflict', `this peer no longer holds the work "${fence.work}" (epoch ${fence.epoch}): another peer does it now`, { name: fence.work, kind: 'works' }),
  }]
}

/** The key has not been written since it was read. */
export function versionGuard(stored: StoredValue, refused: Guard['refused']): Guard {
  return { condition: { kind: 'version', key: stored.key, version: stored.revision }, refused }
}

/** The write that stores an object, in the form in which its kind is stored. */
export function putObject(key: string, definition: ResourceDefinition, object: JsonObject): Write & { readonly kind: 'put' } {
  const stored = definition.storedAs === undefined ? object : definition.storedAs.toStored(object)
  return { kind: 'put', key, value: encodeObject(stored), terminating: isTerminating(object) }
}

/** The key that an allocation (an address, a port, a name) has in the key space; parts are escaped. */
export function allocationKey(key: string): string {
  return `${allocations}${key.split('/').map(encodeURIComponent).join('/')}`
}

/** The guards and writes by which an object takes and gives up its unique values. */
export function allocationChanges(
  definition: ResourceDefinition, owner: string, before: JsonObject | undefined, after: JsonObject | undefined, taken: (key: string) => Error | 'again',
): { readonly guards: readonly Guard[]; readonly writes: readonly Write[] } {
  const keysOf = (object: JsonObject | undefined): readonly string[] => (object === undefined ? [] : definition.allocations?.(object) ?? []).map((allocation) => allocation.key)
  const old = new Set(keysOf(before))
  const now = new Set(keysOf(after))
  const guards: Guard[] = []
  const writes: Write[] = []
  const value = new TextEncoder().encode(JSON.stringify({ key: owner }))
  for (const key of now) {
    if (old.has(key)) continue
    const refused = taken(key)
    guards.push({ condition: { kind: 'absent', key: allocationKey(key) }, refused: refused === 'again' ? 'again' : () => refused })
    writes.push({ kind: 'put', key: allocationKey(key), value, terminating: false })
  }
  for (const key of old) if (!now.has(key)) writes.push({ kind: 'delete', key: allocationKey(key) })
  return { guards, writes }
}
