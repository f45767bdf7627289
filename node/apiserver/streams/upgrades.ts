// Connections that stop being HTTP: exec, attach and port-forward. A WebSocket carries exec's channels, or a whole SPDY
// connection for port-forward; older clients upgrade to SPDY themselves. In both of the last cases bytes are passed on as they
// are. The kubelet is asked first, so that a refusal is an HTTP answer that the client understands.
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { TLSSocket } from 'node:tls'
import { createWebSocketStream, WebSocketServer } from 'ws'
import type { WebSocket } from 'ws'
import type { Logger } from '../../base/logger.ts'
import { ApiError } from '../../client/errors.ts'
import type { Handler } from '../handler.ts'
import { clientCertificate } from '../http/exchange.ts'
import type { Front } from '../http/front.ts'
import type { KubeletConnections } from '../kubelet-connection.ts'
import { requestInfo, truthy } from '../request-info.ts'
import type { Rest } from '../rest.ts'
import { badRequest, internalError } from '../status.ts'
import { dialUpgrade } from './kubelet-dial.ts'
import type { Upgraded } from './kubelet-dial.ts'
import { streamTarget } from './target.ts'
import type { StreamKind } from './target.ts'
import { bridgeExec, channelsOf } from './websocket-exec.ts'

export interface UpgradesDeps {
  readonly front: Front
  readonly handler: Handler
  readonly rest: Rest
  readonly kubelets: KubeletConnections
  readonly logger: Logger
}

const execProtocols = ['v5.channel.k8s.io', 'v4.channel.k8s.io']
const tunnelProtocol = 'SPDY/3.1+portforward.k8s.io'
const spdyExecProtocols = ['v4.channel.k8s.io']

export class Upgrades {
  readonly #deps: UpgradesDeps
  readonly #webSockets = new WebSocketServer({ noServer: true, clientTracking: false, handleProtocols: (offered) => execProtocols.find((known) => offered.has(known)) ?? false })
  readonly #open = new Set<Duplex>()

  constructor(deps: UpgradesDeps) {
    this.#deps = deps
    this.#webSockets.on('headers', (headers, request) => {
      if (tunnels.has(request)) headers.push(`Sec-WebSocket-Protocol: ${tunnelProtocol}`)
    })
  }

  /** Serves one upgrade to its end; never throws. */
  async handle(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    this.#open.add(socket)
    socket.on('close', () => this.#open.delete(socket))
    socket.on('error', () => socket.destroy())
    try {
      await this.#serve(request, socket, head)
    } catch (error) {
      refuse(socket, error)
    }
  }

  close(): void {
    for (const socket of this.#open) socket.destroy()
    this.#webSockets.close()
  }

  async #serve(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const url = new URL(request.url ?? '/', 'https://api')
    const method = request.method ?? 'GET'
    const info = requestInfo(method, url.pathname, url.searchParams)
    const certificate = request.socket instanceof TLSSocket ? clientCertificate(request.socket) : undefined
    const user = await this.#deps.front.user({ headers: request.headers, certificate, target: url.pathname })
    this.#deps.handler.authorize({ user, query: url.searchParams }, info)
    const kind = info.kind === 'resource' && info.group === '' && info.resource === 'pods' ? streamKind(info.subresource) : undefined
    if (info.kind !== 'resource' || kind === undefined) throw badRequest('this path does not speak the protocol of the upgrade')
    const target = await streamTarget(this.#deps, kind, info.namespace, info.name, url.searchParams)
    const upgrade = (request.headers.upgrade ?? '').toLowerCase()
    if (upgrade === 'websocket') {
      const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((one) => one.trim())
      if (kind === 'portforward') {
        if (!offered.includes(tunnelProtocol)) throw badRequest(`unable to upgrade: the WebSocket protocol ${tunnelProtocol} is needed`)
        await this.#tunnel(request, socket, head, await dialUpgrade(target, ['portforward.k8s.io']))
        return
      }
      if (!offered.some((one) => execProtocols.includes(one))) throw badRequest(`unable to upgrade: one of the WebSocket protocols ${execProtocols.join(', ')} is needed`)
      const upgraded = await dialUpgrade(target, spdyExecProtocols)
      this.#webSockets.handleUpgrade(request, socket, head, (webSocket) => bridgeExec(webSocket, upgraded, channelsOf(url.searchParams, truthy)))
      return
    }
    if (upgrade !== 'spdy/3.1') throw badRequest('Upgrade request required')
    const offered = headerList(request.headers['x-stream-protocol-version'])
    pipeSpdy(socket, head, await dialUpgrade(target, offered))
  }

  /** Accepts a WebSocket whose messages are the bytes of a SPDY connection. */
  #tunnel(request: IncomingMessage, socket: Duplex, head: Buffer, upgraded: Upgraded): Promise<void> {
    // The library refuses protocol names with a slash: it is not told of this one, and the answer gets its header by hand.
    delete request.headers['sec-websocket-protocol']
    tunnels.add(request)
    return new Promise((resolve) => {
      this.#webSockets.handleUpgrade(request, socket, head, (webSocket: WebSocket) => {
        join(createWebSocketStream(webSocket), upgraded)
        resolve()
      })
    })
  }
}

const tunnels = new WeakSet<IncomingMessage>()

const streamKind = (subresource: string): StreamKind | undefined => (['exec', 'attach', 'portforward'] as const).find((kind) => kind === subresource)
const headerList = (value: string | readonly string[] | undefined): readonly string[] =>
  (typeof value === 'string' ? [value] : value ?? []).flatMap((one) => one.split(',')).map((one) => one.trim()).filter((one) => one !== '')

function pipeSpdy(socket: Duplex, head: Buffer, upgraded: Upgraded): void {
  const protocol = upgraded.protocol === '' ? '' : `X-Stream-Protocol-Version: ${upgraded.protocol}\r\n`
  socket.write(`HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\n${protocol}\r\n`)
  if (head.length > 0) upgraded.socket.write(head)
  join(socket, upgraded)
}

/** Passes bytes both ways until either side ends. */
function join(client: Duplex, upgraded: Upgraded): void {
  const { socket } = upgraded
  if (upgraded.head.length > 0) client.write(upgraded.head)
  const end = (): void => {
    client.destroy()
    socket.destroy()
  }
  for (const side of [client, socket]) {
    side.on('error', end)
    side.on('close', end)
  }
  client.pipe(socket)
  socket.pipe(client)
}

function refuse(socket: Duplex, error: unknown): void {
  const refusal = error instanceof ApiError ? error : internalError(error instanceof Error ? error.message : String(error))
  const body = Buffer.from(`${JSON.stringify(refusal.status)}\n`)
  if (socket.destroyed) return
  socket.end(`HTTP/1.1 ${refusal.code} ${refusal.reason || 'Error'}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`)
}
