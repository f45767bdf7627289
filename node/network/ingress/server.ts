// The reverse proxy of Ingress: finds the route, asks a backend, and passes bodies and trailers on as they come in both
// directions. A backend that refuses is passed over for another, before anything was sent. Framing is never passed through:
// node:http and node:http2 read each message strictly and write it anew, so that no two readers can disagree.
import { type IncomingMessage, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Backend } from '../proxy/model.ts'
import { ingressTries } from '../limits.ts'
import { Doors, type IngressPorts } from './doors.ts'
import type { Exchange } from './exchange.ts'
import { endToEnd, namesTwoHosts } from './forwarding.ts'
import { findRoute, hostName, indexRoutes, type Route, type RouteIndex, type RouteTable } from './routing.ts'
import { ingressTimes } from './times.ts'
import { type BackendFailure, Upstreams } from './upstream.ts'

export class IngressServer {
  readonly #upstreams: Upstreams
  readonly #doors: Doors
  #index: RouteIndex = new Map()
  /** The backend where the next request begins, so that all get their share. */
  #turn = 0

  /** `broken` is told of a certificate that cannot be shown. */
  constructor(broken: (hosts: readonly string[], reason: string) => void, times = ingressTimes) {
    this.#upstreams = new Upstreams(times)
    this.#doors = new Doors({
      asked: (exchange, raw) => this.#answer(exchange, raw),
      upgrade: (incoming, socket, head) => this.#upgrade(incoming, socket, head),
      broken,
    }, times)
  }

  /** Rejects when a port is taken. */
  start(ports: IngressPorts): Promise<void> {
    return this.#doors.start(ports)
  }

  /** The ports that it listens on. */
  ports(): IngressPorts {
    return this.#doors.ports()
  }

  async stop(): Promise<void> {
    this.#upstreams.stop()
    await this.#doors.stop()
  }

  /** Puts a table into force for what is asked from now on. */
  use(table: RouteTable): void {
    this.#index = indexRoutes(table.routes)
    this.#doors.show(table.certificates)
    this.#upstreams.keepOnly(new Set(table.routes.flatMap((route) => route.backends.map(({ address, port }) => `${address}:${port}`))))
  }

  /** The backends in the order in which this request tries them. */
  #order(backends: readonly Backend[]): readonly Backend[] {
    const start = this.#turn++ % Math.max(1, backends.length)
    return [...backends.slice(start), ...backends.slice(0, start)].slice(0, ingressTries)
  }

  #answer(exchange: Exchange, raw: readonly string[]): void {
    if (namesTwoHosts(raw)) return refuse(exchange, 400, 'The request names more than one host.')
    if (exchange.method === 'CONNECT') return refuse(exchange, 405, 'This proxy opens no tunnels.')
    const route = findRoute(this.#index, hostName(exchange.client.host), exchange.target)
    if (route === undefined) refuse(exchange, 404, 'No rule of an Ingress is for this host and path.')
    else if (route.backends.length === 0) refuse(exchange, 503, `The Service ${route.service} has no endpoint that is ready.`)
    else this.#try(exchange, route, this.#order(route.backends))
  }

  #try(exchange: Exchange, route: Route, [backend, ...others]: readonly Backend[]): void {
    if (backend === undefined) return refuse(exchange, 502, `No endpoint of the Service ${route.service} accepts connections.`)
    const cancel = this.#upstreams.ask(exchange, backend, route.isHttp2, {
      answered: ({ status, message, headers, body, hasBody, trailers }) => {
        if (!exchange.begin(status, message || (STATUS_CODES[status] ?? ''), endToEnd(headers), hasBody)) {
          body.resume()
          return refuse(exchange, 502, `The Service ${route.service} answered with headers that cannot be passed on.`)
        }
        body.pipe(exchange.answer, { end: false })
        body.once('end', () => exchange.end(endToEnd(trailers())))
      },
      failed: (failure) => {
        if (exchange.isOver) return
        // An answer that ends too early must not look whole.
        if (exchange.isBegun) exchange.abort()
        else if (failure === 'refused') this.#try(exchange, route, others)
        else refuse(exchange, ...fault(failure, route))
      },
    })
    // A client that goes away takes its request with it.
    exchange.onOver(cancel)
  }

  #upgrade(incoming: IncomingMessage, socket: Duplex, head: Buffer): void {
    const route = findRoute(this.#index, hostName(incoming.headers.host), incoming.url ?? '/')
    const protocol = incoming.headers.upgrade
    if (route === undefined || protocol === undefined || namesTwoHosts(incoming.rawHeaders)) return refuseSocket(socket, '404 Not Found')
    this.#tryUpgrade(incoming, socket, head, protocol, this.#order(route.backends))
  }

  #tryUpgrade(incoming: IncomingMessage, socket: Duplex, head: Buffer, protocol: string, [backend, ...others]: readonly Backend[]): void {
    if (backend === undefined) return refuseSocket(socket, '503 Service Unavailable')
    const upstream = this.#upstreams.upgrade(incoming, backend, protocol, (failure) => {
      if (failure === 'refused') this.#tryUpgrade(incoming, socket, head, protocol, others)
      else refuseSocket(socket, '502 Bad Gateway')
    })
    upstream?.once('upgrade', (answer, own, ownHead) => {
      upstream.setTimeout(0)
      own.setTimeout(0)
      incoming.socket.setTimeout(0)
      own.on('error', () => socket.destroy())
      own.once('close', () => socket.destroy())
      socket.once('close', () => own.destroy())
      socket.write(headOf(answer))
      if (ownHead.length > 0) socket.write(ownHead)
      if (head.length > 0) own.write(head)
      own.pipe(socket).pipe(own)
    })
    upstream?.once('response', (answer) => {
      socket.write(headOf(answer, endToEnd(answer.rawHeaders)))
      answer.pipe(socket)
    })
  }
}

function fault(failure: Exclude<BackendFailure, 'refused'>, { service }: Route): readonly [status: number, why: string] {
  switch (failure) {
    case 'silent': return [504, `The Service ${service} did not answer in time.`]
    case 'broken': return [502, `The Service ${service} broke the connection off.`]
    case 'unusable': return [400, 'The request has a header or a path that cannot be passed on.']
  }
}

function headOf(answer: IncomingMessage, headers: readonly string[] = answer.rawHeaders): string {
  const lines = Array.from({ length: headers.length / 2 }, (_, i) => `${headers[2 * i] ?? ''}: ${headers[2 * i + 1] ?? ''}\r\n`)
  const isFinal = answer.statusCode !== 101
  return `HTTP/1.1 ${answer.statusCode ?? 502} ${answer.statusMessage ?? ''}\r\n${lines.join('')}${isFinal ? 'Connection: close\r\n' : ''}\r\n`
}

function refuse(exchange: Exchange, status: number, why: string): void {
  exchange.begin(status, STATUS_CODES[status] ?? '', ['content-type', 'text/plain; charset=utf-8', 'x-content-type-options', 'nosniff'], true)
  if (exchange.method !== 'HEAD') exchange.answer.write(`${why}\n`)
  exchange.end([])
}

function refuseSocket(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
}
