// The daemon's own door for the command `shoal`: HTTP over a unix socket that only its owner may open. Routes are handed in;
// this file knows requests, answers and errors, and nothing of clusters.
import { chmodSync, existsSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { connect } from 'node:net'
import { dirname } from 'node:path'
import type { Readable } from 'node:stream'
import { ShoalError } from '../base/errors.ts'
import type { Startable } from '../base/lifecycle.ts'
import type { Logger } from '../base/logger.ts'
import { dataDirectoryInUse } from './errors.ts'
import { controlBodyBytes } from './limits.ts'

/** One request, decoded. */
export interface ControlCall {
  /** What the pattern's `*` matched, decoded. */
  readonly argument: string
  readonly query: URLSearchParams
  /** Parsed JSON body; undefined when there was none. */
  readonly body: () => Promise<unknown>
  /** The body as it comes. */
  readonly stream: Readable
}

/** A route: `POST /tokens`, or `DELETE /tokens/*`. A string is answered as text, everything else as JSON. */
export type ControlRoutes = { readonly [route: string]: (call: ControlCall) => Promise<unknown> }

async function readBody(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request) {
    const part = chunk as Buffer
    bytes += part.length
    if (bytes > controlBodyBytes) throw new RangeError(`the body is over ${controlBodyBytes} bytes`)
    chunks.push(part)
  }
  const text = Buffer.concat(chunks).toString()
  return text === '' ? undefined : (JSON.parse(text) as unknown)
}

/** Whether somebody listens on the socket; one that a killed daemon left behind refuses. */
function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path)
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}

export class ControlServer implements Startable {
  readonly #path: string
  readonly #routes: () => ControlRoutes
  readonly #logger: Logger
  #server: Server | undefined

  /** `routes` is asked at each request: they change when the daemon becomes a member. */
  constructor(path: string, routes: () => ControlRoutes, logger: Logger) {
    this.#path = path
    this.#routes = routes
    this.#logger = logger
  }

  /** Throws SHOAL_DATA_DIRECTORY_IN_USE when another daemon answers behind the same door, and leaves that one alone. */
  async start(): Promise<void> {
    if (await answers(this.#path)) throw dataDirectoryInUse.make({ directory: dirname(this.#path) })
    rmSync(this.#path, { force: true })
    const server = createServer((request, response) => {
      this.#handle(request, response).catch((error: unknown) => this.#refuse(response, error))
    })
    // An image takes as long as it takes.
    server.requestTimeout = 0
    this.#server = server
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(this.#path, resolve)
    })
    chmodSync(this.#path, 0o600)
  }

  async stop(): Promise<void> {
    const server = this.#server
    this.#server = undefined
    if (server === undefined) return
    server.closeAllConnections()
    await new Promise<void>((resolve) => server.close(() => resolve()))
    if (existsSync(this.#path)) rmSync(this.#path)
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://shoal')
    const found = this.#find(request.method ?? 'GET', url.pathname)
    if (found === undefined) {
      response.writeHead(404, { 'content-type': 'application/json' }).end(JSON.stringify({ error: `the daemon does not know ${request.method} ${url.pathname} in its present state` }))
      return
    }
    const answer = await found.run({ argument: found.argument, query: url.searchParams, body: () => readBody(request), stream: request })
    if (typeof answer === 'string') response.writeHead(200, { 'content-type': 'text/plain' }).end(answer)
    else response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer ?? {}))
  }

  #find(method: string, path: string): { readonly run: ControlRoutes[string]; readonly argument: string } | undefined {
    const routes = this.#routes()
    const exact = routes[`${method} ${path}`]
    if (exact !== undefined) return { run: exact, argument: '' }
    const cut = path.lastIndexOf('/')
    const pattern = routes[`${method} ${path.slice(0, cut)}/*`]
    return pattern === undefined ? undefined : { run: pattern, argument: decodeURIComponent(path.slice(cut + 1)) }
  }

  #refuse(response: ServerResponse, error: unknown): void {
    if (response.headersSent) {
      response.destroy()
      return
    }
    if (error instanceof ShoalError) {
      response.writeHead(409, { 'content-type': 'application/json' }).end(JSON.stringify({ error: `${error.message}. ${error.remedy} (${error.code})`, code: error.code }))
      return
    }
    const isInput = error instanceof SyntaxError || error instanceof RangeError
    if (!isInput) this.#logger.error('a request on the control socket failed', { error })
    response.writeHead(isInput ? 400 : 500, { 'content-type': 'application/json' }).end(JSON.stringify({ error: error instanceof Error ? error.message : 'the request failed' }))
  }
}
