// Volumes whose peer is gone. Their claims wait, and their Pods say so; unless somebody gives a volume up, or its class says
// that all such volumes are: then the claim is deleted and made anew, empty. What is to be made is noted on the volume first.
// Pure. Shoal's own: Kubernetes leaves this to people.
import type { Node, PersistentVolume, PersistentVolumeClaim, Pod } from '../../objects/generated/core-v1.ts'
import type { StorageClass } from '../../objects/generated/storage-v1.ts'
import { isPodTerminal } from '../../objects/pods/lifecycle.ts'
import { controllerOf } from '../../objects/pods/owners.ts'
import { abandonVolume, bindCompleted, boundByController, claimToRemake, olderStorageProvisioner, selectedNode, storageProvisioner } from '../../objects/volumes/annotations.ts'
import { onPeerLossAnnotation } from '../../objects/volumes/classes.ts'
import { homeOf } from '../../objects/volumes/matching.ts'
import { isUnreachable } from './provisioning.ts'
import type { ClaimPlan } from './types.ts'

interface LossView {
  readonly claim: PersistentVolumeClaim
  readonly storageClass: StorageClass | undefined
  readonly nodes: readonly Node[]
  readonly users: readonly Pod[]
}

/** The name of the peer that alone has the volume, when it is gone by the agreed state. */
export function goneHome(volume: PersistentVolume, nodes: readonly Node[]): string | undefined {
  const home = homeOf(volume)
  if (home === undefined) return undefined
  const node = nodes.find((one) => one.metadata.name === home)
  return node === undefined || isUnreachable(node) ? home : undefined
}

/** Whether claims of the class are made anew by themselves when their peer is gone. */
export const isRecreated = (storageClass: StorageClass | undefined): boolean => storageClass?.metadata.annotations?.[onPeerLossAnnotation] === 'recreate'

/** Steps towards a new claim, or undefined when the volume is not given up. */
export function planLoss({ claim, storageClass, nodes, users }: LossView, volume: PersistentVolume): ClaimPlan | undefined {
  const isAsked = claim.metadata.annotations?.[abandonVolume] === volume.metadata.name
  // While a Pod may still be there the volume is not given up by itself: the peer may come back with it.
  const isAutomatic = isRecreated(storageClass) && goneHome(volume, nodes) !== undefined
    && !users.some((pod) => (pod.spec?.nodeName ?? '') !== '')
  const noted = volume.metadata.annotations?.[claimToRemake]
  if (!isAsked && !isAutomatic) return noted === undefined ? undefined : { step: { kind: 'remember', volume, text: undefined } }
  const text = remakeText(claim)
  if (text !== undefined && noted !== text) return { step: { kind: 'remember', volume, text } }
  const message = `The volume ${volume.metadata.name} on the peer ${homeOf(volume) ?? 'that had it'} is given up. The claim is made anew, empty.`
  return { step: { kind: 'delete' }, tell: { type: 'Warning', reason: 'VolumeAbandoned', message } }
}

const ofBinding = new Set<string>([bindCompleted, boundByController, selectedNode, storageProvisioner, olderStorageProvisioner, abandonVolume])

/** The claim without its binding, as JSON; undefined for claims that come and go with a Pod. */
function remakeText(claim: PersistentVolumeClaim): string | undefined {
  if (controllerOf(claim.metadata)?.kind === 'Pod') return undefined
  const { name, namespace, labels, annotations, ownerReferences } = claim.metadata
  const kept = Object.fromEntries(Object.entries(annotations ?? {}).filter(([key]) => !ofBinding.has(key)))
  return JSON.stringify({ metadata: { name, namespace, labels, annotations: kept, ownerReferences }, spec: { ...claim.spec, volumeName: undefined } })
}

/** The claim that is noted on a volume, or undefined. */
export function claimNotedOn(volume: PersistentVolume): PersistentVolumeClaim | undefined {
  const text = volume.metadata.annotations?.[claimToRemake]
  // Only planLoss writes it.
  return text === undefined ? undefined : JSON.parse(text) as PersistentVolumeClaim
}

/** What a Pod is told that waits for a peer because of its volume; undefined when it does not. */
export function waitingMessage(pod: Pod, volumes: readonly PersistentVolume[], nodes: readonly Node[]): string | undefined {
  if (isPodTerminal(pod)) return undefined
  for (const volume of volumes) {
    const home = goneHome(volume, nodes)
    const at = pod.spec?.nodeName ?? ''
    if (home === undefined || (at !== '' && at !== home)) continue
    const { namespace, name } = volume.spec?.claimRef ?? {}
    const always = volume.spec?.storageClassName === undefined ? '' : ` To have that done always: kubectl annotate storageclass ${volume.spec.storageClassName} ${onPeerLossAnnotation}=recreate`
    return `The volume of its claim ${name} lies on the peer ${home}, which is gone: the Pod waits until it is back. To give up the data and begin empty elsewhere: shoal volume abandon ${namespace}/${name}.${always}`
  }
  return undefined
}
