// The desk at which a member lets machines in: checks clock and invitation, verifies the signature, has use, name and peer
// agreed in one transaction, and only then signs. The transaction is idempotent by peer id, so that a joiner whose answer
// got lost asks again, another member if need be. A member that lost its log comes back by its old key and under a new id,
// which takes the place of the old one in the same way. It never sees a socket; frames come from the door.
import { randomBytes, type KeyObject } from 'node:crypto'
import type { PeerId } from '../../protocol/base/ids.ts'
import type { PeerRecord } from '../../protocol/engine/types.ts'
import type { Transaction, TransactionResult } from '../../protocol/message/transaction.ts'
import type { Clock } from '../base/clock.ts'
import { timestamp } from '../base/clock.ts'
import type { Logger } from '../base/logger.ts'
import { authorityHash } from '../identity/ca.ts'
import { checkNodeName } from '../identity/certificates.ts'
import type { InvitationRecord } from '../identity/invitation.ts'
import { ed25519Public, peerPublicKey, verifyEd25519 } from '../identity/peer-key.ts'
import type { StateReader } from '../store/types.ts'
import { dataKeyWrite, type ClusterKeys } from './cluster-keys.ts'
import { featureLevelUnknown, noAgreement, noSigner } from './errors.ts'
import { agreedLevel, levelUnchanged } from './feature-levels.ts'
import {
  encodeJson, readApplication, readKnock, transcript, type Application, type Challenge, type Knock, type Refusal, type Welcome,
} from './join-messages.ts'
import { joinClockSkewMs, joinTimeoutMs } from './limits.ts'
import type { Lineage } from './lineage.ts'
import {
  dataKeyKeyOf, invitationKeyOf, invitationRecord, invitationUsesPrefix, levelKeyOf, nameKeyOf, parseObject, peerKeyOf, peerRecord, putJson, readPeers,
  removedKeyOf,
} from './records.ts'
import type { Signing } from './signing.ts'

export interface JoinDeskDeps {
  readonly store: StateReader
  readonly clock: Clock
  readonly logger: Logger
  readonly keys: ClusterKeys
  readonly signing: Signing
  readonly commit: (transaction: Transaction, timeoutMs: number) => Promise<TransactionResult>
}

export interface JoinDeskOptions {
  readonly cluster: string
  readonly lineage: Lineage
  readonly self: PeerId
}

interface Session {
  readonly remote: PeerId
  readonly knock: Knock
  readonly nonce: string
  readonly startedMs: number
}

export class JoinDesk {
  readonly #deps: JoinDeskDeps
  readonly #cluster: Lineage & { readonly cluster: string }
  readonly #self: PeerId
  readonly #sessions = new Map<number, Session>()

  constructor(deps: JoinDeskDeps, options: JoinDeskOptions) {
    this.#deps = deps
    this.#cluster = { cluster: options.cluster, ...options.lineage }
    this.#self = options.self
  }

  /** The answer to one frame of a conversation. */
  async answer(number: number, remote: PeerId, frame: Uint8Array): Promise<Uint8Array> {
    this.#expire()
    const session = this.#sessions.get(number)
    this.#sessions.delete(number)
    if (session !== undefined) return encodeJson(await this.#apply(session, readApplication(frame)))
    const knock = readKnock(frame)
    return encodeJson(knock === undefined ? other('the request cannot be read; is it a newer version of shoal?') : this.#knocked(number, remote, knock))
  }

  #knocked(number: number, remote: PeerId, knock: Knock): Challenge | Refusal {
    const authority = this.#deps.keys.authorityCertificate()
    if (authority === undefined) return notYet
    const nonce = randomBytes(16).toString('hex')
    this.#sessions.set(number, { remote, knock, nonce, startedMs: this.#deps.clock.bootMs() })
    return { kind: 'challenge', ...this.#cluster, authority, nonce, wallMs: this.#deps.clock.wallMs() }
  }

  async #apply(session: Session, application: Application | undefined): Promise<Welcome | Refusal> {
    const { store, clock, logger, keys } = this.#deps
    const authority = keys.authorityCertificate()
    if (application === undefined || authority === undefined) return other('the request cannot be read')
    const nowMs = clock.wallMs()
    if (Math.abs(nowMs - session.knock.wallMs) > joinClockSkewMs) return { kind: 'refusal', code: 'clock', detail: timestamp(nowMs) }
    if (application.instead !== undefined) return this.#applyAnew(session, application, application.instead, authority)
    const invitation = invitationRecord(parseObject(store.get(invitationKeyOf(session.knock.invitation))?.value))
    if (invitation === undefined) return { kind: 'refusal', code: 'unknown', detail: session.knock.invitation }
    const key = Buffer.from(invitation.publicKey, 'base64url')
    if (key.length !== 32 || !this.#signed(session, application, ed25519Public(key), authority)) return other('the invitation does not prove itself')
    try {
      checkNodeName(application.name)
    } catch {
      return other(`${JSON.stringify(application.name)} cannot name a peer`)
    }
    const refusal = await this.#agree(session.remote, application, invitation, nowMs)
    if (refusal !== undefined) return refusal
    logger.info('a peer joined', { peer: session.remote, name: application.name, invitation: invitation.id })
    return this.#welcome(session.remote, application, invitation.role)
  }

  /** A member that lost its log, and with it what it voted. Only the holder of the old key can say so. */
  async #applyAnew(session: Session, application: Application, instead: PeerId, authority: string): Promise<Welcome | Refusal> {
    const key = peerPublicKey(instead)
    if (key === undefined || !this.#signed(session, application, key, authority)) return other('the old key does not prove itself')
    const refusal = await this.#replace(session.remote, application, instead)
    if (refusal !== undefined) return refusal
    const role = this.#member(session.remote)?.role
    if (role === undefined) return notYet
    this.#deps.logger.warn('a peer that lost its log joined anew', { peer: session.remote, name: application.name, instead })
    return this.#welcome(session.remote, application, role)
  }

  #member(peer: PeerId): PeerRecord | undefined {
    return peerRecord(parseObject(this.#deps.store.get(peerKeyOf(peer))?.value))
  }

  #signed(session: Session, application: Application, key: KeyObject, authority: string): boolean {
    const words = transcript({
      cluster: this.#cluster.cluster, authorityHash: authorityHash(authority), joiner: session.remote, member: this.#self,
      joinerNonce: session.knock.nonce, memberNonce: session.nonce, nodeCsr: application.nodeCsr, servingCsr: application.servingCsr, name: application.name,
      instead: application.instead,
    })
    return verifyEd25519(key, words, Buffer.from(application.signature, 'base64url'))
  }

  /** Use, name and peer in one transaction. Undefined when the peer is a member now, also when it already was. */
  async #agree(peer: PeerId, application: Application, invitation: InvitationRecord, nowMs: number): Promise<Refusal | undefined> {
    const { store, keys } = this.#deps
    const { name, zone, addresses } = application
    if (this.#member(peer)?.name === name) return undefined
    if (nowMs > invitation.expiresMs) return { kind: 'refusal', code: 'expired', detail: timestamp(invitation.expiresMs) }
    const record: PeerRecord = { peer, name, role: invitation.role, addresses, zone }
    const dataKey = keys.dataKey()
    if (dataKey === undefined) return notYet
    const agreed = agreedLevel(store)
    if (application.level < agreed) return other(featureLevelUnknown.make({ agreed, known: application.level }).message)
    const uses = invitationUsesPrefix(invitation.id)
    const transaction: Transaction = {
      conditions: [
        { kind: 'present', key: invitationKeyOf(invitation.id), live: false },
        { kind: 'absent', key: nameKeyOf(name) },
        { kind: 'absent', key: peerKeyOf(peer) },
        { kind: 'limit', prefix: uses, limit: invitation.uses },
        levelUnchanged(store),
      ],
      writes: [
        putJson(nameKeyOf(name), peer), putJson(peerKeyOf(peer), record), putJson(uses + peer, nowMs), putJson(levelKeyOf(peer), application.level),
        // A witness keeps no state, so it gets no key to it.
        ...(invitation.role === 'peer' ? [dataKeyWrite(this.#cluster.cluster, peer, dataKey)] : []),
      ],
    }
    return this.#commit(peer, application, transaction, [
      { kind: 'refusal', code: 'unknown', detail: invitation.id },
      { kind: 'refusal', code: 'nameTaken', detail: name },
      { kind: 'refusal', code: 'other', detail: 'this peer is a member already, under another name' },
      { kind: 'refusal', code: 'usedUp', detail: String(invitation.uses) },
    ], () => this.#agree(peer, application, invitation, nowMs))
  }

  /** The new id in the place of the old one, which is removed for good: all in one transaction, so there is never a second Node. */
  async #replace(peer: PeerId, application: Application, instead: PeerId): Promise<Refusal | undefined> {
    const { store, keys, clock } = this.#deps
    const { name, zone, addresses } = application
    const unknown: Refusal = { kind: 'refusal', code: 'unknown', detail: instead }
    if (this.#member(peer)?.name === name) return undefined
    if (store.get(removedKeyOf(instead)) !== undefined) return unknown
    const old = parseObject(store.get(peerKeyOf(instead))?.value)
    const role = peerRecord(old)?.role
    const dataKey = keys.dataKey()
    if (role === undefined || dataKey === undefined) return notYet
    if (peerRecord(old)?.name !== name || peer === instead) return unknown
    const agreed = agreedLevel(store)
    if (application.level < agreed) return other(featureLevelUnknown.make({ agreed, known: application.level }).message)
    const transaction: Transaction = {
      conditions: [{ kind: 'present', key: peerKeyOf(instead), live: false }, { kind: 'absent', key: peerKeyOf(peer) }, { kind: 'absent', key: removedKeyOf(peer) }, levelUnchanged(store)],
      writes: [
        { kind: 'delete', key: peerKeyOf(instead) }, { kind: 'delete', key: dataKeyKeyOf(instead) }, { kind: 'delete', key: levelKeyOf(instead) },
        putJson(removedKeyOf(instead), { name, removedMs: clock.wallMs(), lostLog: true, by: peer }),
        // The record as it is stored: a newer version may have put more into it than this one reads.
        putJson(peerKeyOf(peer), { ...old, peer, addresses, zone }), putJson(nameKeyOf(name), peer), putJson(levelKeyOf(peer), application.level),
        ...(role === 'peer' ? [dataKeyWrite(this.#cluster.cluster, peer, dataKey)] : []),
      ],
    }
    return this.#commit(peer, application, transaction, [unknown, unknown, unknown], () => this.#replace(peer, application, instead))
  }

  /** Undefined when the peer is a member now. `refusals`: by condition; the last condition is the agreed level, and asks for `again`. */
  async #commit(
    peer: PeerId, { name }: Application, transaction: Transaction, refusals: readonly Refusal[], again: () => Promise<Refusal | undefined>,
  ): Promise<Refusal | undefined> {
    let result
    try {
      result = await this.#deps.commit(transaction, joinTimeoutMs / 2)
    } catch (error) {
      if (noAgreement.is(error)) return { kind: 'refusal', code: 'noMajority', detail: error.message }
      throw error
    }
    if (result.kind === 'applied') return undefined
    // The level was raised meanwhile, which happens once for each.
    if (result.condition === transaction.conditions.length - 1) return again()
    // Lost a race against its own earlier question: then it is a member, and that is what was asked.
    if (this.#member(peer)?.name === name) return undefined
    return refusals[result.condition] ?? other('the cluster changed meanwhile; try again')
  }

  async #welcome(peer: PeerId, application: Application, role: PeerRecord['role']): Promise<Welcome | Refusal> {
    const { name, nodeCsr, servingCsr, hosts } = application
    try {
      const { node, serving } = await this.#deps.signing.node({ peer, name, hosts, nodeCsr, servingCsr })
      return { kind: 'welcome', role, nodeCertificate: node, servingCertificate: serving, peers: readPeers(this.#deps.store) }
    } catch (error) {
      // It is a member by now; asked again, it only has to be signed for.
      if (noSigner.is(error)) return { kind: 'refusal', code: 'noMajority', detail: error.message }
      throw error
    }
  }

  #expire(): void {
    const nowMs = this.#deps.clock.bootMs()
    for (const [number, session] of this.#sessions) if (nowMs - session.startedMs > joinTimeoutMs) this.#sessions.delete(number)
  }
}

const other = (detail: string): Refusal => ({ kind: 'refusal', code: 'other', detail })

const notYet = other('this peer has not caught up with the cluster yet; try again in a moment')
