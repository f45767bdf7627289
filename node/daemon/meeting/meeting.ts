// Brings a peer together with the others that share its meeting place, without anybody being first by configuration: takes
// the lock of the place, does what plan.ts says, and tries again while the others are not in reach. A member keeps the
// invitation fresh. It holds the lock only to decide, found and publish; joining happens outside, several at once.
import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Clock } from '../../base/clock.ts'
import { ShoalError } from '../../base/errors.ts'
import type { Startable } from '../../base/lifecycle.ts'
import type { Logger } from '../../base/logger.ts'
import { formatInvitation, parseInvitation } from '../../identity/invitation.ts'
import { invitationExpired, invitationUnknown, invitationUsedUp } from '../../identity/errors.ts'
import type { DataDirectory } from '../../peer/data-directory.ts'
import { joinNameTaken, joinRefused, joinUnreachable, joinWrongCluster, noAgreement } from '../../peer/errors.ts'
import type { InvitationTerms } from '../../peer/invitations.ts'
import { withFileLock } from '../../platform/file-lock.ts'
import { meetingOtherCluster } from '../errors.ts'
import { joinRetryMs, publishedLifeMs, publishedUses, refreshAfterMs, refreshCheckMs } from '../limits.ts'
import { MeetingPlace } from './place.ts'
import { planMeeting, type MeetingStep } from './plan.ts'

export interface MeetingDeps {
  readonly directory: DataDirectory
  readonly clock: Clock
  readonly logger: Logger
  /** Makes a cluster with this machine as its first peer, on disk. */
  readonly found: () => Promise<unknown>
  /** Joins under this name, on disk. Throws SHOAL_JOIN_*, SHOAL_INVITATION_*, SHOAL_NAME_TAKEN. */
  readonly join: (invitation: string, name: string) => Promise<unknown>
  /** Runs as the member that the data directory holds; called once. */
  readonly run: () => Promise<void>
  /** Makes an invitation, as a member. Throws SHOAL_NO_AGREEMENT. */
  readonly invite: (terms: InvitationTerms) => Promise<string>
  /** Letters that tell this peer from another of the same name. */
  readonly suffix: () => string
  /** This peer cannot go on. */
  readonly failed: (error: unknown) => void
}

export interface MeetingOptions {
  readonly folder: string
  /** The name to join under. */
  readonly name: string
  /** Multiaddrs under which others reach this machine now. */
  readonly addresses: readonly string[]
}

/** What a later try may well overcome: nobody in reach, no majority, or an invitation that a member is about to renew. */
const passing = [joinUnreachable, joinRefused, joinWrongCluster, invitationExpired, invitationUsedUp, invitationUnknown, noAgreement] as const

export class Meeting implements Startable {
  readonly #deps: MeetingDeps
  readonly #options: MeetingOptions
  readonly #place: MeetingPlace
  readonly #stopping = new AbortController()
  #name: string
  #running = false
  #done: Promise<void> = Promise.resolve()

  constructor(deps: MeetingDeps, options: MeetingOptions) {
    this.#deps = deps
    this.#options = options
    this.#name = options.name
    this.#place = new MeetingPlace(options.folder)
  }

  /** Begins; failures that waiting does not cure reach `failed`. */
  start(): Promise<void> {
    const failed = (error: unknown): void => {
      if (!this.#stopping.signal.aborted) this.#deps.failed(error)
    }
    this.#done = this.#run().then(() => void this.#keepInvitationFresh().catch(failed), failed)
    return Promise.resolve()
  }

  /** Ends waiting; resolves when the start of a member that was under way is over. */
  stop(): Promise<void> {
    this.#stopping.abort()
    return this.#done
  }

  /** This peer has left the cluster for good. */
  left(peer: string): void {
    this.#place.strike(peer)
  }

  async #run(): Promise<void> {
    let told = ''
    while (!this.#stopping.signal.aborted) {
      try {
        if (await this.#turn()) break
      } catch (error) {
        if (joinNameTaken.is(error)) this.#rename()
        else if (!passing.some((kind) => kind.is(error)) || !(error instanceof ShoalError)) throw error
        else if (told !== error.message) this.#deps.logger.warn('no cluster to join yet; trying again', { reason: (told = error.message) })
        await this.#pause(joinRetryMs)
      }
    }
  }

  /** One try; answers whether this peer is a member now. */
  async #turn(): Promise<boolean> {
    const step = await this.#locked(() => this.#decide())
    if (step.kind === 'join') {
      const invitation = this.#place.invitation()
      if (invitation === undefined) return false
      await this.#deps.join(this.#withPresentAddresses(invitation.cluster, invitation.invitation), this.#name)
    }
    await this.#becomeMember()
    return true
  }

  async #becomeMember(): Promise<void> {
    if (this.#running) return
    this.#running = true
    this.#signIn()
    await this.#deps.run()
  }

  /** Under the lock: what is to be done, with everything done that must happen under the lock. */
  async #decide(): Promise<MeetingStep> {
    const { directory, logger, found } = this.#deps
    const own = directory.occupant() === undefined ? undefined : { cluster: directory.read().file.cluster, unpublished: existsSync(this.#unpublished) }
    const invitation = this.#place.invitation()
    const step = planMeeting(own, invitation?.cluster)
    logger.info('came to the meeting place', { step: step.kind, cluster: invitation?.cluster ?? 'none' })
    switch (step.kind) {
      case 'found':
        writeFileSync(this.#unpublished, '', { flush: true })
        await found()
        await this.#becomeMember()
        await this.#publish()
        return step
      case 'yield':
        directory.forget()
        rmSync(this.#unpublished, { force: true })
        return { kind: 'join' }
      case 'join':
        rmSync(this.#unpublished, { force: true })
        return step
      case 'refuse':
        throw meetingOtherCluster.make({ directory: directory.path, own: own?.cluster ?? '', place: this.#options.folder, other: invitation?.cluster ?? '' })
      case 'resume':
        if (!step.publish) rmSync(this.#unpublished, { force: true })
        return step
    }
  }

  /** A file beside the peer's own, from before the founding until the invitation is out. */
  get #unpublished(): string {
    return join(this.#deps.directory.path, 'unpublished')
  }

  async #publish(): Promise<void> {
    const { clock, directory, invite } = this.#deps
    const invitation = await invite({ lifeMs: publishedLifeMs, uses: publishedUses, role: 'peer' })
    this.#place.publish({ cluster: directory.read().file.cluster, madeMs: clock.wallMs(), invitation })
    rmSync(this.#unpublished, { force: true })
  }

  /** Leaves the own addresses first and reads the others' afterwards: of two that start at once, one sees the other. */
  #signIn(): void {
    const { directory } = this.#deps
    const { key, file } = directory.read()
    this.#place.sign(file.cluster, { peer: key.peerId, name: file.name, addresses: this.#options.addresses })
    const present = this.#place.peers(file.cluster).filter((peer) => peer.peer !== key.peerId)
    if (present.length === 0) return
    const rest = file.peers.filter((peer) => !present.some((other) => other.peer === peer.peer))
    directory.writeClusterFile({ ...file, peers: [...present, ...rest] })
  }

  /** The invitation, with the addresses under which members were last seen here. */
  #withPresentAddresses(cluster: string, text: string): string {
    const invitation = parseInvitation(text)
    const present = this.#place.peers(cluster).flatMap((peer) => peer.addresses.map((address) => `${address}/p2p/${peer.peer}`))
    return formatInvitation({ ...invitation, addresses: [...new Set([...present, ...invitation.addresses])] })
  }

  /** An earlier peer of this name is remembered: its data is gone, and an identity is never used again. */
  #rename(): void {
    const taken = this.#name
    this.#name = `${this.#options.name}-${this.#deps.suffix()}`
    this.#deps.logger.warn('another peer has had this name; joining under a new one', { taken, name: this.#name })
  }

  async #keepInvitationFresh(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      try {
        await this.#refresh()
      } catch (error) {
        if (!noAgreement.is(error)) throw error
        this.#deps.logger.debug('the invitation was not renewed', { reason: error.details.reason })
      }
      await this.#pause(refreshCheckMs)
    }
  }

  async #refresh(): Promise<void> {
    const { clock, directory } = this.#deps
    const own = directory.read().file.cluster
    const old = (): boolean => {
      const published = this.#place.invitation()
      return published === undefined || (published.cluster === own && published.madeMs + refreshAfterMs < clock.wallMs())
    }
    if (!old()) return
    await this.#locked(async () => {
      if (old()) await this.#publish()
    })
  }

  #locked<T>(work: () => Promise<T>): Promise<T> {
    return withFileLock(this.#place.lockFile, this.#stopping.signal, work)
  }

  #pause(ms: number): Promise<void> {
    const { signal } = this.#stopping
    if (signal.aborted) return Promise.resolve()
    const over = Promise.withResolvers<void>()
    const end = (): void => {
      timer.cancel()
      signal.removeEventListener('abort', end)
      over.resolve()
    }
    const timer = this.#deps.clock.after(ms, end)
    signal.addEventListener('abort', end)
    return over.promise
  }
}
