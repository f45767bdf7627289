// Has the volumes of a Pod bound that has found its Node: takes existing ones for its claims, names the Node to the maker of
// the others, and waits until the binder has bound them all. Then the Pod may be bound itself.
// Source: Kubernetes reference, scheduling plugins, VolumeBinding (its part before a Pod is bound).
import type { Clock } from '../base/clock.ts'
import type { Client } from '../client/client.ts'
import type { Informers } from '../client/informers.ts'
import { keyOf } from '../client/object-cache.ts'
import { persistentVolumeClaims as claimType, persistentVolumes as volumeType, storageClasses as classType } from '../client/resource-types.ts'
import type { Node, PersistentVolume, PersistentVolumeClaim, Pod } from '../objects/generated/core-v1.ts'
import { boundByController, selectedNode } from '../objects/volumes/annotations.ts'
import { isBound, selectedNodeOf } from '../objects/volumes/matching.ts'
import { volumesNotBound } from './errors.ts'
import { volumeBindingMostMs } from './limits.ts'
import { delayedClaimsOf } from './plugins/volume-binding.ts'
import { type Assignment, assignVolumes, type VolumeState } from './volumes.ts'

const claimIndex = 'claim'
const noClaim = ''

const claimRefOf = ({ spec }: PersistentVolume): string => (spec?.claimRef === undefined ? noClaim : `${spec.claimRef.namespace}/${spec.claimRef.name}`)

export interface VolumeBinderDeps {
  readonly client: Client
  readonly informers: Informers
  readonly clock: Clock
}

export class VolumeBinder {
  readonly #deps: VolumeBinderDeps
  readonly #claims
  readonly #volumes
  readonly #classes
  /** What waits for a change of a claim, by key. */
  readonly #waiting = new Map<string, Set<() => void>>()
  readonly state: VolumeState

  constructor(deps: VolumeBinderDeps) {
    this.#deps = deps
    this.#claims = deps.informers.of(claimType)
    this.#volumes = deps.informers.of(volumeType)
    this.#classes = deps.informers.of(classType)
    this.#volumes.addIndex(claimIndex, (volume) => [claimRefOf(volume)])
    this.state = {
      claim: (key) => this.#claims.cache.get(key),
      volume: (name) => this.#volumes.cache.get(name),
      storageClass: (name) => this.#classes.cache.get(name),
      candidates: (key) => [...this.#volumes.cache.byIndex(claimIndex, key), ...this.#volumes.cache.byIndex(claimIndex, noClaim)],
    }
  }

  /** Calls with the key of each claim that changed, and with undefined when a volume or a class did. The answer ends it. */
  onChange(listener: (claimKey: string | undefined) => void): () => void {
    const ends = [
      this.#claims.onChange(({ object }) => {
        const key = keyOf(object)
        for (const wake of [...this.#waiting.get(key) ?? []]) wake()
        listener(key)
      }),
      this.#volumes.onChange(() => listener(undefined)),
      this.#classes.onChange(() => listener(undefined)),
    ]
    return () => ends.forEach((end) => end())
  }

  /** Resolves when every claim of the Pod is bound to a volume that the Node reaches. Rejects with volumesNotBound or an ApiError. */
  async bind(pod: Pod, node: Node, signal: AbortSignal): Promise<void> {
    const delayed = delayedClaimsOf(pod, this.state)
    if (delayed.length === 0) return
    const assignments = assignVolumes(delayed, node, this.state)
    if (assignments === undefined) throw volumesNotBound.make({ reason: `the peer ${node.metadata.name} cannot have them any more` })
    for (const assignment of assignments) await this.#assign(assignment, node)
    await Promise.all(assignments.map(({ claim, kind }) => this.#bound(claim, kind === 'provision' ? node.metadata.name : undefined, signal)))
  }

  async #assign(assignment: Assignment, node: Node): Promise<void> {
    const { claim } = assignment
    const { name = '', namespace, uid, resourceVersion } = claim.metadata
    if (assignment.kind === 'take') {
      const { volume } = assignment
      const annotations = volume.spec?.claimRef === undefined ? { [boundByController]: 'yes' } : {}
      const metadata = { uid: volume.metadata.uid, resourceVersion: volume.metadata.resourceVersion, annotations }
      const claimRef = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace, name, uid }
      this.#volumes.assume(await this.#deps.client.resource(volumeType).patch(volume.metadata.name ?? '', undefined, { metadata, spec: { claimRef } }))
    } else if (selectedNodeOf(claim) !== node.metadata.name) {
      const metadata = { uid, resourceVersion, annotations: { [selectedNode]: node.metadata.name } }
      this.#claims.assume(await this.#deps.client.resource(claimType).patch(name, namespace, { metadata }))
    }
  }

  /** Resolves when the claim is bound. `chosen` is the Node that its maker was told. */
  #bound(claim: PersistentVolumeClaim, chosen: string | undefined, signal: AbortSignal): Promise<void> {
    const key = keyOf(claim)
    return new Promise((resolve, reject) => {
      const end = (outcome: () => void): void => {
        timer.cancel()
        signal.removeEventListener('abort', stopped)
        this.#waiting.get(key)?.delete(look)
        if (this.#waiting.get(key)?.size === 0) this.#waiting.delete(key)
        outcome()
      }
      const failed = (reason: string): void => end(() => reject(volumesNotBound.make({ reason })))
      const look = (): void => {
        const now = this.#claims.cache.get(key)
        if (now === undefined || now.metadata.uid !== claim.metadata.uid) failed(`persistentvolumeclaim "${claim.metadata.name}" not found`)
        else if (isBound(now)) end(resolve)
        else if (chosen !== undefined && selectedNodeOf(now) !== chosen) failed(`the peer ${chosen} cannot have the volume of persistentvolumeclaim "${claim.metadata.name}"`)
      }
      const stopped = (): void => failed('the scheduler stops')
      const timer = this.#deps.clock.after(volumeBindingMostMs, () => failed(`persistentvolumeclaim "${claim.metadata.name}" is not bound yet`))
      signal.addEventListener('abort', stopped, { once: true })
      this.#waiting.set(key, (this.#waiting.get(key) ?? new Set()).add(look))
      if (signal.aborted) stopped()
      else look()
    })
  }
}
