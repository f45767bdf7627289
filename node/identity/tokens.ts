// Tokens of service accounts: JSON web tokens signed with ES256, bound to an account and, if asked, to a Pod or a Secret; and of
// sessions (sessions.ts), which are bound to nothing and short.
// Verified ones are remembered by their digest, since a signature costs a third of a millisecond; what a token is bound to
// is looked up each time, so that a deleted account or Pod loses its access at once. Keys come from the agreed state.
// Source: RFC 7519, RFC 7518; Kubernetes API reference, TokenRequest and TokenReview.
import { createHash, createPublicKey, sign } from 'node:crypto'
import { decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose'
import type { Clock } from '../base/clock.ts'
import type { TokenVerifier } from './ca.ts'
import { backdateMs } from './limits.ts'
import { isSession, sessionClaims, sessionUser } from './sessions.ts'
import { serviceAccountUser } from './users.ts'
import type { User } from './users.ts'

/** The issuer and, unless a client asks for another, the audience of every token. */
export const tokenIssuer = 'https://kubernetes.default.svc.cluster.local'

/** Verified tokens that are remembered; the oldest is forgotten. */
const maxRemembered = 2_000

/** What a token may be bound to besides its account. */
export interface BoundObject {
  readonly kind: 'Pod' | 'Secret' | 'Node'
  readonly name: string
  readonly uid: string
  /** The Pod's node, which the token then names as well. */
  readonly node?: { readonly name: string; readonly uid: string | undefined }
}

export interface TokenSubject {
  readonly namespace: string
  readonly name: string
  readonly uid: string
  readonly bound?: BoundObject
}

export interface TokensDeps {
  readonly clock: Clock
  /** Keys by which tokens are trusted; new tokens are for the first. */
  readonly keys: () => readonly TokenVerifier[]
  /** Has a token signed under a key, here or by a peer that holds it; base64url, undefined when nobody can now. */
  readonly sign: (keyId: string, input: string) => Promise<string | undefined>
  readonly random: { uid(): string }
  /** The uid of an object that a token names, or undefined when it is gone. */
  readonly uidOf: (kind: 'ServiceAccount' | 'Pod' | 'Secret' | 'Node', namespace: string, name: string) => string | undefined
}

export interface IssuedToken {
  readonly token: string
  readonly expiresMs: number
}

interface Claims {
  /** An account, or a person's session. */
  readonly subject: TokenSubject | User
  readonly audiences: readonly string[]
  readonly id: string
  readonly notBeforeMs: number
  readonly expiresMs: number
}

const accountPrefix = 'system:serviceaccount:'

const encoded = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')

/** The ES256 signature (RFC 7518, 3.4) of a token's header and claims, base64url. */
export function signToken(privateKeyPem: string, input: string): string {
  return sign('sha256', Buffer.from(input), { key: privateKeyPem, dsaEncoding: 'ieee-p1363' }).toString('base64url')
}

/** Whether header and claims are those of a service account token or a session of this cluster: what a holder of the key signs for others. */
export function isOwnToken(input: string): boolean {
  try {
    const payload = decodeJwt(`${input}.`)
    return decodeProtectedHeader(`${input}.`).alg === 'ES256' && payload.iss === tokenIssuer && (payload.sub?.startsWith(accountPrefix) === true || isSession(payload))
  } catch {
    // What cannot be read as a token is none of ours.
    return false
  }
}

/** Issues and verifies tokens. */
export class Tokens {
  readonly #deps: TokensDeps
  readonly #remembered = new Map<string, Claims>()

  constructor(deps: TokensDeps) {
    this.#deps = deps
  }

  /** A new token for `seconds`; undefined until the state has a key, and while nobody can sign. */
  issue(subject: TokenSubject, audiences: readonly string[], seconds: number): Promise<IssuedToken | undefined> {
    const account = { namespace: subject.namespace, ...boundClaims(subject.bound), serviceaccount: { name: subject.name, uid: subject.uid } }
    return this.#sign({ 'kubernetes.io': account, sub: `${accountPrefix}${subject.namespace}:${subject.name}`, aud: audiences }, seconds)
  }

  /** A session of somebody who was authenticated otherwise; as {@link issue}. */
  issueSession(user: User, seconds: number): Promise<IssuedToken | undefined> {
    return this.#sign({ ...sessionClaims(user), aud: [tokenIssuer] }, seconds)
  }

  async #sign(who: { readonly [claim: string]: unknown }, seconds: number): Promise<IssuedToken | undefined> {
    const [key] = this.#deps.keys()
    if (key === undefined) return undefined
    const issued = Math.floor(this.#deps.clock.wallMs() / 1000)
    const claims = { ...who, iss: tokenIssuer, jti: this.#deps.random.uid(), iat: issued, nbf: issued - backdateMs / 1000, exp: issued + seconds }
    const input = `${encoded({ alg: 'ES256', kid: key.keyId })}.${encoded(claims)}`
    const signature = await this.#deps.sign(key.keyId, input)
    return signature === undefined ? undefined : { token: `${input}.${signature}`, expiresMs: (issued + seconds) * 1000 }
  }

  /** The user of a token that is valid now for one of the audiences, or undefined. */
  async verify(token: string, audiences: readonly string[]): Promise<{ readonly user: User; readonly audiences: readonly string[]; readonly expiresMs: number } | undefined> {
    const digest = createHash('sha256').update(token).digest('base64')
    const claims = this.#remembered.get(digest) ?? await this.#read(token)
    if (claims === undefined) return undefined
    if (!this.#remembered.has(digest)) this.#remember(digest, claims)
    const nowMs = this.#deps.clock.wallMs()
    const common = claims.audiences.filter((audience) => audiences.includes(audience))
    if (nowMs >= claims.expiresMs || nowMs + 10_000 < claims.notBeforeMs || common.length === 0) return undefined
    if (!this.#bindingsHold(claims.subject)) return undefined
    return { user: userOf(claims), audiences: common, expiresMs: claims.expiresMs }
  }

  #remember(digest: string, claims: Claims): void {
    if (this.#remembered.size >= maxRemembered) {
      const [oldest] = this.#remembered.keys()
      if (oldest !== undefined) this.#remembered.delete(oldest)
    }
    this.#remembered.set(digest, claims)
  }

  #bindingsHold(subject: Claims['subject']): boolean {
    const { uidOf } = this.#deps
    if ('groups' in subject) return true
    if (uidOf('ServiceAccount', subject.namespace, subject.name) !== subject.uid) return false
    const { bound } = subject
    return bound === undefined || uidOf(bound.kind, bound.kind === 'Node' ? '' : subject.namespace, bound.name) === bound.uid
  }

  async #read(token: string): Promise<Claims | undefined> {
    try {
      const { kid } = decodeProtectedHeader(token)
      const key = this.#deps.keys().find((candidate) => candidate.keyId === kid)
      if (key === undefined) return undefined
      // Times are checked by the caller against the daemon's own clock.
      const { payload } = await jwtVerify(token, createPublicKey(key.publicKey), {
        issuer: tokenIssuer, algorithms: ['ES256'], currentDate: new Date(0), clockTolerance: Number.MAX_SAFE_INTEGER,
      })
      return claimsOf(payload)
    } catch {
      // Whatever is wrong with a token, its bearer learns only that it is refused.
      return undefined
    }
  }
}

function boundClaims(bound: BoundObject | undefined): { readonly [key: string]: { readonly name: string; readonly uid?: string } } {
  if (bound === undefined) return {}
  const node = bound.node === undefined ? {} : { node: { name: bound.node.name, ...(bound.node.uid === undefined ? {} : { uid: bound.node.uid }) } }
  return { ...node, [bound.kind.toLowerCase()]: { name: bound.name, uid: bound.uid } }
}

function userOf(claims: Claims): User {
  const { subject } = claims
  if ('groups' in subject) return subject
  const { bound } = subject
  const extra: { [key: string]: readonly string[] } = { 'authentication.kubernetes.io/credential-id': [`JTI=${claims.id}`] }
  if (bound?.kind === 'Pod') {
    extra['authentication.kubernetes.io/pod-name'] = [bound.name]
    extra['authentication.kubernetes.io/pod-uid'] = [bound.uid]
  }
  const node = bound?.kind === 'Node' ? bound : bound?.node
  if (node !== undefined) {
    extra['authentication.kubernetes.io/node-name'] = [node.name]
    if (node.uid !== undefined) extra['authentication.kubernetes.io/node-uid'] = [node.uid]
  }
  return { ...serviceAccountUser(subject.namespace, subject.name, subject.uid), extra }
}

interface Payload {
  readonly aud?: string | string[]
  readonly exp?: number
  readonly nbf?: number
  readonly jti?: string
  readonly [claim: string]: unknown
}

function claimsOf(payload: Payload): Claims | undefined {
  const subject = sessionUser(payload) ?? accountOf(payload)
  if (subject === undefined || typeof payload.exp !== 'number') return undefined
  return {
    subject,
    audiences: typeof payload.aud === 'string' ? [payload.aud] : payload.aud ?? [],
    id: payload.jti ?? '',
    notBeforeMs: (payload.nbf ?? 0) * 1000,
    expiresMs: payload.exp * 1000,
  }
}

function accountOf(payload: Payload): TokenSubject | undefined {
  const kubernetes = record(payload['kubernetes.io'])
  const account = record(kubernetes?.['serviceaccount'])
  const namespace = kubernetes?.['namespace']
  const name = account?.['name']
  const uid = account?.['uid']
  if (typeof namespace !== 'string' || typeof name !== 'string' || typeof uid !== 'string') return undefined
  const bound = boundOf(kubernetes ?? {})
  return { namespace, name, uid, ...(bound === undefined ? {} : { bound }) }
}

function boundOf(claims: { readonly [claim: string]: unknown }): BoundObject | undefined {
  const node = record(claims['node'])
  const nodeName = node?.['name']
  const nodeUid = node?.['uid']
  const onNode = typeof nodeName === 'string' ? { node: { name: nodeName, uid: typeof nodeUid === 'string' ? nodeUid : undefined } } : {}
  for (const kind of ['Pod', 'Secret', 'Node'] as const) {
    const named = record(claims[kind.toLowerCase()])
    const name = named?.['name']
    const uid = named?.['uid']
    if (typeof name === 'string' && typeof uid === 'string') return { kind, name, uid, ...(kind === 'Pod' ? onNode : {}) }
  }
  return undefined
}

function record(value: unknown): { readonly [key: string]: unknown } | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.fromEntries(Object.entries(value)) : undefined
}
