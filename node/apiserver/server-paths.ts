// The server's own paths that are no API resources: health, version, metrics, the OpenAPI documents
// and, beyond Kubernetes, what only Shoal can tell.
// Source: Kubernetes documentation, "Kubernetes API health endpoints"; API reference, version.Info.
import type { Answer, Call } from './call.ts'
import type { JsonObject } from '../objects/json.ts'
import { methodNotAllowed } from './status.ts'

/** The release whose behaviour is served; the part behind `+` names us. */
export const gitVersion = 'v1.32.3+shoal'

export interface ServerPathsDeps {
  /** Why the server is not ready, or undefined when it is. */
  readonly notReady: () => string | undefined
  readonly metricsText: () => Promise<string>
  readonly openApi: (path: string, accept: string) => Answer | undefined
  /** Paths beyond Kubernetes, such as `/shoal/peers`, and what is answered there. */
  readonly views?: { readonly [path: string]: () => Promise<JsonObject> } | undefined
}

const plain = 'text/plain; charset=utf-8'
const text = (code: number, body: string): Answer => ({ kind: 'text', code, contentType: plain, text: body })

export class ServerPaths {
  readonly #deps: ServerPathsDeps

  constructor(deps: ServerPathsDeps) {
    this.#deps = deps
  }

  async handle(call: Call, path: string, accept: string): Promise<Answer> {
    const known = await this.#find(accept, path.length > 1 ? path.replace(/\/+$/, '') : path)
    if (known === undefined) return text(404, '404 page not found\n')
    if (call.method !== 'GET' && call.method !== 'HEAD') throw methodNotAllowed()
    return known
  }

  async #find(accept: string, path: string): Promise<Answer | undefined> {
    switch (path) {
      case '/healthz':
      case '/livez': return text(200, 'ok')
      case '/readyz': {
        const why = this.#deps.notReady()
        return why === undefined ? text(200, 'ok') : text(500, `[-]${why}\nreadyz check failed\n`)
      }
      case '/version': return { kind: 'value', code: 200, value: versionInfo }
      case '/metrics': return { kind: 'text', code: 200, contentType: 'text/plain; version=0.0.4; charset=utf-8', text: await this.#deps.metricsText() }
      case '/': return { kind: 'value', code: 200, value: { paths: ['/api', '/apis', '/healthz', '/livez', '/metrics', '/openapi/v2', '/openapi/v3', '/readyz', '/version'] } }
      default: {
        const view = this.#deps.views?.[path]
        if (view !== undefined) return { kind: 'value', code: 200, value: await view() }
        return path.startsWith('/openapi/') ? this.#deps.openApi(path, accept) : undefined
      }
    }
  }
}

const versionInfo = {
  major: '1', minor: '32', gitVersion, gitCommit: '0000000000000000000000000000000000000000', gitTreeState: 'clean', buildDate: '2025-03-11T00:00:00Z',
  goVersion: 'go1.23.6', compiler: 'node', platform: 'linux/amd64',
}
