// The transport over HTTPS: for the command, for tests, and for whatever runs beside the daemon. Several addresses of one
// cluster are tried in turn. It is the only file of the zone that touches the network; it does not retry what a server answered.
import type { Agent, Dispatcher } from 'undici'
import { httpHeadersTimeoutMs, watchLineMostBytes } from './limits.ts'
import { ApiError, unreachableServers, watchLineTooLong } from './errors.ts'
import type { ApiRequest, ApiWatchEvent, StatusBody, Transport } from './types.ts'

export interface HttpTransportOptions {
  /** Base addresses such as `https://10.0.0.1:6443`; any of them serves. */
  readonly servers: readonly string[]
  /** PEM of the cluster's CA. */
  readonly ca: string
  /** PEM of a client certificate and its key. */
  readonly certificate?: string
  readonly key?: string
  readonly token?: string
  /** The name that the server's certificate must carry, when it is not that of the address. */
  readonly serverName?: string
  readonly userAgent?: string
}

/** A transport that must be closed. */
export interface HttpTransport extends Transport {
  close(): Promise<void>
}

/** Opens no connection before the first request. */
export function httpTransport(options: HttpTransportOptions): HttpTransport {
  return new OverHttp(options)
}

/** Loads undici only now: every command and the daemon load this file, and few of them speak HTTP. */
async function createAgent(options: HttpTransportOptions): Promise<Agent> {
  const { Agent } = await import('undici')
  return new Agent({
    connect: { ca: options.ca, cert: options.certificate, key: options.key, servername: options.serverName, timeout: 3_000 },
    headersTimeout: httpHeadersTimeoutMs, bodyTimeout: 0, allowH2: false,
  })
}

class OverHttp implements HttpTransport {
  readonly #options: HttpTransportOptions
  #agent: Promise<Agent> | undefined
  #preferred = 0

  constructor(options: HttpTransportOptions) {
    this.#options = options
  }

  async send(request: ApiRequest, signal?: AbortSignal): Promise<unknown> {
    const answer = await this.#request(request, signal)
    const text = await answer.body.text()
    if (answer.statusCode >= 400) throw new ApiError(statusOf(answer.statusCode, text))
    return text === '' ? {} : parseBody(text)
  }

  async *watch(request: ApiRequest, signal: AbortSignal): AsyncIterable<ApiWatchEvent> {
    const answer = await this.#request(request, signal)
    if (answer.statusCode >= 400) throw new ApiError(statusOf(answer.statusCode, await answer.body.text()))
    for await (const line of linesOf(answer.body)) {
      const event: unknown = JSON.parse(line)
      if (isErrorEvent(event)) throw new ApiError(event.object)
      // What else a watch sends is one of the four kinds of event.
      yield event as ApiWatchEvent
    }
  }

  async close(): Promise<void> {
    const agent = await this.#agent
    await agent?.destroy()
  }

  async #request(request: ApiRequest, signal: AbortSignal | undefined): Promise<Dispatcher.ResponseData> {
    const { servers } = this.#options
    this.#agent ??= createAgent(this.#options)
    const agent = await this.#agent
    let failure: unknown
    for (let turn = 0; turn < servers.length; turn++) {
      const number = (this.#preferred + turn) % servers.length
      try {
        const answer = await agent.request(this.#asHttp(request, servers[number] ?? '', signal))
        this.#preferred = number
        return answer
      } catch (error) {
        if (signal?.aborted === true) throw error
        failure = error
        // Once the request may have reached a server, only reads are safe to send again.
        if (request.method !== 'GET' && !neverConnected(error)) break
      }
    }
    throw unreachableServers.make({ servers }, failure)
  }

  #asHttp(request: ApiRequest, server: string, signal: AbortSignal | undefined): Dispatcher.RequestOptions {
    const headers: { [name: string]: string } = { accept: 'application/json', 'user-agent': this.#options.userAgent ?? 'shoal' }
    if (this.#options.token !== undefined) headers['authorization'] = `Bearer ${this.#options.token}`
    if (request.body !== undefined) headers['content-type'] = request.contentType ?? 'application/json'
    return {
      origin: server, path: request.path, method: request.method, headers,
      ...(request.query === undefined ? {} : { query: { ...request.query } }),
      ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
      ...(signal === undefined ? {} : { signal }),
    }
  }
}

/** Whether the connection itself failed, so that no server saw the request. */
function neverConnected(error: unknown): boolean {
  if (!(error instanceof Error) || !('code' in error)) return false
  return ['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND', 'UND_ERR_CONNECT_TIMEOUT'].includes(String(error.code))
}

async function* linesOf(body: AsyncIterable<Uint8Array>): AsyncIterable<string> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const chunk of body) {
    rest += decoder.decode(chunk, { stream: true })
    if (rest.length > watchLineMostBytes) throw watchLineTooLong.make({ mostBytes: watchLineMostBytes })
    let end = rest.indexOf('\n')
    while (end >= 0) {
      const line = rest.slice(0, end).trim()
      rest = rest.slice(end + 1)
      if (line !== '') yield line
      end = rest.indexOf('\n')
    }
  }
}

function isErrorEvent(event: unknown): event is { readonly type: 'ERROR'; readonly object: StatusBody } {
  return typeof event === 'object' && event !== null && 'type' in event && event.type === 'ERROR' && 'object' in event
}

function isStatus(value: unknown): value is StatusBody {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'Status' && 'code' in value
}

/** Bodies that are no JSON (health, logs) are answered as text. */
function parseBody(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

function statusOf(code: number, text: string): StatusBody {
  const parsed = parseBody(text)
  if (isStatus(parsed)) return parsed
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message: text.slice(0, 1_000), code }
}
