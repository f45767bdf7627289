// The kubelet's HTTPS server on port 10250: logs, streams and a few questions, for the API servers of the cluster. Callers
// show a certificate of the cluster's CA. Streams are not understood here: after the runtime has given an address, bytes are
// passed between caller and runtime as they are.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import type { Server } from 'node:https'
import { connect } from 'node:net'
import type { AddressInfo } from 'node:net'
import type { Readable, Duplex } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { TLSSocket } from 'node:tls'
import type { Clock } from '../../base/clock.ts'
import type { Logger } from '../../base/logger.ts'
import type { Metrics } from '../../base/metrics.ts'
import type { Pod } from '../../objects/generated/core-v1.ts'
import { kubeletCannotListen, kubeletRefused } from '../errors.ts'
import { endpointOutWaitMs, serverHeaderBytes } from '../limits.ts'
import { readLog } from '../logs/reader.ts'
import type { Runtime } from '../runtime/types.ts'
import { resourceMetricsText, summaryOf } from '../stats/summary.ts'
import type { MachineStats } from '../stats/summary.ts'
import type { KubeletOptions, ServerCertificates } from '../types.ts'
import { isAllowed } from './access.ts'
import { parseRequest } from './requests.ts'
import type { KubeletRequest } from './requests.ts'
import { Targets } from './targets.ts'

export interface ServerDeps {
  readonly runtime: Runtime
  readonly clock: Clock
  readonly logger: Logger
  readonly waitEndpointOut: (address: string, timeoutMs: number) => Promise<boolean>
  readonly pods: () => readonly Pod[]
  readonly logFolder: (pod: Pod) => string
  readonly metrics: Pick<Metrics, 'text'>
  readonly loadImage: (archive: Readable) => Promise<void>
  /** What makes an archive of an image that was loaded here; undefined when there is none. */
  readonly archiveOf: (image: string) => Promise<(() => Promise<Readable>) | undefined>
  readonly stats: () => MachineStats
}

export class KubeletServer {
  readonly #deps: ServerDeps
  readonly #options: Pick<KubeletOptions, 'port' | 'listenAddress' | 'certificates'>
  readonly #targets: Targets
  readonly #sockets = new Set<Duplex>()
  #server: Server | undefined

  constructor(deps: ServerDeps, options: Pick<KubeletOptions, 'port' | 'listenAddress' | 'certificates'>) {
    this.#deps = deps
    this.#options = options
    this.#targets = new Targets(deps)
  }

  /** Listens; without certificates it serves nothing. */
  async start(): Promise<void> {
    const { certificates } = this.#options
    if (certificates === undefined) return
    const server = createServer({ ...contextOf(certificates), requestCert: true, rejectUnauthorized: true, maxHeaderSize: serverHeaderBytes })
    server.on('request', (request, response) => void this.#answer(request, response))
    server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => void this.#upgrade(request, socket, head))
    server.on('secureConnection', (socket) => this.#follow(socket))
    this.#server = server
    await new Promise<void>((resolve, reject) => {
      const refuse = (error: Error): void => reject(kubeletCannotListen.make({ port: this.#options.port, reason: error.message }, error))
      server.once('error', refuse)
      server.listen({ port: this.#options.port, ...(this.#options.listenAddress === undefined ? {} : { host: this.#options.listenAddress }) }, () => {
        server.off('error', refuse)
        resolve()
      })
    })
  }

  async stop(): Promise<void> {
    const server = this.#server
    if (server === undefined) return
    this.#server = undefined
    const closed = new Promise<void>((resolve) => server.close(() => resolve()))
    for (const socket of this.#sockets) socket.destroy()
    await closed
  }

  renew(certificates: ServerCertificates): void {
    this.#server?.setSecureContext(contextOf(certificates))
  }

  port(): number {
    const address: AddressInfo | string | null | undefined = this.#server?.address()
    return typeof address === 'object' && address !== null ? address.port : this.#options.port
  }

  #follow(socket: Duplex): void {
    this.#sockets.add(socket)
    socket.once('close', () => this.#sockets.delete(socket))
  }

  /** The parsed request of a caller who may make it. Throws kubeletRefused. */
  #admit(request: IncomingMessage): KubeletRequest {
    const parsed = parseRequest(request.url ?? '/', this.#deps.clock.wallMs())
    if (parsed === undefined) throw kubeletRefused.make({ httpStatus: 404, reason: 'there is nothing at this path' })
    const subject = request.socket instanceof TLSSocket ? request.socket.getPeerCertificate().subject : undefined
    if (!isAllowed(subject)) throw kubeletRefused.make({ httpStatus: 403, reason: 'the certificate does not allow this' })
    return parsed
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      await this.#serve(this.#admit(request), request, response)
    } catch (error) {
      const httpStatus = kubeletRefused.is(error) ? error.details.httpStatus : 500
      if (httpStatus === 500) this.#deps.logger.warn('a request to the kubelet failed', { url: request.url, error })
      if (response.headersSent) response.destroy()
      else response.writeHead(httpStatus, { 'content-type': 'text/plain' }).end(`${error instanceof Error ? error.message : String(error)}\n`)
    }
  }

  async #serve(asked: KubeletRequest, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const json = (value: unknown): void => void response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value))
    switch (asked.kind) {
      case 'healthz':
        response.writeHead(200, { 'content-type': 'text/plain' }).end('ok')
        return
      case 'metrics':
        response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' }).end(await this.#deps.metrics.text())
        return
      case 'pods':
        json({ kind: 'PodList', apiVersion: 'v1', metadata: {}, items: this.#deps.pods() })
        return
      case 'statsSummary':
        json(summaryOf(this.#deps.stats()))
        return
      case 'resourceMetrics':
        response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' }).end(resourceMetricsText(this.#deps.stats()))
        return
      case 'endpointOut':
        json({ out: await this.#deps.waitEndpointOut(asked.address, endpointOutWaitMs) })
        return
      case 'loadImage':
        if (request.method !== 'POST') throw kubeletRefused.make({ httpStatus: 405, reason: 'an image archive is sent with POST' })
        await this.#deps.loadImage(request)
        json({ loaded: true })
        return
      case 'sendImage': {
        const archive = await this.#deps.archiveOf(asked.image)
        if (archive === undefined) throw kubeletRefused.make({ httpStatus: 404, reason: `${asked.image} was not loaded here` })
        // Said at once: who asks waits for this little, and for the archive as long as it takes.
        response.writeHead(200, { 'content-type': 'application/x-tar' }).flushHeaders()
        await pipeline(await archive(), response)
        return
      }
      case 'containerLogs':
        await this.#sendLog(asked, response)
        return
      default:
        throw kubeletRefused.make({ httpStatus: 400, reason: 'upgrade request required' })
    }
  }

  async #sendLog(asked: Extract<KubeletRequest, { readonly kind: 'containerLogs' }>, response: ServerResponse): Promise<void> {
    const source = await this.#targets.log(asked)
    const abort = new AbortController()
    response.once('close', () => abort.abort())
    response.writeHead(200, { 'content-type': 'text/plain' })
    response.flushHeaders()
    for await (const chunk of readLog(source, asked.options, this.#deps.clock, abort.signal)) {
      if (response.write(chunk)) continue
      await new Promise<void>((resolve) => {
        response.once('drain', resolve)
        response.once('close', resolve)
      })
    }
    response.end()
  }

  async #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    socket.on('error', () => socket.destroy())
    try {
      const url = new URL(await this.#targets.stream(this.#admit(request)))
      passThrough(request, socket, head, url)
    } catch (error) {
      const httpStatus = kubeletRefused.is(error) ? error.details.httpStatus : 500
      const text = error instanceof Error ? error.message : String(error)
      socket.end(`HTTP/1.1 ${httpStatus} Refused\r\nContent-Type: text/plain\r\nContent-Length: ${Buffer.byteLength(text)}\r\nConnection: close\r\n\r\n${text}`)
    }
  }
}

const contextOf = (certificates: ServerCertificates): { readonly cert: string; readonly key: string; readonly ca: string; readonly minVersion: 'TLSv1.2' } => ({
  cert: certificates.certificate, key: certificates.key, ca: certificates.ca, minVersion: 'TLSv1.2',
})

/** Repeats the caller's request towards the runtime's streaming server and joins the two connections. */
function passThrough(request: IncomingMessage, socket: Duplex, head: Buffer, url: URL): void {
  const upstream = connect(Number(url.port), url.hostname)
  const lines = [`${request.method} ${url.pathname}${url.search} HTTP/1.1`, `Host: ${url.host}`]
  for (let i = 0; i < request.rawHeaders.length; i += 2) {
    const name = request.rawHeaders[i] ?? ''
    if (name.toLowerCase() !== 'host') lines.push(`${name}: ${request.rawHeaders[i + 1]}`)
  }
  upstream.setNoDelay(true)
  upstream.once('connect', () => {
    upstream.write(`${lines.join('\r\n')}\r\n\r\n`)
    if (head.length > 0) upstream.write(head)
    socket.pipe(upstream)
    upstream.pipe(socket)
  })
  upstream.on('error', () => socket.destroy())
  socket.once('close', () => upstream.destroy())
  upstream.once('close', () => socket.destroy())
}
