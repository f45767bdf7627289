// The main thread's part in what happens without agreement: it asks the other peers how they stand, answers their questions,
// finds out who should recover a cluster that lost its majority, and follows a newer incarnation when it meets one.
// It never recovers by itself; a person says so. The act is in recovery.ts, when the peer has stopped.
import type { PeerId } from '../../protocol/base/ids.ts'
import type { EngineStatus, PeerRecord } from '../../protocol/engine/types.ts'
import { messageVersion } from '../../protocol/message/codec-version.ts'
import { timestamp, type Clock } from '../base/clock.ts'
import type { ShoalError } from '../base/errors.ts'
import type { Logger } from '../base/logger.ts'
import type { MembershipView } from '../base/views.ts'
import { validity } from '../identity/certificates.ts'
import type { StateReader } from '../store/types.ts'
import type { Reply } from './asking.ts'
import type { DataDirectory, PeerIdentity } from './data-directory.ts'
import { incarnationLeft, noNewerIncarnation, recoveryImpossible, recoveryNotNeeded } from './errors.ts'
import { diagnose, type Diagnosis } from './diagnosis.ts'
import { mayFollow, standing, type Lineage } from './lineage.ts'
import { longQuestionBytes } from './limits.ts'
import { planRecovery, type RecoveryPlan } from './recovery-plan.ts'
import { encodeQuestion, encodeSight, readQuestion, readSight, type Looked, type Question, type Sight } from './sight.ts'

export interface SurvivorsDeps {
  readonly directory: DataDirectory
  readonly store: StateReader
  readonly clock: Clock
  readonly logger: Logger
  readonly members: MembershipView
  readonly identity: () => PeerIdentity
  readonly status: () => EngineStatus | undefined
  readonly peers: () => readonly PeerRecord[]
  readonly ask: (to: PeerId, frame: Uint8Array) => Promise<Reply>
  /** What this build calls itself. */
  readonly version: string
  /** Whether this peer can open the keys that the cluster signs by. */
  readonly opensKeys: () => boolean
  /** This peer was chosen to recover the cluster: it must stop, recover, and start again. */
  readonly recover: () => void
  /** The present incarnation is given up: the peer must start again. */
  readonly left: (error: ShoalError) => void
}

export class Survivors {
  readonly #deps: SurvivorsDeps
  readonly #startedMs: number
  #foundMs = 0
  #leaving = false
  /** A newer incarnation that a person has to choose. */
  #refused: { readonly from: PeerId; readonly lineage: Lineage } | undefined
  /** Peers of other incarnations that the log has told of. */
  readonly #told = new Set<string>()

  constructor(deps: SurvivorsDeps) {
    this.#deps = deps
    this.#startedMs = deps.clock.wallMs()
  }

  /** The peer listens: the newest entry in its log is of this time. */
  started(foundMs: number): void {
    this.#foundMs = Math.max(foundMs, this.#deps.store.appliedTimeMs())
  }

  /** How this peer stands. */
  sight(): Sight {
    const { identity, status, members, clock, store, version } = this.#deps
    const { key, file } = identity()
    const engine = status()
    return {
      peer: key.peerId, name: file.name, version, messageVersion, lineage: { incarnation: file.incarnation, left: file.left },
      wallMs: clock.wallMs(), role: file.role === 'witness' ? 'witness' : engine?.role ?? 'mirror', lastTerm: engine?.lastTerm ?? 0, lastIndex: engine?.lastIndex ?? 0,
      commit: engine?.commit ?? 0, applied: store.appliedIndex(), newestMs: Math.max(engine?.lastTimeMs ?? 0, store.appliedTimeMs()),
      opensKeys: this.#deps.opensKeys(), mayVote: engine?.mayVote !== false, quorum: engine?.quorum === true, leader: engine?.leader, voters: engine?.configuration.voters ?? [],
      misses: members.members().filter(({ state }) => state !== 'alive').map(({ peerId }) => peerId),
      refused: this.#refused === undefined ? undefined : { incarnation: this.#refused.lineage.incarnation, from: this.#refused.from },
    }
  }

  /** Asks all other agreed peers at once how they stand. */
  look(): Promise<readonly Looked[]> {
    const { peers, identity } = this.#deps
    return Promise.all(peers().filter((record) => record.peer !== identity().key.peerId).map((record) => this.#lookAt(record)))
  }

  /** What is wrong, as far as this peer and those that it reaches can tell. */
  async examine(): Promise<Diagnosis> {
    const looked = await Promise.all((await this.look()).map(async (one): Promise<Looked> => {
      if (one.sight === undefined) return one
      // Longer than any packet: a way that carries only short ones breaks here.
      const long = await this.#ask(one.record.peer, { kind: 'look', padding: 'x'.repeat(longQuestionBytes) })
      return 'why' in long ? { ...one, sight: undefined, why: long.why, small: true } : one
    }))
    const { node, serving } = this.#deps.identity()
    const certificateMs = Math.min(...[node, serving].map((pair) => validity(pair.certificate).toMs))
    return diagnose(this.sight(), looked, { certificateMs })
  }

  async #lookAt(record: PeerRecord): Promise<Looked> {
    const { clock } = this.#deps
    const fromMs = clock.bootMs()
    const reply = await this.#ask(record.peer, { kind: 'look' })
    const seen = { record, atMs: clock.wallMs(), tookMs: clock.bootMs() - fromMs }
    if ('why' in reply) return { ...seen, sight: undefined, why: reply.why }
    const sight = readSight(reply.frame)
    return { ...seen, sight, why: sight === undefined ? 'its answer cannot be read; it may be of another version' : '' }
  }

  /** Who would recover, and what of. Throws SHOAL_RECOVERY_NOT_NEEDED, SHOAL_RECOVERY_IMPOSSIBLE. */
  async plan(): Promise<RecoveryPlan & { readonly kind: 'recover' }> {
    const sights = (await this.look()).flatMap(({ sight }) => (sight === undefined ? [] : [sight]))
    const plan = planRecovery(this.sight(), sights, this.#deps.peers())
    if (plan.kind === 'notNeeded') throw recoveryNotNeeded.make({ reachable: plan.reachable.map((peer) => this.#nameOf(peer)) })
    if (plan.kind === 'impossible') throw recoveryImpossible.make({ why: 'the survivors are witnesses, which hold no state' })
    return plan
  }

  /** Has the chosen survivor recover: this peer, or another one that must agree. Throws SHOAL_RECOVERY_*. */
  async recover(incarnation: number): Promise<Sight> {
    const { chosen } = await this.plan()
    if (chosen.lineage.incarnation !== incarnation) throw recoveryImpossible.make({ why: 'the cluster has a newer incarnation by now' })
    if (chosen.peer === this.#deps.identity().key.peerId) {
      this.#deps.recover()
      return chosen
    }
    const reply = await this.#ask(chosen.peer, { kind: 'recover', incarnation })
    const refusal = 'why' in reply ? reply.why : Buffer.from(reply.frame).toString()
    if (refusal !== '') throw recoveryImpossible.make({ why: `${chosen.name} holds more, and did not do it: ${refusal}` })
    return chosen
  }

  /** The answer to another peer's question; empty for one that cannot be read. */
  answer(from: PeerId, frame: Uint8Array): Uint8Array {
    const question = readQuestion(frame)
    if (question?.kind === 'look') return encodeSight(this.sight())
    if (question === undefined) return Buffer.from('the question cannot be read; it may be of another version')
    const own = this.sight()
    if (own.quorum) return Buffer.from('it has a majority')
    if (own.lineage.incarnation !== question.incarnation) return Buffer.from('it is at another incarnation')
    this.#deps.logger.warn('another peer was told to have the cluster recovered here', { by: this.#nameOf(from) })
    this.#deps.recover()
    return new Uint8Array()
  }

  /** A member is at another incarnation: a newer one is followed if nothing is lost by it that was agreed since. */
  otherIncarnation(from: PeerId, lineage: Lineage): void {
    const own = this.sight()
    const how = standing(own.lineage, lineage)
    const ends = { startedMs: this.#startedMs, foundMs: this.#foundMs, newestMs: own.newestMs }
    if (how === 'newer' && mayFollow(lineage, own.lineage.incarnation, ends)) return this.#follow(from, lineage)
    if (how === 'newer') this.#refused = { from, lineage }
    const key = `${from} ${lineage.incarnation}`
    if (this.#told.has(key)) return
    this.#told.add(key)
    const fields = { peer: this.#nameOf(from), incarnation: lineage.incarnation, own: own.lineage.incarnation }
    const { logger } = this.#deps
    if (how === 'older') logger.info('a peer of an incarnation that was left is refused until it takes this one', fields)
    else if (how === 'newer') logger.error('the cluster was recovered without this peer, which agreed on more since; `shoal recover --rejoin` gives that up', fields)
    else logger.error('two halves of the cluster were recovered apart; end one of them and let its peers join anew', fields)
  }

  /** Gives up what was agreed here for the newer incarnation that was refused. Throws SHOAL_NO_NEWER_INCARNATION. */
  rejoin(): void {
    const refused = this.#refused
    if (refused === undefined) throw noNewerIncarnation.make({ name: this.#deps.identity().file.name })
    this.#follow(refused.from, refused.lineage)
  }

  #follow(from: PeerId, lineage: Lineage): void {
    if (this.#leaving) return
    this.#leaving = true
    const { directory, logger } = this.#deps
    const own = this.sight()
    const by = this.#nameOf(from)
    logger.warn('this peer takes a newer incarnation and fetches its state', {
      from: by, incarnation: lineage.incarnation, own: own.lineage.incarnation, lastIndex: own.lastIndex, newest: timestamp(own.newestMs),
    })
    directory.turn(lineage)
    this.#deps.left(incarnationLeft.make({ incarnation: lineage.incarnation, by }))
  }

  #ask(to: PeerId, question: Question): Promise<Reply> {
    return this.#deps.ask(to, encodeQuestion(question))
  }

  #nameOf(peer: PeerId): string {
    return this.#deps.peers().find((record) => record.peer === peer)?.name ?? peer
  }
}
