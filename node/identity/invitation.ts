// An invitation is one string that makes a machine a peer: where to ask, which authority to believe, and an Ed25519 seed
// that proves the right to join. The agreed state keeps only the public key, so reading it does not let anybody in.
// The string carries a checksum, so that a damaged copy is told from a wrong one.
import { createHash, randomBytes } from 'node:crypto'
import { invitationDamaged } from './errors.ts'
import { invitationMaxAddresses, invitationMaxChars } from './limits.ts'
import { ed25519PublicRaw } from './peer-key.ts'

/** What the string says. */
export interface Invitation {
  /** Names its record in the state. */
  readonly id: string
  /** Multiaddrs of peers, with their ids, to ask one after the other. */
  readonly addresses: readonly string[]
  /** SHA-256 of the authority's public key, hex. */
  readonly authorityHash: string
  /** 32 bytes. */
  readonly seed: Uint8Array
}

/** The record in the agreed state at `/shoal/invitations/<id>`. How often it was used is counted by keys of their own. */
export interface InvitationRecord {
  readonly id: string
  /** Raw Ed25519 public key, base64url. */
  readonly publicKey: string
  /** Wall clock, milliseconds since 1970. */
  readonly expiresMs: number
  /** How many peers may join by it. */
  readonly uses: number
  readonly role: 'peer' | 'witness'
}

const prefix = 'shoal1.'
const checksumBytes = 4
const checksum = (body: Uint8Array): Buffer => createHash('sha256').update(body).digest().subarray(0, checksumBytes)

/** A new invitation, still without addresses, and the record that makes it good. */
export function createInvitation(
  authorityHash: string, terms: { readonly expiresMs: number; readonly uses: number; readonly role: 'peer' | 'witness' },
): { readonly invitation: Omit<Invitation, 'addresses'>; readonly record: InvitationRecord } {
  const seed = randomBytes(32)
  const id = randomBytes(4).toString('hex')
  return {
    invitation: { id, authorityHash, seed },
    record: { id, publicKey: Buffer.from(ed25519PublicRaw(seed)).toString('base64url'), ...terms },
  }
}

/** The one-line string. */
export function formatInvitation(invitation: Invitation): string {
  const body = Buffer.from(JSON.stringify([
    invitation.id, invitation.addresses.slice(0, invitationMaxAddresses), Buffer.from(invitation.authorityHash, 'hex').toString('base64url'), Buffer.from(invitation.seed).toString('base64url'),
  ]))
  return prefix + Buffer.concat([checksum(body), body]).toString('base64url')
}

/** The inverse of formatInvitation; white space around the string is forgiven. Throws SHOAL_INVITATION_DAMAGED. */
export function parseInvitation(text: string): Invitation {
  const trimmed = text.trim()
  if (trimmed.length > invitationMaxChars) throw invitationDamaged.make({ why: 'it is too long' })
  if (!trimmed.startsWith(prefix)) {
    throw invitationDamaged.make({ why: /^shoal\d+\./.test(trimmed) ? 'it was made by a newer version of shoal' : `it does not begin with ${prefix}` })
  }
  const encoded = trimmed.slice(prefix.length)
  if (!/^[A-Za-z0-9_-]+$/.test(encoded)) throw invitationDamaged.make({ why: 'it contains characters that do not belong there' })
  const bytes = Buffer.from(encoded, 'base64url')
  const body = bytes.subarray(checksumBytes)
  if (!checksum(body).equals(bytes.subarray(0, checksumBytes))) throw invitationDamaged.make({ why: 'its checksum does not match, so a part is missing or changed' })
  return fields(body)
}

function fields(body: Buffer): Invitation {
  let value: unknown
  try {
    value = JSON.parse(body.toString())
  } catch (error) {
    throw invitationDamaged.make({ why: 'its content cannot be read' }, error)
  }
  const [id, addresses, hash, seed] = Array.isArray(value) ? value.map((item: unknown) => item) : []
  if (typeof id !== 'string' || typeof hash !== 'string' || typeof seed !== 'string' || !Array.isArray(addresses)) {
    throw invitationDamaged.make({ why: 'its content has another shape' })
  }
  const seedBytes = Buffer.from(seed, 'base64url')
  const hashBytes = Buffer.from(hash, 'base64url')
  const list = addresses.filter((address): address is string => typeof address === 'string')
  if (seedBytes.length !== 32 || hashBytes.length !== 32 || list.length === 0) throw invitationDamaged.make({ why: 'its content has another shape' })
  return { id, addresses: list, authorityHash: hashBytes.toString('hex'), seed: seedBytes }
}
