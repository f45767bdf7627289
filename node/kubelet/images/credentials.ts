// Credentials for registries from the Pod's imagePullSecrets (Kubernetes documentation, Pull an Image from a Private
// Registry). Pure; malformed secrets count as none.
import type { Secret } from '../../objects/generated/core-v1.ts'
import type { ImageCredentials } from '../runtime/types.ts'
import { completeImageName } from './names.ts'

interface AuthEntry {
  readonly username?: string
  readonly password?: string
  readonly auth?: string
}

const isRecord = (value: unknown): value is { readonly [key: string]: unknown } => typeof value === 'object' && value !== null && !Array.isArray(value)

function entriesOf(secret: Secret): { readonly [server: string]: unknown } {
  const config = secret.data?.['.dockerconfigjson']
  const legacy = secret.data?.['.dockercfg']
  try {
    const parsed: unknown = JSON.parse(atob(config ?? legacy ?? ''))
    if (!isRecord(parsed)) return {}
    const entries = config === undefined ? parsed : parsed['auths']
    return isRecord(entries) ? entries : {}
  } catch {
    // A Secret that is no configuration names no registry, as in the reference: the pull is tried without.
    return {}
  }
}

function credentialOf(entry: AuthEntry): ImageCredentials | undefined {
  if (typeof entry.auth === 'string') {
    const text = atob(entry.auth)
    const colon = text.indexOf(':')
    return colon < 0 ? undefined : { username: text.slice(0, colon), password: text.slice(colon + 1) }
  }
  return typeof entry.username === 'string' && typeof entry.password === 'string' ? { username: entry.username, password: entry.password } : undefined
}

/** The credentials whose server is the image's registry. */
export function credentialsFor(image: string, secrets: readonly Secret[]): readonly ImageCredentials[] {
  const registry = completeImageName(image).split('/')[0]
  const found: ImageCredentials[] = []
  for (const secret of secrets) {
    for (const [server, entry] of Object.entries(entriesOf(secret))) {
      const host = server.replace(/^https?:\/\//, '').split('/')[0]
      const isSame = host === registry || (registry === 'docker.io' && host === 'index.docker.io')
      try {
        const credential = isSame && isRecord(entry) ? credentialOf(entry) : undefined
        if (credential !== undefined) found.push(credential)
      } catch {
        // Base64 that is none: this entry says nothing.
      }
    }
  }
  return found
}
