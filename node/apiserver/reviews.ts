// Questions that are asked by creating an object: may I, may he, what may I, who am I, whose token is this. Nothing is
// stored; the answer is the object with its status. Source: API reference, authorization.k8s.io/v1, authentication.k8s.io/v1.
import { timestamp } from '../base/clock.ts'
import { grantedRules } from '../identity/rbac.ts'
import type { AccessAttributes, PolicyRule } from '../identity/rbac.ts'
import { authenticated, mastersGroup } from '../identity/users.ts'
import type { User } from '../identity/users.ts'
import { objectIn, stringIn, stringsIn } from '../objects/access.ts'
import { isObject, metadataOf } from '../objects/encoding.ts'
import type { Json, JsonObject } from '../objects/json.ts'
import type { FieldError } from '../resources/types.ts'
import { tokenIssuer } from '../identity/tokens.ts'
import type { Tokens } from '../identity/tokens.ts'
import { decide } from './authorizing.ts'
import type { PodsOnNode } from './authorizing.ts'
import { readObject } from './body.ts'
import type { BodyKind } from './body.ts'
import type { Answer, Call } from './call.ts'
import type { Rest } from './rest.ts'
import { badRequest, invalid } from './status.ts'
import { readWriteOptions } from './write-options.ts'

export interface ReviewDeps {
  readonly rest: Rest
  readonly tokens: Tokens
  readonly podsOnNode: PodsOnNode
}

/** A kind of question: where it is asked and how it is answered. */
export interface Review extends BodyKind {
  readonly resource: string
  readonly singular: string
  readonly namespaced: boolean
  readonly answer: (deps: ReviewDeps, call: Call, object: JsonObject, namespace: string) => Promise<JsonObject> | JsonObject
}

const authorization = { group: 'authorization.k8s.io', version: 'v1' }
const authentication = { group: 'authentication.k8s.io', version: 'v1' }
const review = (kind: string, api: { readonly group: string; readonly version: string }, answer: Review['answer'], namespaced = false): Review => ({
  ...api, kind, resource: `${kind.toLowerCase()}s`, singular: kind.toLowerCase(), namespaced, answer,
  definition: `io.k8s.api.${api.group.split('.')[0]}.${api.version}.${kind}`,
})

export const reviews: readonly Review[] = [
  review('SelfSubjectReview', authentication, selfReview),
  review('TokenReview', authentication, tokenReview),
  review('LocalSubjectAccessReview', authorization, localAccess, true),
  review('SelfSubjectAccessReview', authorization, (deps, call, object) => access(deps, object, call.user)),
  review('SelfSubjectRulesReview', authorization, rulesReview),
  review('SubjectAccessReview', authorization, (deps, _call, object) => access(deps, object, reviewedUser(object))),
]

/** Answers a question. */
export async function createReview(deps: ReviewDeps, call: Call, kind: Review, namespace: string): Promise<Answer> {
  const options = readWriteOptions(call, 'CreateOptions')
  const { object, warnings } = await readObject(call.body, kind, options.fieldValidation)
  return { kind: 'value', code: 201, value: await kind.answer(deps, call, object, namespace), warnings }
}

function withStatus(object: JsonObject, status: JsonObject): JsonObject {
  const { kind, apiVersion, metadata: _metadata, spec, ...rest } = object
  return { kind, apiVersion, metadata: { ...metadataOf(object), creationTimestamp: null }, spec, ...rest, status }
}

function reviewedUser(object: JsonObject): User {
  const spec = objectIn(object, 'spec')
  return { name: stringIn(spec, 'user'), groups: stringsIn(spec, 'groups') }
}

function access(deps: ReviewDeps, object: JsonObject, user: User): JsonObject {
  const spec = objectIn(object, 'spec')
  const asked = attributesIn(spec)
  const errors: FieldError[] = []
  const problem = attributeProblem(spec)
  if (problem !== undefined) errors.push(problem)
  if (object['kind'] !== 'SelfSubjectAccessReview' && user.name === '' && user.groups.length === 0) {
    errors.push({ type: 'FieldValueInvalid', field: 'spec.user', detail: 'Invalid value: "": at least one of user or group must be specified' })
  }
  if (errors.length > 0 || asked === undefined) throw invalid({ group: authorization.group, kind: '' }, '', errors)
  const decision = decide(user, asked, deps.rest.rbac, deps.podsOnNode, '')
  return withStatus(object, { allowed: decision.allowed, ...(decision.reason === '' ? {} : { reason: decision.reason }) })
}

function attributeProblem(spec: JsonObject): FieldError | undefined {
  const resource = isObject(spec['resourceAttributes'])
  const path = isObject(spec['nonResourceAttributes']) ? spec['nonResourceAttributes'] : undefined
  if (resource && path !== undefined) {
    return { type: 'FieldValueInvalid', field: 'spec.nonResourceAttributes', detail: `Invalid value: authorization.NonResourceAttributes{Path:${JSON.stringify(stringIn(path, 'path'))}, Verb:${JSON.stringify(stringIn(path, 'verb'))}}: cannot be specified in combination with resourceAttributes` }
  }
  if (resource || path !== undefined) return undefined
  return { type: 'FieldValueInvalid', field: 'spec.resourceAttributes', detail: 'Invalid value: "null": exactly one of nonResourceAttributes or resourceAttributes must be specified' }
}

function attributesIn(spec: JsonObject): AccessAttributes | undefined {
  const path = spec['nonResourceAttributes']
  if (isObject(path)) return { kind: 'path', verb: stringIn(path, 'verb'), path: stringIn(path, 'path') }
  const resource = spec['resourceAttributes']
  if (!isObject(resource)) return undefined
  const text = (field: string): string => stringIn(resource, field)
  return { kind: 'resource', verb: text('verb'), group: text('group'), resource: text('resource'), subresource: text('subresource'), namespace: text('namespace'), name: text('name') }
}

function localAccess(deps: ReviewDeps, _call: Call, object: JsonObject, namespace: string): JsonObject {
  if (stringIn(object, 'spec', 'resourceAttributes', 'namespace') !== namespace) {
    throw invalid({ group: authorization.group, kind: '' }, '', [{
      type: 'FieldValueInvalid', field: 'spec.resourceAttributes.namespace',
      detail: `Invalid value: ${JSON.stringify(stringIn(object, 'spec', 'resourceAttributes', 'namespace'))}: must match metadata.namespace`,
    }])
  }
  return access(deps, { ...object, metadata: { ...metadataOf(object), namespace } }, reviewedUser(object))
}

function rulesReview(deps: ReviewDeps, call: Call, object: JsonObject): JsonObject {
  const namespace = stringIn(object, 'spec', 'namespace')
  if (namespace === '') throw badRequest('no namespace on request')
  const all: PolicyRule = { verbs: ['*'], apiGroups: ['*'], resources: ['*'], resourceNames: [], nonResourceURLs: [] }
  const everywhere: PolicyRule = { ...all, apiGroups: [], resources: [], nonResourceURLs: ['*'] }
  const granted = [...grantedRules(call.user, namespace, deps.rest.rbac)].flatMap((grant) => grant.rules)
  const rules = call.user.groups.includes(mastersGroup) ? [...granted, all, everywhere] : granted
  const resourceRules = rules.filter((rule) => rule.resources.length > 0).map((rule): Json => ({
    verbs: rule.verbs, apiGroups: rule.apiGroups, resources: rule.resources, ...(rule.resourceNames.length === 0 ? {} : { resourceNames: rule.resourceNames }),
  }))
  const nonResourceRules = rules.filter((rule) => rule.nonResourceURLs.length > 0).map((rule): Json => ({ verbs: rule.verbs, nonResourceURLs: rule.nonResourceURLs }))
  return withStatus({ ...object, spec: {} }, { resourceRules, nonResourceRules, incomplete: false })
}

function userInfo(user: User): JsonObject {
  return {
    username: user.name,
    ...(user.uid === undefined ? {} : { uid: user.uid }),
    groups: user.groups,
    ...(user.extra === undefined ? {} : { extra: user.extra }),
  }
}

function selfReview(deps: ReviewDeps, call: Call, object: JsonObject): JsonObject {
  const { kind, apiVersion } = object
  return { kind, apiVersion, metadata: { creationTimestamp: timestamp(deps.rest.clock.wallMs()) }, status: { userInfo: userInfo(call.user) } }
}

async function tokenReview(deps: ReviewDeps, _call: Call, object: JsonObject): Promise<JsonObject> {
  const token = stringIn(object, 'spec', 'token')
  if (token === '') throw badRequest('token is required for TokenReview in authentication')
  const asked = stringsIn(object, 'spec', 'audiences')
  const found = await deps.tokens.verify(token, asked.length === 0 ? [tokenIssuer] : asked)
  if (found === undefined) return withStatus(object, { user: {}, error: 'invalid bearer token' })
  return withStatus(object, { authenticated: true, user: userInfo(authenticated(found.user)), audiences: found.audiences })
}
