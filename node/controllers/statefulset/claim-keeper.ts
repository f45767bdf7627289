// Carries out what claims.ts decides: makes the claims of a Pod before the Pod, and writes their owners. It deletes none:
// the garbage collector does, by their owners.
import { isAlreadyExists, isNotFound } from '../../client/errors.ts'
import { referenceTo } from '../../client/event-recorder.ts'
import { persistentVolumeClaims as claimType, statefulSets as statefulSetType } from '../../client/resource-types.ts'
import type { EventRecorder } from '../../client/event-recorder.ts'
import type { Informer } from '../../client/informer.ts'
import type { StatefulSet } from '../../objects/generated/apps-v1.ts'
import type { PersistentVolumeClaim, Pod } from '../../objects/generated/core-v1.ts'
import type { ControllerDeps } from '../controller.ts'
import { claimNames, claimsFor, isLeaving, ownersToWrite } from './claims.ts'

export interface ClaimKeeperDeps extends Pick<ControllerDeps, 'client'> {
  readonly claims: Informer<PersistentVolumeClaim>
  readonly events: EventRecorder
}

export class ClaimKeeper {
  readonly #deps: ClaimKeeperDeps

  constructor(deps: ClaimKeeperDeps) {
    this.#deps = deps
  }

  /** Makes what is missing of a number's claims. False when one of them is on its way out: the Pod must wait. */
  async ensure(set: StatefulSet, ordinal: number, podUid?: string): Promise<boolean> {
    for (const claim of claimsFor(set, ordinal)) {
      const known = this.#find(set, claim.metadata.name ?? '')
      if (known !== undefined && isLeaving(known, podUid)) return false
      if (known === undefined) await this.#create(set, claim, `${set.metadata.name}-${ordinal}`)
    }
    return true
  }

  /** Writes the owners of a number's claims. `leaving` is its Pod when the set has become too small for it. */
  async own(set: StatefulSet, ordinal: number, leaving: Pod | undefined): Promise<void> {
    for (const name of claimNames(set, ordinal)) {
      const claim = this.#find(set, name)
      if (claim === undefined || claim.metadata.deletionTimestamp !== undefined) continue
      const ownerReferences = ownersToWrite(set, claim, leaving)
      if (ownerReferences === undefined) continue
      const { namespace, uid, resourceVersion } = claim.metadata
      try {
        this.#deps.claims.assume(await this.#deps.client.resource(claimType).patch(name, namespace, { metadata: { uid, resourceVersion, ownerReferences } }))
      } catch (error) {
        if (!isNotFound(error)) throw error
      }
    }
  }

  #find(set: StatefulSet, name: string): PersistentVolumeClaim | undefined {
    return this.#deps.claims.cache.get(`${set.metadata.namespace}/${name}`)
  }

  async #create(set: StatefulSet, claim: PersistentVolumeClaim, pod: string): Promise<void> {
    const what = `create Claim ${claim.metadata.name} Pod ${pod} in StatefulSet ${set.metadata.name}`
    try {
      this.#deps.claims.assume(await this.#deps.client.resource(claimType).create(claim))
      this.#deps.events.event(referenceTo(statefulSetType, set), 'Normal', 'SuccessfulCreate', `${what} success`)
    } catch (error) {
      if (isAlreadyExists(error)) return
      this.#deps.events.event(referenceTo(statefulSetType, set), 'Warning', 'FailedCreate', `${what} failed error: ${error instanceof Error ? error.message : String(error)}`)
      throw error
    }
  }
}
