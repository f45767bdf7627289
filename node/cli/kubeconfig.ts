// Reads a kubeconfig: the server and the credentials of its current context, as kubectl would use them. Only what Shoal's own
// commands need: certificates and tokens, in the file or beside it; programs that make credentials are not run.
// Source: Kubernetes documentation, "Organizing Cluster Access Using kubeconfig Files"; client-go, clientcmd/api/v1.
import { existsSync, readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { badKubeconfig } from './errors.ts'

/** How to reach a cluster and as whom. PEM texts. */
export interface KubeconfigAccess {
  readonly server: string
  readonly ca: string
  readonly certificate: string | undefined
  readonly key: string | undefined
  readonly token: string | undefined
}

const field = (value: unknown, name: string): unknown => (typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined)

const text = (value: unknown, name: string): string | undefined => {
  const found = field(value, name)
  return typeof found === 'string' && found !== '' ? found : undefined
}

/** The part of the named entry of a list such as `clusters`. */
function named(config: unknown, list: string, name: string | undefined, part: string): unknown {
  const entries = field(config, list)
  return Array.isArray(entries) ? field(entries.find((entry) => text(entry, 'name') === name), part) : undefined
}

/** Reads the file. Throws SHOAL_BAD_KUBECONFIG. */
export async function readKubeconfig(file: string): Promise<KubeconfigAccess> {
  if (!existsSync(file)) throw badKubeconfig.make({ file, reason: 'there is no such file' })
  const { load } = await import('js-yaml')
  let config: unknown
  try {
    config = load(readFileSync(file, 'utf8'))
  } catch (error) {
    throw badKubeconfig.make({ file, reason: error instanceof Error ? error.message : String(error) }, error)
  }
  const context = named(config, 'contexts', text(config, 'current-context'), 'context')
  const cluster = named(config, 'clusters', text(context, 'cluster'), 'cluster')
  const user = named(config, 'users', text(context, 'user'), 'user')
  const server = text(cluster, 'server')
  if (server === undefined) throw badKubeconfig.make({ file, reason: 'its current context names no server' })
  /** What stands in the file as base64, or in a file beside it. */
  const pem = (of: unknown, name: string): string | undefined => {
    const data = text(of, `${name}-data`)
    if (data !== undefined) return Buffer.from(data, 'base64').toString()
    const path = text(of, name)
    return path === undefined ? undefined : readFileSync(resolve(dirname(file), path), 'utf8')
  }
  return { server: server.replace(/\/+$/, ''), ca: pem(cluster, 'certificate-authority') ?? '', certificate: pem(user, 'client-certificate'), key: pem(user, 'client-key'), token: text(user, 'token') }
}
