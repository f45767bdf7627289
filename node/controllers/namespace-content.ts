// What several controllers ask of a namespace: may something be created in it, and creating what must be there.
// A namespace that is on its way out refuses new objects; that is no failure.
import type { Namespace } from '../objects/generated/core-v1.ts'
import type { Client } from '../client/client.ts'
import { ApiError, isAlreadyExists, isNotFound } from '../client/errors.ts'
import type { Informer } from '../client/informer.ts'
import type { ApiObject } from '../client/types.ts'

/** Whether the namespace exists and stays. */
export function isActive(namespace: Namespace | undefined): boolean {
  return namespace !== undefined && namespace.metadata.deletionTimestamp === undefined && namespace.status?.phase !== 'Terminating'
}

/** Creates the object; it being there already, or its namespace being on its way out, is as good. */
export async function createUnlessThere<T extends ApiObject>(client: Client, informer: Informer<T>, object: T): Promise<void> {
  try {
    informer.assume(await client.resource(informer.type).create(object))
  } catch (error) {
    const isEnding = error instanceof ApiError && error.reason === 'Forbidden' && error.message.includes('being terminated')
    if (!isAlreadyExists(error) && !isNotFound(error) && !isEnding) throw error
  }
}
