// The Status answers of the API: each function makes the error that a client of Kubernetes expects, word for word.
// They are ApiErrors, so that the in-process transport and HTTP refuse in the same way. Nothing is logged here.
import { ApiError } from '../client/errors.ts'
import type { StatusBody } from '../client/types.ts'
import type { Staleness } from './call.ts'
import type { FieldError } from '../resources/types.ts'

/** What names a resource in a message: `pods`, `deployments.apps`, `deployments/scale.apps`. */
export interface ResourceName {
  readonly group: string
  readonly resource: string
}

/** A cause inside a Status, as clients read it. */
export interface StatusCause {
  readonly reason?: string
  readonly message: string
  readonly field?: string
}

interface DetailParts {
  readonly name?: string | undefined
  readonly group?: string | undefined
  readonly kind?: string | undefined
  readonly uid?: string | undefined
  readonly causes?: readonly StatusCause[]
  readonly retryAfterSeconds?: number
}

/** A Status of refusal; `details` in the order that the reference writes them. */
export function failure(code: number, reason: string, message: string, details?: DetailParts): ApiError {
  const shown: { [key: string]: unknown } = {}
  if (details?.name) shown['name'] = details.name
  if (details?.group) shown['group'] = details.group
  if (details?.kind) shown['kind'] = details.kind
  if (details?.uid) shown['uid'] = details.uid
  if (details?.causes !== undefined && details.causes.length > 0) shown['causes'] = details.causes
  if (details?.retryAfterSeconds !== undefined) shown['retryAfterSeconds'] = details.retryAfterSeconds
  const body: StatusBody = {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message,
    ...(reason === '' ? {} : { reason }),
    ...(details === undefined ? {} : { details: shown }),
    code,
  }
  return new ApiError(body)
}

/** `pods` or `deployments.apps`. */
export function qualified(name: ResourceName): string {
  return name.group === '' ? name.resource : `${name.resource}.${name.group}`
}

const named = (resource: ResourceName, name: string): DetailParts => ({ name, group: resource.group, kind: resource.resource })

/** There is no such object. */
export function notFound(resource: ResourceName, name: string): ApiError {
  return failure(404, 'NotFound', `${qualified(resource)} "${name}" not found`, named(resource, name))
}

/** Not found in a copy behind which no majority stood: elsewhere it may well be. */
export class NotInOldCopy extends ApiError {
  readonly stale: Staleness

  constructor(resource: ResourceName, name: string, stale: Staleness) {
    super(notFound(resource, name).status)
    this.stale = stale
  }
}

/** The path names nothing that is served. */
export function noSuchResource(): ApiError {
  return failure(404, 'NotFound', 'the server could not find the requested resource', {})
}

/** The path is served, but not by this method. */
export function methodNotAllowed(): ApiError {
  return failure(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource', {})
}

/** The name is taken; `terminating` says that its holder is being deleted, so that trying again helps. */
export function alreadyExists(resource: ResourceName, name: string, terminating = false): ApiError {
  const prefix = terminating ? 'object is being deleted: ' : ''
  return failure(409, 'AlreadyExists', `${prefix}${qualified(resource)} "${name}" already exists`, named(resource, name))
}

/** Every name that was made from `generateName` is taken. Clients try again. */
export function generateNameConflict(resource: ResourceName, name: string): ApiError {
  return failure(409, 'AlreadyExists', `${qualified(resource)} "${name}" already exists, the server was not able to generate a unique name for the object`, {
    ...named(resource, name), retryAfterSeconds: 1,
  })
}

/** What the client assumed of the object does not hold; `why` is a sentence for people. */
export function conflict(resource: ResourceName, name: string, why: string): ApiError {
  return failure(409, 'Conflict', `Operation cannot be fulfilled on ${qualified(resource)} "${name}": ${why}`, named(resource, name))
}

/** Somebody else wrote the object since the version that the client sent. */
export function modified(resource: ResourceName, name: string): ApiError {
  return conflict(resource, name, 'the object has been modified; please apply your changes to the latest version and try again')
}

/** The request cannot be understood. */
export function badRequest(message: string): ApiError {
  return failure(400, 'BadRequest', message)
}

/** An error without a reason, as the reference answers where it forgot to choose one. */
export function internal(message: string): ApiError {
  return failure(500, '', message)
}

/** Something in the server went wrong; the message names what for whoever reads the logs. */
export function internalError(message: string): ApiError {
  return failure(500, 'InternalError', `Internal error occurred: ${message}`, { causes: [{ message }] })
}

/** Nobody knows who asks. */
export function unauthorized(): ApiError {
  return failure(401, 'Unauthorized', 'Unauthorized')
}

/** The user may not do this, or a rule of admission forbids it. An empty `name` speaks of the whole collection. */
export function forbidden(resource: ResourceName, name: string, why: string, causes: readonly StatusCause[] = []): ApiError {
  const subject = name === '' ? qualified(resource) : `${qualified(resource)} "${name}"`
  return failure(403, 'Forbidden', `${subject} is forbidden: ${why}`, { ...named(resource, name), causes })
}

/** The user may not ask for a path that is no resource. */
export function forbiddenPath(why: string): ApiError {
  return failure(403, 'Forbidden', `forbidden: ${why}`, {})
}

/** The object breaks rules of its kind. `kind` without version: `Pod`, `DeleteOptions` with group `meta.k8s.io`. */
export function invalid(kind: { readonly group: string; readonly kind: string }, name: string, errors: readonly FieldError[]): ApiError {
  const texts = [...new Set(errors.map((error) => `${error.field}: ${error.detail}`))]
  const joined = texts.length === 1 ? texts[0] : `[${texts.join(', ')}]`
  const shown = kind.group === '' ? kind.kind : `${kind.kind}.${kind.group}`
  const causes = errors.map((error) => ({ reason: error.type, message: error.detail, field: error.field }))
  return failure(422, 'Invalid', `${shown} "${name}" is invalid: ${joined}`, { name, group: kind.group, kind: kind.kind, causes })
}

/** History no longer reaches back to the version that the client names: it lists again. */
export function expired(message: string): ApiError {
  return failure(410, 'Expired', message)
}

/** A client asks for a version that this peer has not seen after waiting. */
export function tooLargeVersion(wanted: number, current: number): ApiError {
  return failure(504, 'Timeout', `Timeout: Too large resource version: ${wanted}, current: ${current}`, {
    causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }], retryAfterSeconds: 1,
  })
}

/** The body is of a type that is not read here. */
export function unsupportedMediaType(message: string): ApiError {
  return failure(415, 'UnsupportedMediaType', message, message.startsWith('415') ? {} : undefined)
}

/** None of the forms that the client accepts can be made. */
export function notAcceptable(message: string): ApiError {
  return failure(406, 'NotAcceptable', message, message.startsWith('406') ? {} : undefined)
}

/** The body is larger than `limitBytes`. */
export function tooLarge(limitBytes: number): ApiError {
  return failure(413, 'RequestEntityTooLarge', `Request entity too large: limit is ${limitBytes}`)
}

/** Too much is under way; the client tries again after `retryAfterSeconds`. */
export function tooManyRequests(message = 'too many requests, please try again later', retryAfterSeconds = 1): ApiError {
  return failure(429, 'TooManyRequests', message, { retryAfterSeconds })
}

/** The request was not done in its time. It may still happen. */
export function requestTimeout(message: string): ApiError {
  return failure(504, 'Timeout', `Timeout: ${message}`, {})
}

/** 503; with 0 seconds a client is not asked to try again, so that a person sees the message at once. */
export function serviceUnavailable(message: string, retryAfterSeconds = 1): ApiError {
  return failure(503, 'ServiceUnavailable', message, retryAfterSeconds === 0 ? {} : { retryAfterSeconds })
}

/** A Status that reports success, as deletions answer. */
export function success(resource: ResourceName, name: string, uid: string): StatusBody {
  return {
    kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success',
    details: { name, ...(resource.group === '' ? {} : { group: resource.group }), kind: resource.resource, uid },
    code: 200,
  }
}
