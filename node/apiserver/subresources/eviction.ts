// The subresource pods/eviction: a deletion that asks politely. Budgets for disruptions are not kept yet, so every eviction
// is granted. Source: API reference, policy/v1 Eviction.
import { objectIn, stringIn } from '../../objects/access.ts'
import { isObject, metadataOf } from '../../objects/encoding.ts'
import { readObject } from '../body.ts'
import type { Answer, Call } from '../call.ts'
import { deleteOne, readDeleteOptions } from '../deleting.ts'
import { badRequest } from '../status.ts'
import { readWriteOptions } from '../write-options.ts'
import type { Subresource, SubresourceDeps, SubresourceTarget } from './types.ts'

const evictionKind = { group: 'policy', version: 'v1', kind: 'Eviction', definition: 'io.k8s.api.policy.v1.Eviction' }

export const eviction: Subresource = {
  group: '', resource: 'pods', subresource: 'eviction', kind: 'Eviction', exchanged: { group: 'policy', version: 'v1' }, verbs: ['create'], handle: evict,
}

async function evict({ rest }: SubresourceDeps, call: Call, { definition, namespace, name }: SubresourceTarget): Promise<Answer> {
  const written = readWriteOptions(call, 'CreateOptions')
  const { object } = await readObject(call.body, evictionKind, written.fieldValidation)
  const own = stringIn(metadataOf(object), 'name')
  if (own !== name) throw badRequest('name in URL does not match name in Eviction object')
  const asked = object['deleteOptions']
  const value = isObject(asked) ? { ...objectIn(object, 'deleteOptions'), kind: 'DeleteOptions', apiVersion: 'v1' } : {}
  const options = await readDeleteOptions({ ...call, body: { ...call.body, value } })
  await deleteOne(rest, call, definition, namespace, name, { ...options, dryRun: options.dryRun || written.dryRun })
  return { kind: 'value', code: 201, value: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 } }
}
