// Invitations in the agreed state: making, listing and deleting them. The string with the secret is shown once, when the
// invitation is made; the state keeps what is needed to recognise it.
import type { Transaction, TransactionResult } from '../../protocol/message/transaction.ts'
import { timestamp, type Clock } from '../base/clock.ts'
import type { InvitationSummary } from '../base/control.ts'
import { authorityHash } from '../identity/ca.ts'
import { invitationUnknown } from '../identity/errors.ts'
import { createInvitation, formatInvitation } from '../identity/invitation.ts'
import type { StateReader } from '../store/types.ts'
import { noAgreement } from './errors.ts'
import { invitationKeyOf, invitationRecord, invitationsPrefix, invitationUsesPrefix, parseObject, putJson, readPeers } from './records.ts'

/** What the management of the cluster's own records needs. */
export interface ManageDeps {
  readonly store: StateReader
  readonly clock: Clock
  readonly commit: (transaction: Transaction, timeoutMs: number) => Promise<TransactionResult>
}

/** How long a management command waits for agreement. */
export const manageTimeoutMs = 20_000

export interface InvitationTerms {
  readonly lifeMs: number
  readonly uses: number
  readonly role: 'peer' | 'witness'
}

/** Makes an invitation to the cluster of this authority (PEM); answers the string. Throws SHOAL_NO_AGREEMENT. */
export async function invite(deps: ManageDeps, authority: string, terms: InvitationTerms): Promise<string> {
  const { lifeMs, uses, role } = terms
  const { invitation, record } = createInvitation(authorityHash(authority), { expiresMs: deps.clock.wallMs() + lifeMs, uses, role })
  const key = invitationKeyOf(record.id)
  const result = await deps.commit({ conditions: [{ kind: 'absent', key }], writes: [putJson(key, record)] }, manageTimeoutMs)
  if (result.kind === 'refused') throw noAgreement.make({ reason: 'overloaded' })
  // A witness has no authority to sign with. Read after the write was applied here: a peer that joined a moment ago knows the others by now.
  const addresses = readPeers(deps.store).filter((peer) => peer.role === 'peer').flatMap((peer) => peer.addresses.slice(0, 2).map((address) => `${address}/p2p/${peer.peer}`))
  return formatInvitation({ ...invitation, addresses })
}

/** All invitations, the expired and used-up ones too. */
export function listInvitations(store: StateReader): readonly InvitationSummary[] {
  const records = store.range(invitationsPrefix).items.map((item) => invitationRecord(parseObject(item.value))).filter((record) => record !== undefined)
  return records.map((record) => ({
    id: record.id, expires: timestamp(record.expiresMs), usesLeft: Math.max(0, record.uses - store.count(invitationUsesPrefix(record.id))), role: record.role,
  }))
}

/** Deletes an invitation; nobody can join by it any more. Throws SHOAL_INVITATION_UNKNOWN, SHOAL_NO_AGREEMENT. */
export async function deleteInvitation(deps: ManageDeps, id: string): Promise<void> {
  const key = invitationKeyOf(id)
  const uses = deps.store.range(invitationUsesPrefix(id)).items.map((item) => ({ kind: 'delete' as const, key: item.key }))
  const result = await deps.commit({ conditions: [{ kind: 'present', key, live: false }], writes: [{ kind: 'delete', key }, ...uses] }, manageTimeoutMs)
  if (result.kind === 'refused') throw invitationUnknown.make({ id })
}
