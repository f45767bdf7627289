// Joining a cluster: dial the peers that the invitation names, believe the one whose authority has the pinned hash, prove
// the invitation, and write the new peer to disk. It runs before the daemon and uses a host of its own for the one talk.
// Nothing is written before the cluster has agreed, so a failed join leaves an empty directory behind.
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
  const nodeKey = createPrivateKeyPem()
  const servingKey = createPrivateKeyPem()
  const applicant = { key: await createPeerKey(), nodeKey, servingKey, nodeCsr: await createCsr(nodeKey), servingCsr: await createCsr(servingKey) }
  const node = await createLibp2p({
    privateKey: applicant.key.key,
    transports: [tcp()], connectionEncrypters: [noise()], streamMuxers: [yamux()],
    connectionManager: { dialTimeout: dialTimeoutMs, reconnectRetries: 0 },
    connectionMonitor: { enabled: false },
  })
  try {
    const identity = await askAround(node, invitation, applicant, options, clock)
    directory.found(identity, undefined)
    return identity
  } finally {
    await node.stop()
  }
}

/** Asks one peer after the other. An answer is final; silence, a missing majority and a broken talk make it ask the next. */
async function askAround(node: Libp2p, invitation: Invitation, applicant: Applicant, options: JoinOptions, clock: Clock): Promise<PeerIdentity> {
  let refusal: Error | undefined
  for (const address of invitation.addresses) {
    try {
      return await askPeer(node, address, invitation, applicant, options, clock)
    } catch (error) {
      if (joinRefused.is(error)) refusal = error
      else if (!(error instanceof Unreachable)) throw error
    }
  }
  throw refusal ?? joinUnreachable.make({ tried: invitation.addresses })
}

/** This peer could not be asked; another may answer. */
class Unreachable extends Error {
  override readonly name = 'Unreachable'
}

async function askPeer(
  node: Libp2p, address: string, invitation: Invitation, applicant: Applicant, options: JoinOptions, clock: Clock,
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
    return await talk(conversation, { address, member, invitation, applicant, options, clock })
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
  readonly invitation: Invitation
  readonly applicant: Applicant
  readonly options: JoinOptions
  readonly clock: Clock
}

async function talk(conversation: Conversation, about: Talk): Promise<PeerIdentity> {
  const { address, member, invitation, applicant, options, clock } = about
  const nonce = randomBytes(16).toString('hex')
  await conversation.write(encodeJson({ kind: 'knock', invitation: invitation.id, nonce, wallMs: clock.wallMs() }), joinTimeoutMs)
  const challenge = readChallenge(await conversation.read(joinTimeoutMs))
  if (challenge === undefined) throw new Unreachable(address)
  if (challenge.kind === 'refusal') throw refused(challenge, about)
  checkChallenge(challenge, about)
  const words = transcript({
    cluster: challenge.cluster, authorityHash: invitation.authorityHash, joiner: applicant.key.peerId, member,
    joinerNonce: nonce, memberNonce: challenge.nonce, nodeCsr: applicant.nodeCsr, servingCsr: applicant.servingCsr, name: options.name,
  })
  const application: Application = {
    kind: 'apply', name: options.name, zone: options.zone, level: options.featureLevel ?? highestLevel, addresses: options.addresses,
    hosts: [...new Set([...hostsOf(options.addresses), ...options.hosts])],
    nodeCsr: applicant.nodeCsr, servingCsr: applicant.servingCsr,
    signature: sign(null, words, ed25519Private(invitation.seed)).toString('base64url'),
  }
  await conversation.write(encodeJson(application), joinTimeoutMs)
  const welcome = readWelcome(await conversation.read(joinTimeoutMs))
  if (welcome === undefined) throw new Unreachable(address)
  if (welcome.kind === 'refusal') throw refused(welcome, about)
  // Only the holder of the authority's key can have signed this: the member is of the pinned cluster.
  verifyNodeCertificate(welcome.nodeCertificate, challenge.authority, applicant.key.peerId, clock.wallMs())
  const file = {
    cluster: challenge.cluster, incarnation: challenge.incarnation, left: challenge.left, name: options.name, role: welcome.role, zone: options.zone, peers: welcome.peers, ran: 0,
  }
  return {
    key: applicant.key, file, authority: challenge.authority,
    node: { certificate: welcome.nodeCertificate, privateKey: applicant.nodeKey },
    serving: { certificate: welcome.servingCertificate, privateKey: applicant.servingKey },
  }
}

/** The pinned authority and the clocks. */
function checkChallenge(challenge: Challenge, { address, invitation, clock }: Talk): void {
  let hash
  try {
    hash = authorityHash(challenge.authority)
  } catch {
    hash = undefined
  }
  if (hash !== invitation.authorityHash) throw joinWrongCluster.make({ address })
  const nowMs = clock.wallMs()
  if (Math.abs(nowMs - challenge.wallMs) > joinClockSkewMs) {
    throw joinClockWrong.make({ ownTime: timestamp(nowMs), theirTime: timestamp(challenge.wallMs) })
  }
}

function refused(refusal: Refusal, { invitation, options, clock }: Talk): Error {
  switch (refusal.code) {
    case 'expired':
      return invitationExpired.make({ id: invitation.id, expired: refusal.detail })
    case 'usedUp':
      return invitationUsedUp.make({ id: invitation.id, uses: Number(refusal.detail) })
    case 'unknown':
      return invitationUnknown.make({ id: invitation.id })
    case 'nameTaken':
      return joinNameTaken.make({ name: options.name })
    case 'clock':
      return joinClockWrong.make({ ownTime: timestamp(clock.wallMs()), theirTime: refusal.detail })
    case 'noMajority':
    case 'other':
      return joinRefused.make({ why: refusal.detail })
  }
}
