// The subresource serviceaccounts/token: a new token for an account, bound to a Pod, Secret or Node if asked.
// Source: API reference, authentication.k8s.io/v1 TokenRequest.
import { timestamp } from '../../base/clock.ts'
import { nodeOf } from '../../identity/users.ts'
import { tokenIssuer } from '../../identity/tokens.ts'
import type { BoundObject } from '../../identity/tokens.ts'
import { numberIn, objectIn, stringIn, stringsIn } from '../../objects/access.ts'
import { isObject, metadataOf } from '../../objects/encoding.ts'
import type { JsonObject } from '../../objects/json.ts'
import { readObject } from '../body.ts'
import type { Answer, Call } from '../call.ts'
import { findObject } from '../rest.ts'
import type { Rest } from '../rest.ts'
import { badRequest, conflict, forbidden, invalid, notFound, serviceUnavailable } from '../status.ts'
import { readWriteOptions } from '../write-options.ts'
import type { Subresource, SubresourceDeps, SubresourceTarget } from './types.ts'

const requestKind = { group: 'authentication.k8s.io', version: 'v1', kind: 'TokenRequest', definition: 'io.k8s.api.authentication.v1.TokenRequest' }
const leastSeconds = 600
const mostSeconds = 2 ** 32
const defaultSeconds = 3600
/** Pods ask for this; the kubelet renews well before. A token lives a year so that programs that never reread it go on. */
const projectedSeconds = 3607
const extendedSeconds = 365 * 24 * 3600

export const token: Subresource = {
  group: '', resource: 'serviceaccounts', subresource: 'token', kind: 'TokenRequest',
  exchanged: { group: 'authentication.k8s.io', version: 'v1' }, verbs: ['create'], handle: requestToken,
}

async function requestToken({ rest, tokens }: SubresourceDeps, call: Call, { definition, namespace, name }: SubresourceTarget): Promise<Answer> {
  const options = readWriteOptions(call, 'CreateOptions')
  const { object, warnings } = await readObject(call.body, requestKind, options.fieldValidation)
  let account = findObject(rest, '', 'serviceaccounts', namespace, name)
  if (account === undefined) {
    await rest.storage.fresh()
    account = findObject(rest, '', 'serviceaccounts', namespace, name)
  }
  if (account === undefined) throw notFound(definition, name)
  const seconds = lifeSeconds(object)
  const bound = await boundObject(rest, namespace, object)
  checkNode(call, rest, namespace, name, bound)
  const asked = stringsIn(object, 'spec', 'audiences')
  const audiences = asked.length === 0 ? [tokenIssuer] : asked
  const isProjected = seconds === projectedSeconds && bound?.kind === 'Pod' && asked.length === 0
  const uid = stringIn(metadataOf(account), 'uid')
  const subject = { namespace, name, uid, ...(bound === undefined ? {} : { bound }) }
  const issued = await tokens.issue(subject, audiences, isProjected ? extendedSeconds : seconds)
  if (issued === undefined) throw serviceUnavailable('no peer that holds the key of service account tokens can be reached')
  const shownMs = isProjected ? rest.clock.wallMs() + seconds * 1000 : issued.expiresMs
  const spec: JsonObject = { audiences, expirationSeconds: seconds, boundObjectRef: objectOrNull(object) }
  const value: JsonObject = {
    kind: 'TokenRequest', apiVersion: 'authentication.k8s.io/v1',
    metadata: { name, namespace, creationTimestamp: timestamp(rest.clock.wallMs()) },
    spec, status: { token: issued.token, expirationTimestamp: timestamp(shownMs) },
  }
  return { kind: 'value', code: 201, value, warnings }
}

const objectOrNull = (object: JsonObject): JsonObject | null => {
  const ref = objectIn(object, 'spec')['boundObjectRef']
  return isObject(ref) ? ref : null
}

function lifeSeconds(object: JsonObject): number {
  const seconds = numberIn(object, 'spec', 'expirationSeconds') ?? defaultSeconds
  const refuse = (rule: string): Error => invalid({ group: requestKind.group, kind: 'TokenRequest' }, '', [
    { type: 'FieldValueInvalid', field: 'spec.expirationSeconds', detail: `Invalid value: ${seconds}: ${rule}` }])
  if (seconds < leastSeconds) throw refuse('may not specify a duration less than 10 minutes')
  if (seconds > mostSeconds) throw refuse('may not specify a duration larger than 2^32 seconds')
  return seconds
}

async function boundObject(rest: Rest, namespace: string, object: JsonObject): Promise<BoundObject | undefined> {
  const ref = objectOrNull(object)
  if (ref === null) return undefined
  const apiVersion = stringIn(ref, 'apiVersion')
  const kind = (['Pod', 'Secret', 'Node'] as const).find((candidate) => candidate === stringIn(ref, 'kind'))
  const group = apiVersion.includes('/') ? apiVersion : `/${apiVersion}`
  if (kind === undefined || apiVersion !== 'v1') throw badRequest(`cannot bind token to object of type ${group}, Kind=${stringIn(ref, 'kind')}`)
  const resource = `${kind.toLowerCase()}s`
  const name = stringIn(ref, 'name')
  const look = (): JsonObject | undefined => findObject(rest, '', resource, kind === 'Node' ? '' : namespace, name)
  if (look() === undefined) await rest.storage.fresh()
  const found = look()
  if (found === undefined) throw notFound({ group: '', resource }, name)
  const uid = stringIn(metadataOf(found), 'uid')
  const asked = stringIn(ref, 'uid')
  if (asked !== '' && asked !== uid) throw conflict({ group: '', resource }, name, `the UID in the bound object reference (${asked}) does not match the UID in record. The object might have been deleted and then recreated`)
  const nodeName = kind === 'Pod' ? stringIn(found, 'spec', 'nodeName') : ''
  if (nodeName === '') return { kind, name, uid }
  const node = findObject(rest, '', 'nodes', '', nodeName)
  return { kind, name, uid, node: { name: nodeName, uid: node === undefined ? undefined : stringIn(metadataOf(node), 'uid') } }
}

/** A kubelet gets tokens for the Pods on its node only. */
function checkNode(call: Call, rest: Rest, namespace: string, name: string, bound: BoundObject | undefined): void {
  const node = nodeOf(call.user)
  if (node === undefined) return
  const refuse = (why: string): Error => forbidden({ group: '', resource: 'serviceaccounts' }, name, why)
  if (bound?.kind !== 'Pod') throw refuse('node requested token not bound to a pod')
  const pod = findObject(rest, '', 'pods', namespace, bound.name)
  if (stringIn(pod, 'spec', 'nodeName') !== node) throw refuse('node requested token bound to a pod scheduled on a different node')
}
