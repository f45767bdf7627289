// Speaks to a daemon, or to the yard, over its unix socket: HTTP with JSON bodies. A refusal becomes an error with the
// daemon's own words.
import type { Readable } from 'node:stream'
import { request } from 'node:http'
import { dirname, basename } from 'node:path'
import { daemonUnreachable, requestRefused } from './errors.ts'

export interface ControlRequest {
  readonly method?: 'GET' | 'POST' | 'DELETE'
  readonly path: string
  readonly body?: unknown
  /** Sent as it is instead of a JSON body. */
  readonly stream?: Readable
  readonly timeoutMs?: number
}

/** Longest path that a unix socket's address holds. */
const longestSocketPath = 107

/** Sends one request and answers the parsed JSON (or the text of another content type). */
export function controlRequest(socket: string, options: ControlRequest): Promise<unknown> {
  // A longer path is reached through this process's own folder, one entry below.
  let socketPath = socket
  if (socket.length > longestSocketPath) {
    process.chdir(dirname(socket))
    socketPath = basename(socket)
  }
  return new Promise((resolve, reject) => {
    const outgoing = request(
      { socketPath, method: options.method ?? 'GET', path: options.path, headers: { 'content-type': options.stream === undefined ? 'application/json' : 'application/octet-stream' } },
      (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('error', (error) => reject(daemonUnreachable.make({ socket, reason: error.message }, error)))
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString()
          const isJson = (response.headers['content-type'] ?? '').startsWith('application/json')
          const body: unknown = isJson && text !== '' ? JSON.parse(text) : text
          if ((response.statusCode ?? 500) < 300) resolve(body)
          else reject(requestRefused.make({ message: refusal(body) }))
        })
      },
    )
    if (options.timeoutMs !== undefined) outgoing.setTimeout(options.timeoutMs, () => outgoing.destroy(new TypeError(`no answer within ${options.timeoutMs} ms`)))
    outgoing.on('error', (error) => reject(daemonUnreachable.make({ socket, reason: error.message }, error)))
    if (options.stream !== undefined) options.stream.pipe(outgoing)
    else outgoing.end(options.body === undefined ? undefined : JSON.stringify(options.body))
  })
}

function refusal(body: unknown): string {
  if (typeof body === 'object' && body !== null && 'error' in body && typeof body.error === 'string') return body.error
  return typeof body === 'string' && body !== '' ? body : 'the request was refused'
}
