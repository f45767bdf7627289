// Connections to a kubelet: a plain request whose body streams, and one that is upgraded and then carries bytes both ways.
// A connection is never used again after an upgrade failed (CVE-2018-1002105).
import type { IncomingMessage } from 'node:http'
import { request } from 'node:https'
import type { RequestOptions } from 'node:https'
import type { Duplex } from 'node:stream'
import { kubeletConnectTimeoutMs } from '../limits.ts'
import { failure, internalError } from '../status.ts'
import type { StreamTarget } from './target.ts'

/** An upgraded connection, and what the kubelet sent right after its answer. */
export interface Upgraded {
  readonly socket: Duplex
  readonly head: Buffer
  /** The chosen stream protocol; empty when none was asked for. */
  readonly protocol: string
}

const mostRefusalBytes = 8 * 1024

function optionsOf(target: StreamTarget, method: string, headers: { readonly [name: string]: string }): RequestOptions {
  const { endpoint } = target
  return {
    host: endpoint.host, port: endpoint.port, servername: endpoint.serverName, ca: endpoint.ca, cert: endpoint.certificate, key: endpoint.privateKey,
    method, path: target.path, headers, agent: false, timeout: kubeletConnectTimeoutMs,
  }
}

/** A GET whose answer streams. Throws the Status of a refusal. */
export async function fetchStream(target: StreamTarget, signal: AbortSignal): Promise<IncomingMessage> {
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const sent = request({ ...optionsOf(target, 'GET', {}), signal }, resolve)
    sent.on('socket', (socket) => socket.once('secureConnect', () => sent.setTimeout(0)))
    sent.on('timeout', () => sent.destroy(new RangeError('no answer in time')))
    sent.on('error', (error) => reject(unreachable(target, error)))
    sent.end()
  })
  if ((answer.statusCode ?? 500) < 300) return answer
  throw await refusalOf(answer)
}

/** Upgrades a connection to SPDY. Throws the Status of a refusal. */
export function dialUpgrade(target: StreamTarget, protocols: readonly string[]): Promise<Upgraded> {
  const headers = { connection: 'Upgrade', upgrade: 'SPDY/3.1', ...(protocols.length === 0 ? {} : { 'x-stream-protocol-version': protocols.join(', ') }) }
  return new Promise((resolve, reject) => {
    const sent = request(optionsOf(target, 'POST', headers))
    sent.on('upgrade', (answer, socket, head) => {
      sent.setTimeout(0)
      socket.setTimeout(0)
      const chosen = answer.headers['x-stream-protocol-version']
      resolve({ socket, head, protocol: typeof chosen === 'string' ? chosen : '' })
    })
    sent.on('response', (answer) => {
      refusalOf(answer).then(reject, reject)
    })
    sent.on('timeout', () => sent.destroy(new RangeError('no answer in time')))
    sent.on('error', (error) => reject(unreachable(target, error)))
    sent.end()
  })
}

function unreachable(target: StreamTarget, error: Error): Error {
  return internalError(`error dialing backend: ${target.endpoint.host}:${target.endpoint.port}: ${error.message}`)
}

async function refusalOf(answer: IncomingMessage): Promise<Error> {
  let text = ''
  for await (const chunk of answer) if (text.length < mostRefusalBytes) text += String(chunk)
  const code = answer.statusCode ?? 500
  const message = text.trim() === '' ? `the kubelet answered ${code}` : text.trim()
  if (code === 404) return failure(404, 'NotFound', message, {})
  return code === 400 ? failure(400, 'BadRequest', message) : internalError(message)
}
