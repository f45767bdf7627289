// Carries out single steps of the plans of claims and volumes. Every write names the object's uid and version, so that a plan
// made from an old copy is refused and made again. What deletes data is asked of the API first.
import { isAlreadyExists, isNotFound } from '../../client/errors.ts'
import type { Informer } from '../../client/informer.ts'
import { keyOf } from '../../client/object-cache.ts'
import { persistentVolumeClaims as claimType, persistentVolumes as volumeType } from '../../client/resource-types.ts'
import type { PersistentVolume, PersistentVolumeClaim } from '../../objects/generated/core-v1.ts'
import { bindCompleted, boundByController, claimToRemake, olderStorageProvisioner, selectedNode, storageProvisioner } from '../../objects/volumes/annotations.ts'
import type { ControllerDeps } from '../controller.ts'
import type { ClaimStep, VolumeStep } from './types.ts'

export interface ActDeps extends Pick<ControllerDeps, 'client'> {
  readonly claims: Informer<PersistentVolumeClaim>
  readonly volumes: Informer<PersistentVolume>
}

/** What a patch must name so that it changes this object at this version only. */
const as = ({ metadata }: PersistentVolumeClaim | PersistentVolume): { readonly uid: string | undefined; readonly resourceVersion: string | undefined } => ({ uid: metadata.uid, resourceVersion: metadata.resourceVersion })

async function patchClaim(deps: ActDeps, claim: PersistentVolumeClaim, body: { readonly metadata?: object; readonly spec?: object; readonly status?: object }): Promise<void> {
  const { name = '', namespace } = claim.metadata
  const subresource = body.status === undefined ? {} : { subresource: 'status' }
  deps.claims.assume(await deps.client.resource(claimType).patch(name, namespace, { ...body, metadata: { ...body.metadata, ...as(claim) } }, subresource))
}

async function patchVolume(deps: ActDeps, volume: PersistentVolume, body: { readonly metadata?: object; readonly spec?: object; readonly status?: object }): Promise<void> {
  const subresource = body.status === undefined ? {} : { subresource: 'status' }
  deps.volumes.assume(await deps.client.resource(volumeType).patch(volume.metadata.name ?? '', undefined, { ...body, metadata: { ...body.metadata, ...as(volume) } }, subresource))
}

const byUs = (chosen: boolean): object => (chosen ? { [boundByController]: 'yes' } : {})

/** Writes one step of a claim. */
export async function actOnClaim(deps: ActDeps, claim: PersistentVolumeClaim, step: ClaimStep): Promise<void> {
  const { name = '', namespace, uid } = claim.metadata
  switch (step.kind) {
    case 'finalizers': return patchClaimEnd(deps, claim, step.finalizers)
    case 'status': return patchClaim(deps, claim, { status: { phase: step.status.phase, accessModes: step.status.accessModes ?? null, capacity: step.status.capacity ?? null } })
    case 'assign class': return patchClaim(deps, claim, { spec: { storageClassName: step.name } })
    case 'take': {
      const claimRef = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace, name, uid, resourceVersion: claim.metadata.resourceVersion }
      return patchVolume(deps, step.volume, { metadata: { annotations: byUs(step.chosen) }, spec: { claimRef } })
    }
    case 'bind': return patchClaim(deps, claim, { metadata: { annotations: { [bindCompleted]: 'yes', ...byUs(step.chosen) } }, spec: { volumeName: step.volume.metadata.name } })
    case 'grow': return patchVolume(deps, step.volume, { spec: { capacity: { storage: step.storage } } })
    case 'provision': return createVolume(deps, step.volume)
    case 'leave to': return patchClaim(deps, claim, { metadata: { annotations: { [storageProvisioner]: step.provisioner, [olderStorageProvisioner]: step.provisioner } } })
    case 'unselect': return patchClaim(deps, claim, { metadata: { annotations: { [selectedNode]: null } } })
    case 'remember': return patchVolume(deps, step.volume, { metadata: { annotations: { [claimToRemake]: step.text ?? null } } })
    case 'delete': return deleteClaim(deps, claim)
  }
}

async function patchClaimEnd(deps: ActDeps, claim: PersistentVolumeClaim, finalizers: readonly string[]): Promise<void> {
  const { name = '', namespace, uid } = claim.metadata
  const changed = await deps.client.resource(claimType).patch(name, namespace, { metadata: { ...as(claim), finalizers } })
  if (finalizers.length === 0) deps.claims.assumeDeleted(keyOf(claim), uid)
  else deps.claims.assume(changed)
}

async function createVolume(deps: ActDeps, volume: PersistentVolume): Promise<void> {
  try {
    deps.volumes.assume(await deps.client.resource(volumeType).create(volume))
  } catch (error) {
    if (!isAlreadyExists(error)) throw error
  }
}

async function deleteClaim(deps: ActDeps, claim: PersistentVolumeClaim): Promise<void> {
  const { name = '', namespace, uid, resourceVersion } = claim.metadata
  const ending = await deps.client.resource(claimType).delete(name, namespace, { uid, resourceVersion })
  if (ending === undefined) deps.claims.assumeDeleted(keyOf(claim), uid)
  else deps.claims.assume(ending)
}

/** Writes one step of a volume. */
export async function actOnVolume(deps: ActDeps, volume: PersistentVolume, step: VolumeStep): Promise<void> {
  const { name = '', uid, resourceVersion } = volume.metadata
  switch (step.kind) {
    case 'phase': return patchVolume(deps, volume, { status: { phase: step.phase, message: step.message ?? null } })
    case 'release': {
      if (await isClaimThere(deps, volume)) return
      return patchVolume(deps, volume, { status: { phase: 'Released' } })
    }
    case 'unbind': return patchVolume(deps, volume, { metadata: { annotations: { [boundByController]: null } }, spec: { claimRef: step.keepName ? { uid: null, resourceVersion: null } : null } })
    case 'remake': return remakeClaim(deps, step.claim)
    case 'forget': return patchVolume(deps, volume, { metadata: { annotations: { [claimToRemake]: null } } })
    case 'delete': {
      const ending = await deps.client.resource(volumeType).delete(name, undefined, { uid, resourceVersion })
      if (ending === undefined) deps.volumes.assumeDeleted(name, uid)
      else deps.volumes.assume(ending)
      return
    }
    case 'finalizers': {
      const changed = await deps.client.resource(volumeType).patch(name, undefined, { metadata: { ...as(volume), finalizers: step.finalizers } })
      if (step.finalizers.length === 0) deps.volumes.assumeDeleted(name, uid)
      else deps.volumes.assume(changed)
    }
  }
}

/** Whether the API has the very claim that the volume names; our copy of the claims may be older than that of the volumes. */
async function isClaimThere(deps: ActDeps, volume: PersistentVolume): Promise<boolean> {
  const { name = '', namespace, uid } = volume.spec?.claimRef ?? {}
  try {
    return (await deps.client.resource(claimType).get(name, namespace)).metadata.uid === uid
  } catch (error) {
    if (isNotFound(error)) return false
    throw error
  }
}

async function remakeClaim(deps: ActDeps, claim: PersistentVolumeClaim): Promise<void> {
  try {
    deps.claims.assume(await deps.client.resource(claimType).create(claim))
  } catch (error) {
    // Its StatefulSet may have been quicker.
    if (!isAlreadyExists(error)) throw error
  }
}
