// What a claim needs next: a volume that is chosen or made, both sides of the binding, its status, its end. Pure; one write at
// a time, so that a crash between any two is gone on from. Volumes have their own plan, in volume-plan.ts.
// Source: Kubernetes concepts, Persistent Volumes (life cycle of a volume and claim), with its events.
import type { Node, PersistentVolume, PersistentVolumeClaim, PersistentVolumeClaimStatus, Pod } from '../../objects/generated/core-v1.ts'
import type { StorageClass } from '../../objects/generated/storage-v1.ts'
import { sameJson } from '../../objects/pods/fnv.ts'
import { compareQuantities, quantity } from '../../objects/quantity.ts'
import { boundByController, claimProtection, storageProvisioner } from '../../objects/volumes/annotations.ts'
import { isOwnVolume } from '../../objects/volumes/classes.ts'
import { bestVolume, classNameOf, isBound, isDelayed, isMeantFor, mismatch, selectedNodeOf } from '../../objects/volumes/matching.ts'
import { planLoss } from './loss.ts'
import { planProvisioning } from './provisioning.ts'
import { type ClaimPlan, type Tell, warn } from './types.ts'

export interface ClaimView {
  readonly claim: PersistentVolumeClaim
  /** The volume that the claim names, and those that name the claim. */
  readonly named: PersistentVolume | undefined
  readonly meant: readonly PersistentVolume[]
  /** Volumes that no claim has. */
  readonly free: readonly PersistentVolume[]
  /** The claim's class, and the class for claims that name none. */
  readonly storageClass: StorageClass | undefined
  readonly defaultClass: StorageClass | undefined
  readonly nodes: readonly Node[]
  /** How many of our volumes lie on a Node. */
  readonly volumesOn: (node: string) => number
  /** Pods that use the claim. */
  readonly users: readonly Pod[]
}

const inform = (reason: string, message: string): Tell => ({ type: 'Normal', reason, message })
const isScheduled = (pod: Pod): boolean => (pod.spec?.nodeName ?? '') !== ''

/** The next write, and what is told. */
export function planClaim(view: ClaimView): ClaimPlan {
  const { claim } = view
  if (claim.metadata.deletionTimestamp !== undefined) return planEnd(view)
  if (isBound(claim)) return planBound(view)
  const volumeName = claim.spec?.volumeName ?? ''
  return volumeName === '' ? planUnbound(view) : planNamed(view)
}

/** A Pod that has no Node yet does not keep the claim: no kubelet starts it with a claim that is being deleted. */
function planEnd({ claim, users }: ClaimView): ClaimPlan {
  const finalizers = claim.metadata.finalizers ?? []
  if (!finalizers.includes(claimProtection) || users.some(isScheduled)) return {}
  return { step: { kind: 'finalizers', finalizers: finalizers.filter((one) => one !== claimProtection) } }
}

/** The step that makes the status say this, unless it does. */
function withStatus(claim: PersistentVolumeClaim, status: PersistentVolumeClaimStatus, tell?: Tell): ClaimPlan {
  const { phase, accessModes, capacity } = claim.status ?? {}
  const isSame = phase === status.phase && sameJson(accessModes ?? [], status.accessModes ?? []) && sameJson(capacity ?? {}, status.capacity ?? {})
  return isSame ? { tell } : { step: { kind: 'status', status }, tell }
}

function planBound(view: ClaimView): ClaimPlan {
  const { claim, named } = view
  const lost = (reason: string, message: string): ClaimPlan => withStatus(claim, { phase: 'Lost' }, warn(reason, message))
  if (named === undefined) return lost('ClaimLost', 'Bound claim has lost its PersistentVolume. Data on the volume is lost!')
  const reference = named.spec?.claimRef
  if (reference === undefined) return { step: { kind: 'take', volume: named, chosen: false } }
  if (reference.uid !== claim.metadata.uid) return lost('ClaimMisbound', 'Two claims are bound to the same volume, this one is bound incorrectly')
  const loss = planLoss(view, named)
  if (loss !== undefined) return loss
  const storage = claim.spec?.resources?.requests?.['storage'] ?? '0'
  // The API lets a claim grow only where its class does.
  const hasGrown = isOwnVolume(named) && compareQuantities(quantity(storage), quantity(named.spec?.capacity?.['storage'] ?? '0')) > 0
  if (hasGrown) return { step: { kind: 'grow', volume: named, storage } }
  return withStatus(claim, { phase: 'Bound', accessModes: named.spec?.accessModes, capacity: named.spec?.capacity })
}

/** A claim that asks for a volume by name. */
function planNamed({ claim, named }: ClaimView): ClaimPlan {
  const pending = (tell?: Tell): ClaimPlan => withStatus(claim, { phase: 'Pending' }, tell)
  if (named === undefined) return pending()
  const chosen = claim.metadata.annotations?.[boundByController] !== undefined
  if (named.spec?.claimRef === undefined) {
    const wrong = mismatch(named, claim)
    if (wrong !== undefined) return pending(warn('VolumeMismatch', `Cannot bind to requested volume "${named.metadata.name}": ${wrong}`))
    return { step: { kind: 'take', volume: named, chosen: false } }
  }
  if (!isMeantFor(named, claim)) return pending(warn('FailedBinding', `volume "${named.metadata.name}" already bound to a different claim.`))
  return bindTo(claim, named, chosen)
}

/** First the volume names the claim with its uid, then the claim the volume. */
function bindTo(claim: PersistentVolumeClaim, volume: PersistentVolume, chosen: boolean): ClaimPlan {
  const isTaken = volume.spec?.claimRef?.uid === claim.metadata.uid
  return { step: isTaken ? { kind: 'bind', volume, chosen } : { kind: 'take', volume, chosen: volume.spec?.claimRef === undefined } }
}

function planUnbound(view: ClaimView): ClaimPlan {
  const { claim, storageClass, defaultClass, meant, free, users } = view
  const isWaiting = isDelayed(storageClass) && selectedNodeOf(claim) === undefined
  const volume = bestVolume(claim, [...meant, ...free], { onlyMeant: isDelayed(storageClass) })
  if (volume !== undefined) return bindTo(claim, volume, true)
  if (claim.spec?.storageClassName === undefined && defaultClass !== undefined) return { step: { kind: 'assign class', name: defaultClass.metadata.name ?? '' } }
  const pending = (tell: Tell | undefined): ClaimPlan => withStatus(claim, { phase: 'Pending' }, tell)
  const className = classNameOf(claim)
  if (className === '') return pending(inform('FailedBinding', 'no persistent volumes available for this claim and no storage class is set'))
  if (storageClass === undefined) return pending(warn('ProvisioningFailed', `storageclass.storage.k8s.io "${className}" not found`))
  const made = planProvisioning(view, storageClass)
  // What can never be made is said at once, not when the first Pod comes.
  if (made.kind === 'never') return pending(warn('ProvisioningFailed', `failed to provision volume with StorageClass "${className}": ${made.reason}`))
  if (isWaiting) return pending(waiting(users))
  switch (made.kind) {
    case 'volume': return { step: { kind: 'provision', volume: made.volume } }
    case 'elsewhere': return { step: { kind: 'unselect' }, tell: warn('ProvisioningFailed', made.reason) }
    case 'later': return pending(warn('ProvisioningFailed', `failed to provision volume with StorageClass "${className}": ${made.reason}`))
    case 'others': return leaveTo(view, storageClass.provisioner)
  }
}

function waiting(users: readonly Pod[]): Tell {
  const [pod] = users.filter((one) => !isScheduled(one))
  if (pod === undefined) return inform('WaitForFirstConsumer', 'waiting for first consumer to be created before binding')
  return inform('WaitForPodScheduled', `waiting for pod ${pod.metadata.name} to be scheduled`)
}

function leaveTo({ claim }: ClaimView, provisioner: string): ClaimPlan {
  if (claim.metadata.annotations?.[storageProvisioner] !== provisioner) return { step: { kind: 'leave to', provisioner } }
  return withStatus(claim, { phase: 'Pending' }, inform('ExternalProvisioning', `Waiting for a volume to be created either by the external provisioner '${provisioner}' or manually by the system administrator. If volume creation is delayed, please verify that the provisioner is running and correctly registered.`))
}
