// The one handler of all requests: decides who may, finds what serves the request, and answers. HTTP and the in-process
// transport both call it, so that a controller and kubectl are treated alike.
import type { Tokens } from '../identity/tokens.ts'
import { mastersGroup } from '../identity/users.ts'
import { stringIn } from '../objects/access.ts'
import type { ResourceDefinition } from '../resources/types.ts'
import { attributesOf, decide, refusal } from './authorizing.ts'
import type { PodsOnNode } from './authorizing.ts'
import type { Answer, Call } from './call.ts'
import { createObject } from './creating.ts'
import { deleteCollection, deleteObject } from './deleting.ts'
import { discover, groupsOf } from './discovery.ts'
import type { KubeletConnections } from './kubelet-connection.ts'
import { patchObject } from './patching.ts'
import { getObject, listObjects } from './reading.ts'
import type { RequestInfo, ResourceRequest } from './request-info.ts'
import { allObjects } from './rest.ts'
import type { Rest } from './rest.ts'
import { createReview, reviews } from './reviews.ts'
import type { ServerPaths } from './server-paths.ts'
import { methodNotAllowed, noSuchResource } from './status.ts'
import { subresourceOf } from './subresources/registry.ts'
import { handleScale } from './subresources/scale.ts'
import { updateObject } from './updating.ts'
import { answerUsage } from './usage/answers.ts'
import { measuredKinds } from './usage/kinds.ts'
import type { KubeletUsage } from './usage/kubelet-usage.ts'
import { watchObjects } from './watching.ts'

export interface HandlerDeps {
  readonly rest: Rest
  readonly tokens: Tokens
  readonly kubelets: KubeletConnections
  readonly paths: ServerPaths
  readonly serverAddress: string
  readonly usage: KubeletUsage
}

/** How discovery is wanted: `v2` and `v2beta1` are the aggregated forms. */
export interface CallForms {
  readonly aggregated?: string | undefined
  /** The Accept header, for the documents that come in a form of their own. */
  readonly accept?: string
}

export class Handler {
  readonly #deps: HandlerDeps
  readonly #podsOnNode: PodsOnNode

  constructor(deps: HandlerDeps) {
    this.#deps = deps
    const { rest } = deps
    this.#podsOnNode = function* (namespace, node) {
      for (const pod of allObjects(rest, '', 'pods', namespace)) if (stringIn(pod, 'spec', 'nodeName') === node) yield pod
    }
  }

  /** Throws the refusal unless the user may. */
  authorize(call: Pick<Call, 'user' | 'query'>, info: RequestInfo): void {
    if (call.user.groups.includes(mastersGroup)) return
    const fieldSelector = call.query.get('fieldSelector') ?? ''
    const asked = attributesOf(info, fieldSelector)
    const decision = decide(call.user, asked, this.#deps.rest.rbac, this.#podsOnNode, fieldSelector)
    if (!decision.allowed) throw refusal(call.user, asked, decision.reason)
  }

  /** Answers a request that has been allowed. */
  async handle(call: Call, info: RequestInfo, forms: CallForms = {}): Promise<Answer> {
    const { rest, paths } = this.#deps
    if (info.kind === 'path') {
      const isDiscovery = /^\/apis?(\/|$)/.test(info.path)
      if (isDiscovery && call.method !== 'GET' && !(call.method === 'POST' && info.path.startsWith('/apis'))) throw methodNotAllowed()
      const found = isDiscovery ? discover(rest.kinds, info.path, forms.aggregated, this.#deps.serverAddress) : undefined
      return found ?? paths.handle(call, info.path, forms.accept ?? '')
    }
    return this.#resource(call, info)
  }

  async #resource(call: Call, info: ResourceRequest): Promise<Answer> {
    const { rest, tokens, kubelets } = this.#deps
    const review = reviews.find((one) => one.group === info.group && one.version === info.version && one.resource === info.resource)
    if (review !== undefined && info.name === '') {
      if (call.method !== 'POST') throw methodNotAllowed()
      return createReview({ rest, tokens, podsOnNode: this.#podsOnNode }, call, review, info.namespace)
    }
    const measured = measuredKinds.find((one) => one.group === info.group && one.version === info.version && one.resource === info.resource)
    if (measured !== undefined) return answerUsage({ rest, usage: this.#deps.usage }, call, measured, info)
    const definition = rest.kinds.byResource(info.group, info.version, info.resource)
    if (definition === undefined) return this.#unknown(info)
    const namespace = definition.namespaced ? info.namespace : ''
    if (info.verb === 'watch' && info.subresource === '') return watchObjects({ storage: rest.storage, clock: rest.clock, random: rest.random }, call, definition, namespace, info.name)
    if (definition.namespaced && info.name !== '' && info.namespace === '') throw noSuchResource()
    if (info.subresource === '') return info.name === '' ? this.#collection(call, definition, namespace) : this.#item(call, definition, namespace, info.name)
    const special = subresourceOf(info.group, info.resource, info.subresource)
    if (special !== undefined) {
      if (!special.verbs.includes(info.verb)) throw methodNotAllowed()
      return special.handle({ rest, tokens, kubelets }, call, { definition, namespace, name: info.name, rest: info.rest })
    }
    if (info.subresource === 'scale' && definition.scale !== undefined) return handleScale(rest, call, definition, namespace, info.name)
    if (!definition.subresources.includes(info.subresource)) throw noSuchResource()
    return this.#view(call, definition, namespace, info.name, info.subresource)
  }

  #unknown(info: ResourceRequest): Answer {
    const known = groupsOf(this.#deps.rest.kinds).has(info.group)
    if (known) throw noSuchResource()
    return { kind: 'text', code: 404, contentType: 'text/plain; charset=utf-8', text: '404 page not found\n' }
  }

  #collection(call: Call, definition: ResourceDefinition, namespace: string): Promise<Answer> {
    const { rest } = this.#deps
    const everywhere = definition.namespaced && namespace === ''
    const allows = (verb: string): boolean => definition.verbs.includes(verb)
    if (call.method === 'GET' && allows('list')) return listObjects(rest.storage, call, definition, namespace)
    if (call.method === 'POST' && allows('create') && !everywhere) return createObject(rest, call, definition, namespace)
    if (call.method === 'DELETE' && allows('deletecollection') && !everywhere) return deleteCollection(rest, call, definition, namespace)
    throw methodNotAllowed()
  }

  #item(call: Call, definition: ResourceDefinition, namespace: string, name: string): Promise<Answer> {
    const { rest } = this.#deps
    const allows = (verb: string): boolean => definition.verbs.includes(verb)
    if (call.method === 'GET' && allows('get')) return getObject(rest.storage, call, definition, namespace, name)
    if (call.method === 'PUT' && allows('update')) return updateObject(rest, call, definition, namespace, name, '')
    if (call.method === 'PATCH' && allows('patch')) return patchObject(rest, call, definition, namespace, name, '')
    if (call.method === 'DELETE' && allows('delete')) return deleteObject(rest, call, definition, namespace, name)
    throw methodNotAllowed()
  }

  #view(call: Call, definition: ResourceDefinition, namespace: string, name: string, subresource: string): Promise<Answer> {
    const { rest } = this.#deps
    if (subresource === 'finalize' && call.method !== 'PUT') throw methodNotAllowed()
    if (call.method === 'GET') return getObject(rest.storage, call, definition, namespace, name)
    if (call.method === 'PUT') return updateObject(rest, call, definition, namespace, name, subresource)
    if (call.method === 'PATCH') return patchObject(rest, call, definition, namespace, name, subresource)
    throw methodNotAllowed()
  }
}
