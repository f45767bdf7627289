// A session of somebody who showed a client certificate: who it is, as claims of a token that the cluster signs as it signs
// those of service accounts. The certificate itself cannot go into a browser's cookie; this can, for some hours. It gives nobody
// more than the certificate did, and what the user may do is asked of RBAC at each request.
import { authenticated } from './users.ts'
import type { User } from './users.ts'

/** The subject of every such token; no account has it. */
export const sessionSubject = 'system:shoal:session'

/** Longest life of a session, in seconds: what signs refuses a longer one. */
export const sessionMostSeconds = 12 * 3600

const claim = 'shoal.dev/session'

/** The claims that say who it is. */
export const sessionClaims = ({ name, groups }: User): { readonly [key: string]: unknown } => ({ sub: sessionSubject, [claim]: { user: name, groups } })

/** The user of a session's claims; undefined when they are those of something else. */
export function sessionUser(payload: { readonly [claim: string]: unknown }): User | undefined {
  const said = payload[claim]
  if (payload['sub'] !== sessionSubject || typeof said !== 'object' || said === null) return undefined
  const name: unknown = Reflect.get(said, 'user')
  const groups: unknown = Reflect.get(said, 'groups')
  if (typeof name !== 'string' || name === '' || !Array.isArray(groups) || !groups.every((group) => typeof group === 'string')) return undefined
  return authenticated({ name, groups })
}

/** Whether the claims are of a session that is no longer than sessions may be. */
export function isSession(payload: { readonly [claim: string]: unknown }): boolean {
  const { iat, exp } = payload
  return sessionUser(payload) !== undefined && typeof iat === 'number' && typeof exp === 'number' && exp - iat <= sessionMostSeconds
}
