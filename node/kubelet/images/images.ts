// Images on this machine: present, had from another peer, or pulled by policy, with back-off after failures; loaded from archives.
// `shoal image load` gives an image to every peer that is there; one that came later, or was away, takes it from another when the
// first Pod wants it, before any registry is asked.
// An image that was loaded by hand is used as it is even where the policy says Always: no registry knows a newer one. And
// when the registry cannot be reached, an image that is present serves: a machine that is cut off still starts its Pods.
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Clock } from '../../base/clock.ts'
import type { Logger } from '../../base/logger.ts'
import type { Container } from '../../objects/generated/core-v1.ts'
import { runCommand } from '../../platform/processes.ts'
import { imageExportFailed, imageLoadFailed, runtimeError } from '../errors.ts'
import { askOthersAgainMs, imageBackOffFirstMs, imagePullTimeoutMs, restartBackOffMostMs } from '../limits.ts'
import { backOffMs } from '../pod/back-off.ts'
import type { ImageCredentials, Runtime, RuntimeImage } from '../runtime/types.ts'
import { completeImageName, pullPolicy } from './names.ts'

/** An image to start from, or why there is none. */
export type ImageResult =
  | { readonly ok: true; readonly image: RuntimeImage; readonly ref: string; readonly pulled: boolean }
  | { readonly ok: false; readonly reason: 'ErrImagePull' | 'ImagePullBackOff' | 'ErrImageNeverPull' | 'InvalidImageName'; readonly message: string; readonly retryAtMs: number | undefined }

export interface ImagesDeps {
  readonly runtime: Runtime
  readonly clock: Clock
  readonly logger: Logger
  /** Writes an archive of an image that another peer has by hand into `file`; false when no peer has it. */
  readonly imageFromPeers?: (image: string, file: string) => Promise<boolean>
}

export interface ImagesOptions {
  /** The ctr program, and the socket that it talks to. */
  readonly ctrPath: string
  readonly endpoint: string
}

interface Failure {
  readonly count: number
  readonly retryAtMs: number
  readonly message: string
}

/** Loaded by hand: a registry would have given it a digest. */
const isLoaded = (image: RuntimeImage): boolean => image.digests.length === 0

/** What a registry says that answers and refuses; numbers stand alone, for digests have them too. */
const refusals = /unauthorized|authorization failed|denied|not found|manifest unknown|\b40[134]\b/i

export class Images {
  readonly #deps: ImagesDeps
  readonly #options: ImagesOptions
  readonly #failures = new Map<string, Failure>()
  readonly #pulls = new Map<string, Promise<string>>()
  /** When the other peers were last asked for an image that they did not have either. */
  readonly #askedOthersMs = new Map<string, number>()

  constructor(deps: ImagesDeps, options: ImagesOptions) {
    this.#deps = deps
    this.#options = options
  }

  /** Makes sure that the container's image is here, as its policy says. `onPull` is called before a pull begins. */
  async ensure(container: Container, credentials: readonly ImageCredentials[], onPull: () => void): Promise<ImageResult> {
    const name = container.image ?? ''
    const policy = pullPolicy(name, container.imagePullPolicy)
    const complete = completeImageName(name)
    const present = await this.#deps.runtime.imageStatus(complete)
    if (present !== undefined && (policy !== 'Always' || isLoaded(present))) return { ok: true, image: present, ref: present.id, pulled: false }
    const had = present === undefined ? await this.#fromOthers(complete) : undefined
    if (had !== undefined) return { ok: true, image: had, ref: had.id, pulled: false }
    if (policy === 'Never') return { ok: false, reason: 'ErrImageNeverPull', message: `Container image "${name}" is not present with pull policy of Never`, retryAtMs: undefined }
    return this.#pull(name, complete, present, credentials, onPull)
  }

  /** The images that the runtime has. */
  list(): Promise<readonly RuntimeImage[]> {
    return this.#deps.runtime.listImages()
  }

  /** Imports a docker or OCI archive from a file. Throws imageLoadFailed. */
  async load(archive: string): Promise<void> {
    const result = await runCommand(this.#options.ctrPath, ['-a', this.#options.endpoint, '-n', 'k8s.io', 'images', 'import', archive], { timeoutMs: imagePullTimeoutMs })
    if (result.status !== 0) throw imageLoadFailed.make({ archive, reason: result.stderr.trim() || `${this.#options.ctrPath} ended with ${result.status}` })
    // What was missing may be here now.
    this.#failures.clear()
  }

  /** Imports an archive that arrives as a stream. */
  async loadStream(stream: Readable): Promise<void> {
    const folder = await mkdtemp(join(tmpdir(), 'shoal-load-'))
    try {
      const file = join(folder, 'image.tar')
      await pipeline(stream, createWriteStream(file))
      await this.load(file)
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  }

  /** What makes an archive of an image that was loaded here by hand, for another peer; undefined when there is none of that name. */
  async archiveOf(name: string): Promise<(() => Promise<Readable>) | undefined> {
    const image = await this.#deps.runtime.imageStatus(name)
    return image === undefined || !isLoaded(image) ? undefined : () => this.#export(name)
  }

  /** The stream's file is removed when it is closed. Throws imageExportFailed. */
  async #export(name: string): Promise<Readable> {
    const folder = await mkdtemp(join(tmpdir(), 'shoal-export-'))
    const file = join(folder, 'image.tar')
    const result = await runCommand(this.#options.ctrPath, ['-a', this.#options.endpoint, '-n', 'k8s.io', 'images', 'export', file, name], { timeoutMs: imagePullTimeoutMs })
    if (result.status !== 0) {
      await rm(folder, { recursive: true, force: true })
      throw imageExportFailed.make({ image: name, reason: result.stderr.trim() || `${this.#options.ctrPath} ended with ${result.status}` })
    }
    const stream = createReadStream(file)
    stream.once('close', () => void rm(folder, { recursive: true, force: true }))
    return stream
  }

  async #fromOthers(complete: string): Promise<RuntimeImage | undefined> {
    const { imageFromPeers, clock, runtime } = this.#deps
    const nowMs = clock.bootMs()
    if (imageFromPeers === undefined || nowMs < (this.#askedOthersMs.get(complete) ?? -Infinity) + askOthersAgainMs) return undefined
    const folder = await mkdtemp(join(tmpdir(), 'shoal-load-'))
    try {
      const file = join(folder, 'image.tar')
      if (await imageFromPeers(complete, file) && await this.#loaded(file, complete)) {
        this.#askedOthersMs.delete(complete)
        return await runtime.imageStatus(complete)
      }
      for (const [name, atMs] of this.#askedOthersMs) if (nowMs >= atMs + askOthersAgainMs) this.#askedOthersMs.delete(name)
      this.#askedOthersMs.set(complete, nowMs)
      return undefined
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  }

  /** Whether another peer's archive could be loaded. If not the registry is asked, as if that peer had none. */
  async #loaded(file: string, image: string): Promise<boolean> {
    try {
      await this.load(file)
      return true
    } catch (error) {
      if (!imageLoadFailed.is(error)) throw error
      this.#deps.logger.warn('an image of another peer could not be loaded', { image, error })
      return false
    }
  }

  async #pull(name: string, complete: string, present: RuntimeImage | undefined, credentials: readonly ImageCredentials[], onPull: () => void): Promise<ImageResult> {
    const nowMs = this.#deps.clock.bootMs()
    const failure = this.#failures.get(complete)
    if (failure !== undefined && nowMs < failure.retryAtMs) {
      if (present !== undefined) return { ok: true, image: present, ref: present.id, pulled: false }
      return { ok: false, reason: 'ImagePullBackOff', message: `Back-off pulling image "${name}": ErrImagePull: ${failure.message}`, retryAtMs: failure.retryAtMs }
    }
    try {
      onPull()
      const ref = await this.#pullOnce(complete, credentials)
      this.#failures.delete(complete)
      const image = await this.#deps.runtime.imageStatus(complete)
      if (image !== undefined) return { ok: true, image, ref, pulled: true }
      return this.#failed(complete, `failed to pull image "${name}": it is gone again`)
    } catch (error) {
      const message = runtimeError.is(error) ? error.details.reason : String(error)
      const failed = this.#failed(complete, message)
      if (present !== undefined && !refusals.test(message)) return { ok: true, image: present, ref: present.id, pulled: false }
      return failed
    }
  }

  #failed(complete: string, message: string): ImageResult {
    const count = (this.#failures.get(complete)?.count ?? 0) + 1
    const retryAtMs = this.#deps.clock.bootMs() + backOffMs(count, imageBackOffFirstMs, restartBackOffMostMs)
    // Names that nobody has asked for since are forgotten: there is no end to names that no registry has.
    const nowMs = this.#deps.clock.bootMs()
    for (const [other, { retryAtMs: dueMs }] of this.#failures) if (nowMs >= dueMs + restartBackOffMostMs) this.#failures.delete(other)
    this.#failures.set(complete, { count, retryAtMs, message })
    return { ok: false, reason: 'ErrImagePull', message, retryAtMs }
  }

  /** One pull of a name at a time; who asks meanwhile waits for it. */
  #pullOnce(complete: string, credentials: readonly ImageCredentials[]): Promise<string> {
    const running = this.#pulls.get(complete)
    if (running !== undefined) return running
    const pull = this.#tryPull(complete, credentials).finally(() => this.#pulls.delete(complete))
    this.#pulls.set(complete, pull)
    return pull
  }

  async #tryPull(complete: string, credentials: readonly ImageCredentials[]): Promise<string> {
    for (const credential of credentials) {
      try {
        return await this.#deps.runtime.pullImage(complete, credential)
      } catch (error) {
        // The next credential may fit; a registry that is away will fail the last try as well.
        if (!runtimeError.is(error) || !refusals.test(error.details.reason)) throw error
      }
    }
    return this.#deps.runtime.pullImage(complete)
  }
}
