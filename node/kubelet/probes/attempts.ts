// One attempt of a probe or hook: an HTTP request, a TCP connection, a command in the container. It tells success or what
// went wrong; how often, and what follows from it, is decided by the prober.
import { connect as connectHttp2 } from 'node:http2'
import { request as httpRequest } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { connect } from 'node:net'
import type { Container, GRPCAction, HTTPGetAction } from '../../objects/generated/core-v1.ts'
import { probeBodyBytes } from '../limits.ts'

/** What an attempt found. `message` is what people read. */
export interface AttemptResult {
  readonly ok: boolean
  readonly message: string
}

/** A port by number, or by its name in the container's list. */
export function portNumber(container: Container, port: number | string): number | undefined {
  if (typeof port === 'number') return port
  if (/^\d+$/.test(port)) return Number(port)
  return container.ports?.find((each) => each.name === port)?.containerPort
}

/** GET; 200 to 399 is success. Certificates are not checked, as Kubernetes says of probes. */
export function httpAttempt(action: HTTPGetAction, port: number, address: string, timeoutMs: number): Promise<AttemptResult> {
  const isHttps = action.scheme === 'HTTPS'
  const host = action.host === undefined || action.host === '' ? address : action.host
  const headers: { [name: string]: string } = { 'User-Agent': 'kube-probe/1.32', Accept: '*/*', Connection: 'close' }
  for (const { name, value } of action.httpHeaders ?? []) headers[name] = value
  const url = `${isHttps ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${port}${action.path?.startsWith('/') === true ? action.path : `/${action.path ?? ''}`}`
  return new Promise((resolve) => {
    const onResponse = (response: IncomingMessage): void => {
      const status = response.statusCode ?? 0
      let seenBytes = 0
      response.on('data', (chunk: Buffer) => {
        seenBytes += chunk.length
        if (seenBytes > probeBodyBytes) response.destroy()
      })
      response.on('error', () => undefined)
      if (status >= 200 && status < 400) resolve({ ok: true, message: '' })
      else resolve({ ok: false, message: `HTTP probe failed with statuscode: ${status}` })
    }
    const options = { method: 'GET', headers, agent: false as const, signal: AbortSignal.timeout(timeoutMs) }
    const request = isHttps ? httpsRequest(url, { ...options, rejectUnauthorized: false }, onResponse) : httpRequest(url, options, onResponse)
    request.on('error', (error) => {
      const text = error.name === 'AbortError' || error.name === 'TimeoutError' ? 'context deadline exceeded (Client.Timeout exceeded while awaiting headers)' : error.message
      resolve({ ok: false, message: `Get "${url}": ${text}` })
    })
    request.end()
  })
}

/** Opens a connection and closes it. */
export function tcpAttempt(port: number, address: string, timeoutMs: number): Promise<AttemptResult> {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port })
    const done = (result: AttemptResult): void => {
      socket.destroy()
      resolve(result)
    }
    socket.setTimeout(timeoutMs, () => done({ ok: false, message: `dial tcp ${address}:${port}: i/o timeout` }))
    socket.once('connect', () => done({ ok: true, message: '' }))
    socket.once('error', (error) => done({ ok: false, message: `dial tcp ${address}:${port}: ${error.message}` }))
  })
}

const serving = 1

/** The health check of gRPC (grpc.health.v1.Health/Check), written by hand: one request with one text field. */
export function grpcAttempt(action: GRPCAction, address: string, timeoutMs: number): Promise<AttemptResult> {
  const service = Buffer.from(action.service ?? '')
  const message = service.length === 0 ? Buffer.alloc(0) : Buffer.concat([Buffer.from([0x0a, service.length]), service])
  const frame = Buffer.concat([Buffer.from([0, 0, 0, 0, message.length]), message])
  return new Promise((resolve) => {
    const session = connectHttp2(`http://${address}:${action.port}`)
    const done = (result: AttemptResult): void => {
      session.destroy()
      resolve(result)
    }
    const failed = (error: Error): void => done({ ok: false, message: `error: ${error.message}` })
    session.once('error', failed)
    const stream = session.request({ ':method': 'POST', ':path': '/grpc.health.v1.Health/Check', 'content-type': 'application/grpc', te: 'trailers' })
    stream.setTimeout(timeoutMs, () => done({ ok: false, message: `timeout: failed to connect service "${address}:${action.port}" within ${timeoutMs / 1000}s` }))
    const chunks: Buffer[] = []
    stream.on('data', (chunk: Buffer) => chunks.push(chunk))
    stream.once('error', failed)
    stream.once('end', () => {
      const body = Buffer.concat(chunks)
      // Five bytes of framing, then field 1: the status.
      const isServing = body.length >= 7 && body[5] === 0x08 && body[6] === serving
      done(isServing ? { ok: true, message: '' } : { ok: false, message: 'service unhealthy' })
    })
    stream.end(frame)
  })
}
