// Finds out who makes a request: a client certificate of the cluster's authority, a service account's token, or nobody.
// A wrong token is refused; it never falls back to being anonymous. What the user may do is not asked here.
// Source: Kubernetes documentation, "Authenticating" (X509 client certificates, service account tokens, anonymous).
import { tokenIssuer } from './tokens.ts'
import type { Tokens } from './tokens.ts'
import { anonymousUser, authenticated } from './users.ts'
import type { User } from './users.ts'

/** The subject of a client certificate that the TLS layer has verified. */
export interface ClientCertificate {
  readonly commonName: string
  readonly organizations: readonly string[]
  /** When it ends, in ms since 1970. */
  readonly expiresMs: number
}

export interface Credentials {
  readonly certificate: ClientCertificate | undefined
  /** The Authorization header. */
  readonly authorization: string | undefined
}

/** The user, or undefined when the credentials are wrong. A certificate comes before a token, as in the reference. */
export async function authenticate(credentials: Credentials, tokens: Tokens): Promise<User | undefined> {
  const { certificate, authorization } = credentials
  if (certificate !== undefined && certificate.commonName !== '') {
    return authenticated({ name: certificate.commonName, groups: certificate.organizations })
  }
  if (authorization === undefined) return anonymousUser
  const [scheme = '', token = ''] = authorization.trim().split(/\s+/)
  if (scheme.toLowerCase() !== 'bearer') return anonymousUser
  if (token === '') return anonymousUser
  return (await tokens.verify(token, [tokenIssuer]))?.user
}
