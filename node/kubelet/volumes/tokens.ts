// Service account tokens for projected volumes: asked of the API, kept until most of their life is over, then renewed.
// Without a majority the old token stays in place as long as it lives. Tokens are kept in memory and in the volume only.
import type { Clock } from '../../base/clock.ts'
import type { Pod, ServiceAccountTokenProjection } from '../../objects/generated/core-v1.ts'
import type { Transport } from '../../client/types.ts'
import { tokenLeastSeconds, tokenRenewShare } from '../limits.ts'
import { identityOf, specOf } from '../pod/view.ts'

interface HeldToken {
  readonly token: string
  readonly renewAtMs: number
  readonly expiresMs: number
}

interface TokenAnswer {
  readonly status?: { readonly token?: string; readonly expirationTimestamp?: string }
}

export class TokenKeeper {
  readonly #transport: Transport
  readonly #clock: Clock
  readonly #held = new Map<string, HeldToken>()

  constructor(deps: { readonly transport: Transport; readonly clock: Clock }) {
    this.#transport = deps.transport
    this.#clock = deps.clock
  }

  /** The token for one projection of a Pod. Rejects with the API's error when there is none that still lives. */
  async token(pod: Pod, projection: ServiceAccountTokenProjection): Promise<string> {
    const { uid } = identityOf(pod)
    const key = `${uid}/${projection.audience ?? ''}/${projection.expirationSeconds ?? 0}`
    const held = this.#held.get(key)
    const nowMs = this.#clock.wallMs()
    if (held !== undefined && nowMs < held.renewAtMs) return held.token
    try {
      const fresh = await this.#request(pod, projection)
      this.#held.set(key, fresh)
      return fresh.token
    } catch (error) {
      if (held !== undefined && nowMs < held.expiresMs) return held.token
      throw error
    }
  }

  forget(podUid: string): void {
    for (const key of this.#held.keys()) if (key.startsWith(`${podUid}/`)) this.#held.delete(key)
  }

  async #request(pod: Pod, projection: ServiceAccountTokenProjection): Promise<HeldToken> {
    const { namespace, name, uid } = identityOf(pod)
    const seconds = Math.max(tokenLeastSeconds, projection.expirationSeconds ?? 3600)
    const account = specOf(pod).serviceAccountName ?? 'default'
    const answer = await this.#transport.send({
      method: 'POST',
      path: `/api/v1/namespaces/${encodeURIComponent(namespace)}/serviceaccounts/${encodeURIComponent(account)}/token`,
      body: {
        kind: 'TokenRequest',
        apiVersion: 'authentication.k8s.io/v1',
        metadata: {},
        spec: {
          audiences: projection.audience === undefined || projection.audience === '' ? [] : [projection.audience],
          expirationSeconds: seconds,
          boundObjectRef: { kind: 'Pod', apiVersion: 'v1', name, uid },
        },
      },
    }) as TokenAnswer // The path names the kind of the answer.
    const nowMs = this.#clock.wallMs()
    const expires = Date.parse(answer.status?.expirationTimestamp ?? '')
    const expiresMs = Number.isNaN(expires) ? nowMs + seconds * 1000 : expires
    return { token: answer.status?.token ?? '', expiresMs, renewAtMs: nowMs + (expiresMs - nowMs) * tokenRenewShare }
  }
}
