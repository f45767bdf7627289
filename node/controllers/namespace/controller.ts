// Empties a namespace that is being deleted and then lets it go: everything of every kind in it is deleted, and when nothing
// is left the finalizer `kubernetes` is taken away. What other controllers must finish first (finalizers) is waited for.
// Source: Kubernetes concepts, Namespaces; the finalize subresource.
import type { WorkResult } from '../../base/work-queue.ts'
import { ApiError, isNotFound } from '../../client/errors.ts'
import { groupVersion, namespaces as namespaceType, type ResourceType } from '../../client/resource-types.ts'
import type { Namespace } from '../../objects/generated/core-v1.ts'
import { type Controller, type ControllerDeps, type KeySink, settled } from '../controller.ts'
import { namespaceRecheckMs } from '../limits.ts'
import { type NamespaceFindings, planConditions, type Remainder } from './plan.ts'

const finalizer = 'kubernetes'

/** Discovery younger than this is good enough; a kind added since is found at the next look. */
const catalogFreshForMs = 5_000

/** The namespace controller. Keys are namespaces. */
export function namespaceController(deps: ControllerDeps): Controller {
  return new NamespaceController(deps)
}

class NamespaceController implements Controller {
  readonly name = 'namespace'
  readonly #deps: ControllerDeps
  readonly #namespaces

  constructor(deps: ControllerDeps) {
    this.#deps = deps
    this.#namespaces = deps.informers.of(namespaceType)
  }

  watch(sink: KeySink): () => void {
    return this.#namespaces.onChange(({ object }) => {
      if (object.metadata.deletionTimestamp !== undefined) sink.add(object.metadata.name ?? '')
    })
  }

  async reconcile(key: string): Promise<WorkResult> {
    const namespace = this.#namespaces.cache.get(key)
    if (namespace?.metadata.deletionTimestamp === undefined) return settled
    if (!(namespace.spec?.finalizers ?? []).includes(finalizer)) return settled
    const findings = await this.#empty(key)
    await this.#report(namespace, findings)
    const isEmpty = findings.remainders.every((one) => one.objects === 0)
    if (!isEmpty || findings.discoveryError !== undefined || findings.contentErrors.length > 0) return { againAfterMs: this.#recheckMs(findings) }
    await this.#finalize(namespace)
    return settled
  }

  /** Pods that end soon are looked for sooner than finalizers that may take for ever. */
  #recheckMs(findings: NamespaceFindings): number {
    return findings.remainders.some((one) => one.finalizers.size > 0) ? namespaceRecheckMs : 500
  }

  async #empty(namespace: string): Promise<NamespaceFindings> {
    const contentErrors: string[] = []
    const remainders: Remainder[] = []
    let types: readonly ResourceType[] = []
    let discoveryError: string | undefined
    try {
      types = await this.#deps.catalog.refresh(catalogFreshForMs)
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      discoveryError = error.message
    }
    for (const type of types.filter((one) => one.namespaced)) {
      try {
        remainders.push(await this.#emptyKind(namespace, type))
      } catch (error) {
        // A kind that went away while we looked has nothing left.
        if (isNotFound(error)) continue
        if (!(error instanceof ApiError)) throw error
        contentErrors.push(error.message)
      }
    }
    return { discoveryError, contentErrors, remainders }
  }

  async #emptyKind(namespace: string, type: ResourceType): Promise<Remainder> {
    const client = this.#deps.client.resource(type)
    const resource = type.group === '' ? type.resource : `${type.resource}.${type.group}`
    const before = await client.list({ namespace })
    const isUntouched = before.items.some((one) => one.metadata.deletionTimestamp === undefined)
    if (isUntouched) await client.deleteCollection({ namespace }, { propagationPolicy: 'Background' })
    const left = isUntouched ? (await client.list({ namespace })).items : before.items
    const finalizers = new Map<string, number>()
    for (const name of left.flatMap((one) => one.metadata.finalizers ?? [])) finalizers.set(name, (finalizers.get(name) ?? 0) + 1)
    return { resource, objects: left.length, finalizers }
  }

  async #report(namespace: Namespace, findings: NamespaceFindings): Promise<void> {
    const conditions = planConditions(namespace.status?.conditions, findings, this.#deps.clock.wallMs())
    if (conditions === undefined) return
    const { name = '', uid } = namespace.metadata
    const patch = { metadata: { uid }, status: { conditions } }
    this.#namespaces.assume(await this.#deps.client.resource(namespaceType).patch(name, undefined, patch, { subresource: 'status' }))
  }

  async #finalize(namespace: Namespace): Promise<void> {
    const client = this.#deps.client.resource(namespaceType)
    const { name = '', uid } = namespace.metadata
    try {
      const live = await client.get(name)
      if (live.metadata.uid !== uid) return
      const finalizers = (live.spec?.finalizers ?? []).filter((one) => one !== finalizer)
      await client.put({ ...live, apiVersion: groupVersion(namespaceType), kind: namespaceType.kind, spec: { ...live.spec, finalizers } }, 'finalize')
    } catch (error) {
      if (isNotFound(error)) return
      throw error
    }
  }
}
