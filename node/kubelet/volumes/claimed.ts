// Volumes behind claims: finds the volume that the claim is bound to and answers where it lies on this machine. Folders that
// Shoal itself made for a claim are made here, when the first Pod comes; those of other volumes must be there already.
// What this peer cannot mount (a disk, a network share) is refused by its kind. Removing folders is reclaimer.ts.
import { chmod, lchown, lstat, mkdir, opendir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Node, PersistentVolume, PersistentVolumeClaim, Pod, Volume } from '../../objects/generated/core-v1.ts'
import { controllerOf } from '../../objects/pods/owners.ts'
import { claimOf } from '../../objects/volumes/claims.ts'
import { isOwnVolume } from '../../objects/volumes/classes.ts'
import { isBound, reaches } from '../../objects/volumes/matching.ts'
import { failureCode, ifMissing } from '../../platform/failures.ts'
import { volumeFailed } from '../errors.ts'
import { hostPath } from './host-path.ts'

/** Claims and volumes of one Pod. */
export interface ClaimObjects {
  /** By name, in the Pod's namespace. */
  claim(name: string): PersistentVolumeClaim | undefined
  /** By the name that a claim is bound to. */
  volume(name: string): PersistentVolume | undefined
}

export interface ClaimedOptions {
  /** Where the folders lie that Shoal makes for claims. */
  readonly volumesDirectory: string
  /** This peer's Node; undefined when it is not known. */
  readonly node: Node | undefined
}

/** The folder of a volume that Shoal made. Its name is the volume's: a DNS name, and so never a path. */
export const ownFolder = (volumesDirectory: string, volume: PersistentVolume): string => join(volumesDirectory, volume.metadata.name ?? '')

/** Where the volume behind the claim lies. Throws volumeFailed with the reason. */
export async function claimedVolume(pod: Pod, volume: Volume, objects: ClaimObjects, options: ClaimedOptions): Promise<string> {
  const refuse = (reason: string): Error => volumeFailed.make({ volume: volume.name, reason })
  const used = claimOf(pod, volume)
  const claim = objects.claim(used?.name ?? '')
  if (used === undefined || claim === undefined) throw refuse(`persistentvolumeclaim "${used?.name}" not found`)
  if (used.isEphemeral && controllerOf(claim.metadata)?.uid !== pod.metadata.uid) throw refuse(`PVC ${pod.metadata.namespace}/${used.name} was not created for pod ${pod.metadata.namespace}/${pod.metadata.name} (pod is not owner)`)
  // One that runs already keeps its claim.
  if (claim.metadata.deletionTimestamp !== undefined && (pod.status?.phase ?? 'Pending') === 'Pending') throw refuse(`can't start pod because PVC "${used.name}" is being deleted`)
  if (!isBound(claim)) throw refuse(`PVC "${used.name}" is not bound`)
  const name = claim.spec?.volumeName ?? ''
  const found = objects.volume(name)
  if (found === undefined) throw refuse(`failed to fetch PV ${name} from API server`)
  if (found.spec?.claimRef?.uid !== claim.metadata.uid) throw refuse(`unexpected claimRef of PV ${name}: it belongs to another claim`)
  if (options.node !== undefined && !reaches(found, options.node)) throw refuse(`the volume ${name} cannot be reached from this peer: its node affinity names others`)
  return place(volume.name, found, options.volumesDirectory)
}

async function place(name: string, volume: PersistentVolume, volumesDirectory: string): Promise<string> {
  if (isOwnVolume(volume)) return makeFolder(ownFolder(volumesDirectory, volume)).catch(failedTo(name, 'make its folder'))
  const { hostPath: host, local } = volume.spec ?? {}
  if (host !== undefined) return hostPath(name, host.path, host.type)
  if (local !== undefined) {
    const found = await stat(local.path).catch(ifMissing(undefined))
    if (found === undefined) throw volumeFailed.make({ volume: name, reason: `path "${local.path}" does not exist` })
    return local.path
  }
  const kind = Object.keys(volume.spec ?? {}).find((key) => sourceKinds.has(key)) ?? 'unknown'
  throw volumeFailed.make({ volume: name, reason: `persistent volumes of kind ${kind} are not supported on this node` })
}

/** A handler for `catch`: a full or broken disk becomes an event of the Pod. Every other error is thrown as it is. */
export const failedTo = (volume: string, what: string) => (error: unknown): never => {
  const code = failureCode(error)
  throw code === undefined ? error : volumeFailed.make({ volume, reason: `cannot ${what}: ${code}` }, error)
}

const sourceKinds = new Set(['nfs', 'csi', 'iscsi', 'fc', 'cephfs', 'rbd', 'glusterfs', 'awsElasticBlockStore', 'azureDisk', 'azureFile', 'cinder', 'flexVolume', 'flocker', 'gcePersistentDisk', 'photonPersistentDisk', 'portworxVolume', 'quobyte', 'scaleIO', 'storageos', 'vsphereVolume'])

/** Every user may write into a new folder, as into an emptyDir; later its owners decide. */
async function makeFolder(folder: string): Promise<string> {
  const made = await mkdir(folder, { recursive: true })
  if (made !== undefined) await chmod(folder, 0o777)
  return folder
}

const groupReadWrite = 0o060
const groupAll = 0o070
const setGroup = 0o2000
const modeBits = 0o7777

/** Gives everything in the folder to the Pod's group. Source: Kubernetes tasks, Configure a Security Context (fsGroup). */
export async function giveToGroup(folder: string, group: number, onlyOnMismatch: boolean): Promise<void> {
  const root = await lstat(folder)
  const isRight = root.gid === group && (root.mode & (setGroup | groupAll)) === (setGroup | groupAll)
  if (onlyOnMismatch && isRight) return
  for await (const entry of await opendir(folder, { recursive: true })) await give(join(entry.parentPath, entry.name), group)
  await give(folder, group)
}

async function give(path: string, group: number): Promise<void> {
  const found = await lstat(path)
  await lchown(path, found.uid, group)
  // A link has no mode of its own, and where it leads is not ours.
  if (found.isSymbolicLink()) return
  await chmod(path, (found.mode & modeBits) | (found.isDirectory() ? setGroup | groupAll : groupReadWrite))
}
