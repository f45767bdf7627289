// One peer's API over HTTPS, past the relay, as a client that chooses its peer sees it. A failure is an answer too: status 0.
// It keeps connections open and retries nothing, so that what a history says was asked was asked once.
import { Agent, request } from 'node:https'
import { connect } from 'node:tls'
import type { LocalCluster } from '../../node/cli/local-cluster.ts'
import { yardLayout } from '../../node/cli/machines/layout.ts'
import { openTunnel } from '../../node/cli/machines/tunnel.ts'
import type { Access } from '../bench/kubeconfig-access.ts'

const apiPort = 6443

export interface Answer {
  /** 0: no answer came, and nobody knows whether the request was carried out. */
  readonly status: number
  readonly body: string
  /** Answered from the peer's own copy, without a majority. */
  readonly isStale: boolean
}

export interface Question {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH'
  readonly path: string
  readonly body?: unknown
}

const contentTypes = { GET: '', POST: 'application/json', PUT: 'application/json', PATCH: 'application/merge-patch+json' } as const

/** Connections to one peer through the yard's tunnel. */
class TunnelAgent extends Agent {
  readonly #tunnel: string
  readonly #address: string
  readonly #access: Access

  constructor(tunnel: string, address: string, access: Access) {
    super({ keepAlive: true })
    this.#tunnel = tunnel
    this.#address = address
    this.#access = access
  }

  override createConnection(): ReturnType<typeof connect> {
    const { ca, certificate, key } = this.#access
    return connect({ socket: openTunnel(this.#tunnel, this.#address, apiPort), host: this.#address, ca, cert: certificate, key })
  }
}

export class PeerApi {
  readonly name: string
  readonly #address: string
  readonly #agent: TunnelAgent

  constructor(local: LocalCluster, name: string, access: Access) {
    this.name = name
    this.#address = local.machine(name).address
    this.#agent = new TunnelAgent(yardLayout(local.config.home).tunnel, this.#address, access)
  }

  ask({ method, path, body }: Question, timeoutMs: number): Promise<Answer> {
    return new Promise((resolve) => {
      const text = body === undefined ? undefined : JSON.stringify(body)
      const headers = text === undefined ? {} : { 'content-type': contentTypes[method], 'content-length': Buffer.byteLength(text) }
      const end = (answer: Answer): void => {
        clearTimeout(timer)
        resolve(answer)
      }
      const outgoing = request({ host: this.#address, path, method, headers, agent: this.#agent }, (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('error', (error) => end({ status: 0, body: error.message, isStale: false }))
        response.on('end', () => end({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString(), isStale: response.headers['x-shoal-revision'] !== undefined }))
      })
      const timer = setTimeout(() => outgoing.destroy(new Error('time ran out')), timeoutMs)
      outgoing.on('error', (error) => end({ status: 0, body: error.message, isStale: false }))
      outgoing.end(text)
    })
  }

  /** Hands each line of a stream over until it ends, by either side; answers its status. */
  lines(path: string, silenceMs: number, signal: AbortSignal, line: (text: string) => void): Promise<number> {
    return new Promise((resolve) => {
      let status = 0
      let rest = ''
      const outgoing = request({ host: this.#address, path, agent: this.#agent, timeout: silenceMs, signal }, (response) => {
        status = response.statusCode ?? 0
        response.setEncoding('utf8')
        response.on('data', (text: string) => {
          const parts = (rest + text).split('\n')
          rest = parts.pop() ?? ''
          if (status === 200) for (const part of parts) line(part)
        })
        response.on('error', () => resolve(status))
        response.on('close', () => resolve(status))
      })
      outgoing.on('timeout', () => outgoing.destroy())
      outgoing.on('error', () => resolve(status))
      outgoing.end()
    })
  }

  close(): void {
    this.#agent.destroy()
  }
}
