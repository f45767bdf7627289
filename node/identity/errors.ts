// Errors of identity: keys, certificates and invitations that are damaged, over or not ours.
// Authentication and authorisation of API clients answer with Status objects instead; they are not here.
import { defineError } from '../base/errors.ts'

export const keyDamaged = defineError<{ readonly path: string }>({
  code: 'SHOAL_KEY_DAMAGED',
  message: ({ path }) => `the peer's key in ${path} cannot be read`,
  remedy: 'Restore the file from a copy, or remove the data directory and join again under a new identity.',
})

export const invitationDamaged = defineError<{ readonly why: string }>({
  code: 'SHOAL_INVITATION_DAMAGED',
  message: ({ why }) => `the invitation is damaged: ${why}`,
  remedy: 'Copy it again, whole and on one line, or make a new one with `shoal token create`.',
  exitStatus: 2,
})

export const invitationExpired = defineError<{ readonly id: string; readonly expired: string }>({
  code: 'SHOAL_INVITATION_EXPIRED',
  message: ({ id, expired }) => `invitation ${id} expired at ${expired}`,
  remedy: 'Make a new one with `shoal token create` on any peer.',
  exitStatus: 2,
})

export const invitationUsedUp = defineError<{ readonly id: string; readonly uses: number }>({
  code: 'SHOAL_INVITATION_USED_UP',
  message: ({ id, uses }) => `invitation ${id} was good for ${uses} ${uses === 1 ? 'peer' : 'peers'}, and all have joined`,
  remedy: 'Make a new one with `shoal token create` on any peer.',
  exitStatus: 2,
})

export const invitationUnknown = defineError<{ readonly id: string }>({
  code: 'SHOAL_INVITATION_UNKNOWN',
  message: ({ id }) => `the cluster knows no invitation ${id}: it was deleted, or belongs to another life of the cluster`,
  remedy: 'Make a new one with `shoal token create` on any peer.',
  exitStatus: 2,
})

export const certificateRefused = defineError<{ readonly why: string }>({
  code: 'SHOAL_CERTIFICATE_REFUSED',
  message: ({ why }) => `the certificate is refused: ${why}`,
  remedy: 'Check that both sides belong to the same cluster and that their clocks agree (`shoal doctor`).',
})

export const nodeNameInvalid = defineError<{ readonly name: string }>({
  code: 'SHOAL_NODE_NAME_INVALID',
  message: ({ name }) => `${JSON.stringify(name)} cannot name a peer: lower case letters, digits, '-' and '.', at most 253 characters`,
  remedy: 'Choose another name with --name.',
  exitStatus: 2,
})
