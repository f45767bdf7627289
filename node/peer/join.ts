// Joining a cluster: dial the peers that the invitation names, believe the one whose authority has the pinned hash, prove
// the invitation, and write the new peer to disk. It runs before the daemon and uses a host of its own for the one talk.
// Nothing is written before the cluster has agreed, so a failed join leaves an empty directory behind. The talk itself does
// not care for what lets the joiner in; join-anew.ts has it with a member's old key instead of an invitation.
import { createLibp2p, type Libp2p } from 'libp2p'
import { noise } from '@libp2p/noise'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { multiaddr } from '@multiformats/multiaddr'
import { randomBytes, sign } from 'node:crypto'
import type { Clock } from '../base/clock.ts'
import { timestamp } from '../base/clock.ts'
import { authorityHash, createPrivateKeyPem } from '../identity/ca.ts'
import { checkNodeName, createCsr, verifyNodeCertificate } from '../identity/certificates.ts'
import { invitationExpired, invitationUnknown, invitationUsedUp } from '../identity/errors.ts'
import { parseInvitation, type Invitation } from '../identity/invitation.ts'
import { createPeerKey, ed25519Private, type PeerKey } from '../identity/peer-key.ts'
import { hostsOf } from './addresses.ts'
import type { DataDirectory, PeerIdentity } from './data-directory.ts'
import { highestLevel } from './feature-levels.ts'
import { joinClockWrong, joinNameTaken, joinRefused, joinUnreachable, joinWrongCluster } from './errors.ts'
import { joinProtocol } from './join-door.ts'
import { encodeJson, readChallenge, readWelcome, transcript, type Application, type Challenge, type Refusal } from './join-messages.ts'
import { dialTimeoutMs, joinClockSkewMs, joinFrameBytes, joinTimeoutMs } from './limits.ts'
import { Conversation, ConversationEnded } from './streams.ts'

export interface JoinOptions {
  readonly name: string
  /** Multiaddrs under which others will reach this peer. */
  readonly addresses: readonly string[]
  /** More IP addresses for the serving certificate. */
  readonly hosts: readonly string[]
  readonly zone: string
  /** The highest feature level of this build, unless a test plays another one. */
  readonly featureLevel?: number
}

/** What lets a machine in. */
export interface Pass {
  /** The invitation's id; empty for a member that joins anew. */
  readonly invitation: string
  /** Multiaddrs of peers, with their ids, to ask one after the other. */
  readonly addresses: readonly string[]
  /** SHA-256 of the authority's public key, hex. */
  readonly authorityHash: string
  /** The id that the joiner had as a member before. */
  readonly instead: string | undefined
  /** Only members of this incarnation are asked to let it in; undefined for any. */
  readonly incarnation: number | undefined
  readonly sign: (words: Uint8Array) => Uint8Array
  /** What an invitation or an old id that is not good any more is called. */
  readonly refused: (refusal: Refusal & { readonly code: 'expired' | 'usedUp' | 'unknown' }) => Error
}

/** The keys and requests of a machine that wants in. */
interface Applicant {
  readonly key: PeerKey
  readonly nodeKey: string
  readonly servingKey: string
  readonly nodeCsr: string
  readonly servingCsr: string
}

/**
 * Makes this machine a peer of the cluster that invites it. Throws SHOAL_INVITATION_*, SHOAL_JOIN_*, SHOAL_NAME_TAKEN,
 * SHOAL_CLOCK_WRONG, SHOAL_ALREADY_A_PEER, SHOAL_NODE_NAME_INVALID.
 */
export async function joinCluster(directory: DataDirectory, text: string, options: JoinOptions, clock: Clock): Promise<PeerIdentity> {
  const invitation = parseInvitation(text)
  checkNodeName(options.name)
  directory.claim()
  const identity = await askToJoin(await createPeerKey(), passOf(invitation), options, clock)
  directory.found(identity, undefined)
  return identity
}

function passOf(invitation: Invitation): Pass {
  const { id, addresses } = invitation
  return {
    invitation: id, addresses, authorityHash: invitation.authorityHash, instead: undefined, incarnation: undefined,
    sign: (words) => sign(null, words, ed25519Private(invitation.seed)),
    refused: ({ code, detail }) => {
      if (code === 'expired') return invitationExpired.make({ id, expired: detail })
      return code === 'usedUp' ? invitationUsedUp.make({ id, uses: Number(detail) }) : invitationUnknown.make({ id })
    },
  }
}

/** Has the cluster let this key in, and makes its certificates; writes nothing. Throws what `pass.refused` makes, SHOAL_JOIN_*, SHOAL_NAME_TAKEN, SHOAL_CLOCK_WRONG. */
export async function askToJoin(key: PeerKey, pass: Pass, options: JoinOptions, clock: Clock): Promise<PeerIdentity> {
  const nodeKey = createPrivateKeyPem()
  const servingKey = createPrivateKeyPem()
  const applicant = { key, nodeKey, servingKey, nodeCsr: await createCsr(nodeKey), servingCsr: await createCsr(servingKey) }
  const node = await createLibp2p({
    privateKey: key.key,
    transports: [tcp()], connectionEncrypters: [noise()], streamMuxers: [yamux()],
    connectionManager: { dialTimeout: dialTimeoutMs, reconnectRetries: 0 },
    connectionMonitor: { enabled: false },
  })
  try {
    return await askAround(node, pass, applicant, options, clock)
  } finally {
    await node.stop()
  }
}

/** Asks one peer after the other. An answer is final; silence, a missing majority and a broken talk make it ask the next. */
async function askAround(node: Libp2p, pass: Pass, applicant: Applicant, options: JoinOptions, clock: Clock): Promise<PeerIdentity> {
  let refusal: Error | undefined
  for (const address of pass.addresses) {
    try {
      return await askPeer(node, address, pass, applicant, options, clock)
    } catch (error) {
      if (joinRefused.is(error)) refusal = error
      else if (!(error instanceof Unreachable)) throw error
    }
  }
  throw refusal ?? joinUnreachable.make({ tried: pass.addresses })
}

/** This peer could not be asked; another may answer. */
class Unreachable extends Error {
  override readonly name = 'Unreachable'
}

async function askPeer(
  node: Libp2p, address: string, pass: Pass, applicant: Applicant, options: JoinOptions, clock: Clock,
): Promise<PeerIdentity> {
  let conversation
  let member
  try {
    const connection = await node.dial(multiaddr(address), { signal: AbortSignal.timeout(dialTimeoutMs) })
    member = connection.remotePeer.toString()
    conversation = new Conversation(await connection.newStream(joinProtocol), clock, joinFrameBytes)
  } catch (error) {
    throw new Unreachable(address, { cause: error })
  }
  try {
    return await talk(conversation, { address, member, pass, applicant, options, clock })
  } catch (error) {
    if (error instanceof ConversationEnded) throw new Unreachable(address, { cause: error })
    throw error
  } finally {
    await conversation.close()
  }
}

interface Talk {
  readonly address: string
  readonly member: string
  readonly pass: Pass
  readonly applicant: Applicant
  readonly options: JoinOptions
  readonly clock: Clock
}

async function talk(conversation: Conversation, about: Talk): Promise<PeerIdentity> {
  const { address, member, pass, applicant, options, clock } = about
  const nonce = randomBytes(16).toString('hex')
  await conversation.write(encodeJson({ kind: 'knock', invitation: pass.invitation, nonce, wallMs: clock.wallMs() }), joinTimeoutMs)
  const challenge = readChallenge(await conversation.read(joinTimeoutMs))
  if (challenge === undefined) throw new Unreachable(address)
  if (challenge.kind === 'refusal') throw refused(challenge, about)
  checkChallenge(challenge, about)
  const words = transcript({
    cluster: challenge.cluster, authorityHash: pass.authorityHash, joiner: applicant.key.peerId, member,
    joinerNonce: nonce, memberNonce: challenge.nonce, nodeCsr: applicant.nodeCsr, servingCsr: applicant.servingCsr, name: options.name,
    instead: pass.instead,
  })
  const application: Application = {
    kind: 'apply', name: options.name, zone: options.zone, level: options.featureLevel ?? highestLevel, addresses: options.addresses,
    hosts: [...new Set([...hostsOf(options.addresses), ...options.hosts])],
    nodeCsr: applicant.nodeCsr, servingCsr: applicant.servingCsr, instead: pass.instead,
    signature: Buffer.from(pass.sign(words)).toString('base64url'),
  }
  await conversation.write(encodeJson(application), joinTimeoutMs)
  const welcome = readWelcome(await conversation.read(joinTimeoutMs))
  if (welcome === undefined) throw new Unreachable(address)
  if (welcome.kind === 'refusal') throw refused(welcome, about)
  // Only the holder of the authority's key can have signed this: the member is of the pinned cluster.
  verifyNodeCertificate(welcome.nodeCertificate, challenge.authority, applicant.key.peerId, clock.wallMs())
  const file = {
    cluster: challenge.cluster, incarnation: challenge.incarnation, left: challenge.left, name: options.name, role: welcome.role, zone: options.zone, peers: welcome.peers, ran: 0, logged: 0,
  }
  return {
    key: applicant.key, file, authority: challenge.authority,
    node: { certificate: welcome.nodeCertificate, privateKey: applicant.nodeKey },
    serving: { certificate: welcome.servingCertificate, privateKey: applicant.servingKey },
  }
}

/** The pinned authority, the incarnation and the clocks. */
function checkChallenge(challenge: Challenge, { address, pass, clock }: Talk): void {
  let hash
  try {
    hash = authorityHash(challenge.authority)
  } catch {
    // No certificate at all: as little the pinned one as any other.
    hash = undefined
  }
  if (hash !== pass.authorityHash) throw joinWrongCluster.make({ address })
  if (pass.incarnation !== undefined && pass.incarnation !== challenge.incarnation) throw joinRefused.make({ why: `it is at incarnation ${challenge.incarnation} of the cluster` })
  const nowMs = clock.wallMs()
  if (Math.abs(nowMs - challenge.wallMs) > joinClockSkewMs) {
    throw joinClockWrong.make({ ownTime: timestamp(nowMs), theirTime: timestamp(challenge.wallMs) })
  }
}

function refused(refusal: Refusal, { pass, options, clock }: Talk): Error {
  const { code, detail } = refusal
  switch (code) {
    case 'expired':
    case 'usedUp':
    case 'unknown':
      return pass.refused({ ...refusal, code })
    case 'nameTaken':
      return joinNameTaken.make({ name: options.name })
    case 'clock':
      return joinClockWrong.make({ ownTime: timestamp(clock.wallMs()), theirTime: detail })
    case 'noMajority':
    case 'other':
      return joinRefused.make({ why: detail })
  }
}
