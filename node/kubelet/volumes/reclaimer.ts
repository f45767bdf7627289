// Removes the folders of volumes that Shoal made and that are being deleted, on the peer that has them, and then lets go of the
// volume. It follows the volumes in the local copy and acts only on those of this peer whose policy is Delete and that no claim
// has; whether a volume is to be deleted was decided elsewhere, by the log.
import { rm } from 'node:fs/promises'
import type { Clock, Timer } from '../../base/clock.ts'
import type { Startable } from '../../base/lifecycle.ts'
import type { Logger } from '../../base/logger.ts'
import { type Client, createClient } from '../../client/client.ts'
import { isConflict, isNotFound } from '../../client/errors.ts'
import type { EventRecorder } from '../../client/event-recorder.ts'
import { referenceTo } from '../../client/event-recorder.ts'
import { Informer } from '../../client/informer.ts'
import { persistentVolumes } from '../../client/resource-types.ts'
import type { Transport } from '../../client/types.ts'
import type { PersistentVolume } from '../../objects/generated/core-v1.ts'
import { folderFinalizer } from '../../objects/volumes/annotations.ts'
import { isOwnVolume } from '../../objects/volumes/classes.ts'
import { homeOf } from '../../objects/volumes/matching.ts'
import { failureCode } from '../../platform/failures.ts'
import { reclaimRetryMs } from '../limits.ts'
import { ownFolder } from './claimed.ts'

export interface ReclaimerDeps {
  /** As somebody who may read all volumes and write their finalizers. */
  readonly transport: Transport
  readonly clock: Clock
  readonly logger: Logger
  readonly recorder: EventRecorder
}

export interface ReclaimerOptions {
  readonly nodeName: string
  readonly volumesDirectory: string
}

/** Whether the folder of the volume is to be removed on this peer now. */
export function isToReclaim(volume: PersistentVolume, nodeName: string): boolean {
  const { metadata, spec, status } = volume
  return metadata.deletionTimestamp !== undefined && metadata.finalizers?.includes(folderFinalizer) === true && isOwnVolume(volume)
    && homeOf(volume) === nodeName && spec?.persistentVolumeReclaimPolicy === 'Delete' && status?.phase !== 'Bound'
}

export class Reclaimer implements Startable {
  readonly #deps: ReclaimerDeps
  readonly #options: ReclaimerOptions
  readonly #client: Client
  readonly #volumes: Informer<PersistentVolume>
  readonly #running = new Map<string, Promise<void>>()
  #retry: Timer | undefined
  #stopped = true

  constructor(deps: ReclaimerDeps, options: ReclaimerOptions) {
    this.#deps = deps
    this.#options = options
    this.#client = createClient(deps.transport)
    this.#volumes = new Informer({ ...deps, client: this.#client }, persistentVolumes, { fromLocalCopy: true })
  }

  start(): Promise<void> {
    this.#stopped = false
    this.#volumes.onChange(({ kind, object }) => {
      if (kind !== 'deleted') this.#consider(object)
    })
    this.#volumes.start()
    return Promise.resolve()
  }

  async stop(): Promise<void> {
    this.#stopped = true
    this.#retry?.cancel()
    await this.#volumes.stop()
    await Promise.all(this.#running.values())
  }

  #consider(volume: PersistentVolume): void {
    const name = volume.metadata.name ?? ''
    if (this.#stopped || this.#running.has(name) || !isToReclaim(volume, this.#options.nodeName)) return
    const work = this.#reclaim(volume).catch((error: unknown) => this.#failed(volume, error)).finally(() => {
      this.#running.delete(name)
      // The controller lets go of the volume at the same time: what came meanwhile was not looked at.
      const latest = this.#volumes.cache.get(name)
      if (latest !== undefined && latest !== volume) this.#consider(latest)
    })
    this.#running.set(name, work)
  }

  async #reclaim(volume: PersistentVolume): Promise<void> {
    const { name = '', uid, resourceVersion } = volume.metadata
    await rm(ownFolder(this.#options.volumesDirectory, volume), { recursive: true, force: true })
    const finalizers = (volume.metadata.finalizers ?? []).filter((one) => one !== folderFinalizer)
    try {
      await this.#client.resource(persistentVolumes).patch(name, undefined, { metadata: { uid, resourceVersion, finalizers } })
    } catch (error) {
      if (!isNotFound(error)) throw error
    }
    this.#deps.logger.info('the folder of a volume was removed', { volume: name })
  }

  /** A newer version of the volume, or the next round, brings it back here. */
  #failed(volume: PersistentVolume, error: unknown): void {
    if (isConflict(error)) return
    this.#deps.logger.debug('the folder of a volume could not be removed yet', { volume: volume.metadata.name, error })
    if (failureCode(error) !== undefined) this.#deps.recorder.event(referenceTo(persistentVolumes, volume), 'Warning', 'VolumeFailedDelete', String(error))
    if (this.#stopped || this.#retry !== undefined) return
    this.#retry = this.#deps.clock.after(reclaimRetryMs, () => {
      this.#retry = undefined
      for (const one of this.#volumes.cache.list()) this.#consider(one)
    })
  }
}
