// The volumes of Pods on this machine: sets them up before the first container starts, keeps the ones made of API objects
// up to date, and takes everything down when the Pod has ended. What cannot be served (a driver, a claim without its volume)
// is refused with its name; it never invents an empty folder in its place. Volumes of claims stay when their Pod goes.
import { chmod, chown, mkdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Container, Node, Pod, Volume } from '../../objects/generated/core-v1.ts'
import { quantity, quantityUnits } from '../../objects/quantity.ts'
import { ifMissing } from '../../platform/failures.ts'
import { runCommand } from '../../platform/processes.ts'
import { volumeFailed } from '../errors.ts'
import type { PodObjects } from '../objects-reader.ts'
import type { DownwardContext } from '../pod/downward.ts'
import { expand } from '../pod/expansion.ts'
import { identityOf, specOf } from '../pod/view.ts'
import type { RuntimeMount } from '../runtime/types.ts'
import { claimOf } from '../../objects/volumes/claims.ts'
import { writeAtomically } from './atomic-writer.ts'
import { claimedVolume, failedTo, giveToGroup } from './claimed.ts'
import { hostPath } from './host-path.ts'
import { hasPayload, volumePayload } from './payload.ts'
import { mountSubPath } from './sub-path.ts'
import type { TokenKeeper } from './tokens.ts'

export interface VolumeDeps {
  readonly tokens: TokenKeeper
  /** This peer's Node, as far as it is known. */
  readonly node: () => Node | undefined
}

export interface VolumeOptions {
  /** On disk: what Pods write. */
  readonly podsDirectory: string
  /** On disk: what is made for claims. */
  readonly volumesDirectory: string
  /** On tmpfs: secrets, tokens and config; it need not outlive a reboot. */
  readonly volatileDirectory: string
}

export interface VolumeContext extends DownwardContext {
  readonly objects: PodObjects
}

const propagations: { readonly [mode: string]: RuntimeMount['propagation'] } = {
  HostToContainer: 'PROPAGATION_HOST_TO_CONTAINER', Bidirectional: 'PROPAGATION_BIDIRECTIONAL',
}

export class Volumes {
  readonly #deps: VolumeDeps
  readonly #options: VolumeOptions
  /** Claimed volumes whose content the Pod's group has, by Pod and volume. */
  readonly #given = new Set<string>()

  constructor(deps: VolumeDeps, options: VolumeOptions) {
    this.#deps = deps
    this.#options = options
  }

  /** The Pod's folder on disk. */
  podDirectory(podUid: string): string {
    return join(this.#options.podsDirectory, podUid)
  }

  /** Makes every volume ready and answers where each lies on this machine. Safe to repeat; refreshes content. Throws volumeFailed. */
  async setUp(pod: Pod, context: VolumeContext): Promise<ReadonlyMap<string, string>> {
    const paths = new Map<string, string>()
    for (const volume of specOf(pod).volumes ?? []) paths.set(volume.name, await this.#setUpOne(pod, volume, context))
    return paths
  }

  /** The container's mounts. `paths` is what setUp answered. */
  async mounts(pod: Pod, container: Container, paths: ReadonlyMap<string, string>, variables: ReadonlyMap<string, string>): Promise<readonly RuntimeMount[]> {
    const mounts: RuntimeMount[] = []
    for (const [index, mount] of (container.volumeMounts ?? []).entries()) {
      const root = paths.get(mount.name)
      if (root === undefined) throw volumeFailed.make({ volume: mount.name, reason: 'the Pod declares no such volume' })
      const part = mount.subPathExpr === undefined ? mount.subPath ?? '' : expand(mount.subPathExpr, (name) => variables.get(name))
      const target = join(this.podDirectory(identityOf(pod).uid), 'volume-subpaths', mount.name, container.name, String(index))
      mounts.push({
        containerPath: mount.mountPath,
        hostPath: part === '' ? root : await mountSubPath(root, part, target, mount.name),
        readonly: mount.readOnly === true || isReadOnly(pod, mount.name),
        propagation: propagations[mount.mountPropagation ?? ''] ?? 'PROPAGATION_PRIVATE',
      })
    }
    return mounts
  }

  /** Unmounts and removes everything of a Pod that has ended. */
  async tearDown(podUid: string): Promise<void> {
    this.#deps.tokens.forget(podUid)
    for (const key of this.#given) if (key.startsWith(`${podUid} `)) this.#given.delete(key)
    for (const folder of [this.podDirectory(podUid), join(this.#options.volatileDirectory, podUid)]) {
      await unmountBelow(folder)
      // rm does not follow links; mounts are gone by now, so it stays on our own ground.
      await rm(folder, { recursive: true, force: true })
    }
  }

  async #setUpOne(pod: Pod, volume: Volume, context: VolumeContext): Promise<string> {
    if (hasPayload(volume)) return this.#setUpPayload(pod, volume, context)
    if (volume.emptyDir !== undefined) return this.#setUpEmpty(pod, volume)
    if (volume.hostPath !== undefined) return hostPath(volume.name, volume.hostPath.path, volume.hostPath.type)
    if (claimOf(pod, volume) !== undefined) return this.#setUpClaimed(pod, volume, context)
    const kind = Object.keys(volume).find((key) => key !== 'name') ?? 'empty'
    throw volumeFailed.make({ volume: volume.name, reason: `volumes of kind ${kind} are not supported on this node` })
  }

  async #setUpPayload(pod: Pod, volume: Volume, context: VolumeContext): Promise<string> {
    const { uid } = identityOf(pod)
    const folder = join(this.#options.volatileDirectory, uid, volume.name)
    await mkdir(folder, { recursive: true, mode: 0o755 })
    const tokens = new Map<string, string>()
    for (const source of volume.projected?.sources ?? []) {
      const projection = source.serviceAccountToken
      if (projection === undefined) continue
      try {
        tokens.set(projection.path, await this.#deps.tokens.token(pod, projection))
      } catch (error) {
        // What lies in the volume from before a restart stays good until it expires.
        const held = await readFile(join(folder, projection.path), 'utf8').catch(ifMissing(undefined))
        if (held === undefined) throw volumeFailed.make({ volume: volume.name, reason: `failed to fetch token: ${error instanceof Error ? error.message : String(error)}` }, error)
        tokens.set(projection.path, held)
      }
    }
    const payload = volumePayload(pod, volume, {
      ...context,
      configMap: (name) => context.objects.configMap(name),
      secret: (name) => context.objects.secret(name),
      token: (path) => tokens.get(path),
    })
    await writeAtomically(folder, payload, specOf(pod).securityContext?.fsGroup)
    return folder
  }

  async #setUpClaimed(pod: Pod, volume: Volume, context: VolumeContext): Promise<string> {
    const path = await claimedVolume(pod, volume, context.objects, { volumesDirectory: this.#options.volumesDirectory, node: this.#deps.node() })
    const { fsGroup, fsGroupChangePolicy } = specOf(pod).securityContext ?? {}
    const key = `${identityOf(pod).uid} ${volume.name}`
    const isShared = context.objects.volume(context.objects.claim(claimOf(pod, volume)?.name ?? '')?.spec?.volumeName ?? '')?.spec?.hostPath !== undefined
    // Once for each Pod: what its containers change later is their own affair. Paths of the host belong to the host.
    if (fsGroup !== undefined && !isShared && !this.#given.has(key)) {
      await giveToGroup(path, fsGroup, fsGroupChangePolicy === 'OnRootMismatch').catch(failedTo(volume.name, `give it to the group ${fsGroup}`))
      this.#given.add(key)
    }
    return path
  }

  async #setUpEmpty(pod: Pod, volume: Volume): Promise<string> {
    const { uid } = identityOf(pod)
    const folder = join(this.podDirectory(uid), 'volumes', 'kubernetes.io~empty-dir', volume.name)
    const made = await mkdir(folder, { recursive: true })
    const isMemory = volume.emptyDir?.medium === 'Memory'
    if (isMemory && !(await isMountPoint(folder))) await mountMemory(volume, folder)
    if (made !== undefined || isMemory) {
      const group = specOf(pod).securityContext?.fsGroup
      if (group !== undefined) await chown(folder, -1, group)
      await chmod(folder, group === undefined ? 0o777 : 0o2777)
    }
    return folder
  }
}

function isReadOnly(pod: Pod, volumeName: string): boolean {
  const volume = specOf(pod).volumes?.find((each) => each.name === volumeName)
  return volume !== undefined && claimOf(pod, volume)?.readOnly === true
}

async function mountMemory(volume: Volume, folder: string): Promise<void> {
  const limit = volume.emptyDir?.sizeLimit
  const options = limit === undefined ? [] : ['-o', `size=${quantityUnits(quantity(limit))}`]
  const result = await runCommand('mount', ['-t', 'tmpfs', ...options, 'tmpfs', folder], { timeoutMs: 10_000 })
  if (result.status !== 0) throw volumeFailed.make({ volume: volume.name, reason: `cannot mount a tmpfs: ${result.stderr.trim()}` })
}

const mountPoints = async (): Promise<readonly string[]> =>
  (await readFile('/proc/self/mounts', 'utf8')).split('\n').map((line) => (line.split(' ')[1] ?? '').replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8))))

const isMountPoint = async (path: string): Promise<boolean> => (await mountPoints()).includes(path)

/** Unmounts everything below a folder, innermost first. */
async function unmountBelow(folder: string): Promise<void> {
  const below = (await mountPoints()).filter((path) => path.startsWith(`${folder}/`)).sort((a, b) => b.length - a.length)
  for (const path of below) await runCommand('umount', ['-l', path], { timeoutMs: 10_000 })
}
