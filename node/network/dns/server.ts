// The DNS server of one peer: UDP and TCP on the cluster's DNS address, answering the cluster's zone from this peer's copy and
// handing every other question to the machine's own resolvers. Every peer runs one, so no add-on can die.
import { createSocket, type RemoteInfo, type Socket as UdpSocket } from 'node:dgram'
import { createServer, type Server, type Socket } from 'node:net'
import packet, { type Answer, type Packet } from 'dns-packet'
import type { Clock } from '../../base/clock.ts'
import type { Logger } from '../../base/logger.ts'
import type { Counter, Metrics } from '../../base/metrics.ts'
import { dnsForwardsInFlight, dnsForwardTimeoutMs, dnsRememberedAnswers, dnsRememberedQuestionBytes, dnsTcpConnections, dnsTcpIdleMs, dnsTtlSeconds, dnsUdpAnswerBytes } from '../limits.ts'
import { dnsAnswers } from '../metrics.ts'
import { answer, type DnsRecord, type ZoneView } from './zone.ts'

export interface DnsDeps {
  readonly view: () => ZoneView
  /** Another number whenever what the view shows may have changed: answers from before are not given again. */
  readonly version: () => number
  readonly clock: Clock
  readonly logger: Logger
  readonly metrics: Metrics
}

export interface DnsOptions {
  readonly address: string
  readonly port: number
  /** Resolvers for every other name, asked in turn. */
  readonly upstreams: readonly string[]
}

const authoritative = packet.AUTHORITATIVE_ANSWER | packet.RECURSION_AVAILABLE
const nameError = 3
const serverFailure = 2
/** A message begins with its id (RFC 1035, 4.1.1). */
const idBytes = 2
const refusedBecauseMalformed = 1

const toAnswer = (record: DnsRecord): Answer => {
  const base = { name: record.name, ttl: dnsTtlSeconds, class: 'IN' as const }
  if (record.type === 'SRV') return { ...base, type: 'SRV', data: record.data }
  return { ...base, type: record.type, data: record.data }
}

export class DnsServer {
  readonly #deps: DnsDeps
  readonly #options: DnsOptions
  readonly #answers: Counter<'source'>
  readonly #connections = new Set<Socket>()
  #udp: UdpSocket | undefined
  #tcp: Server | undefined
  #forwards = 0
  /** Answers of the cluster as they went out, by the question's bytes, both without the id; for one version of the view. */
  readonly #given = new Map<string, Buffer>()
  #givenVersion = Number.NaN

  constructor(deps: DnsDeps, options: DnsOptions) {
    this.#deps = deps
    this.#options = options
    this.#answers = deps.metrics.counter(dnsAnswers)
  }

  async start(): Promise<void> {
    // Answers go to addresses as they came: Node would look each one up, a turn of the loop and a tenth of the answer's cost.
    const udp = createSocket({ type: 'udp4', reuseAddr: true, lookup: (address, _options, callback) => callback(null, address, 4) })
    this.#udp = udp
    udp.on('message', (message, from) => this.#overUdp(message, from))
    udp.on('error', (error) => this.#deps.logger.warn('the DNS socket failed', { error }))
    const tcp = createServer((socket) => this.#overTcp(socket))
    this.#tcp = tcp
    tcp.maxConnections = dnsTcpConnections
    await new Promise<void>((resolve, reject) => {
      udp.once('error', reject)
      udp.bind(this.#options.port, this.#options.address, () => {
        udp.off('error', reject)
        resolve()
      })
    })
    await new Promise<void>((resolve, reject) => {
      tcp.once('error', reject)
      tcp.listen(this.port(), this.#options.address, resolve)
    })
  }

  /** The port in use; differs from the wanted one when that was 0. */
  port(): number {
    return this.#udp?.address().port ?? this.#options.port
  }

  async stop(): Promise<void> {
    const { udp, tcp } = { udp: this.#udp, tcp: this.#tcp }
    this.#udp = undefined
    this.#tcp = undefined
    for (const socket of this.#connections) socket.destroy()
    await Promise.all([
      udp === undefined ? undefined : new Promise<void>((resolve) => udp.close(resolve)),
      tcp === undefined ? undefined : new Promise<void>((resolve) => tcp.close(() => resolve())),
    ])
  }

  #overUdp(message: Buffer, from: RemoteInfo): void {
    const send = (reply: Buffer): void => this.#udp?.send(reply.length > dnsUdpAnswerBytes ? truncated(reply) : reply, from.port, from.address)
    this.#resolve(message, send, (error) => this.#deps.logger.debug('a DNS question failed', { error }))
  }

  #overTcp(socket: Socket): void {
    this.#connections.add(socket)
    socket.on('close', () => this.#connections.delete(socket))
    socket.on('error', () => socket.destroy())
    socket.setTimeout(dnsTcpIdleMs, () => socket.destroy())
    let pending = Buffer.alloc(0)
    socket.on('data', (chunk) => {
      pending = Buffer.concat([pending, chunk])
      while (pending.length >= 2 && pending.length >= 2 + pending.readUInt16BE(0)) {
        const message = pending.subarray(2, 2 + pending.readUInt16BE(0))
        pending = pending.subarray(2 + message.length)
        const send = (reply: Buffer): void => {
          if (socket.destroyed) return
          const length = Buffer.alloc(2)
          length.writeUInt16BE(reply.length)
          socket.write(Buffer.concat([length, reply]))
        }
        this.#resolve(message, send, () => socket.destroy())
      }
    })
  }

  /** Answers one message, at once where the answer is the cluster's; not at all when it is not worth one. */
  #resolve(message: Buffer, send: (reply: Buffer) => void, failed: (error: unknown) => void): void {
    const given = this.#known(message)
    if (given !== undefined) return send(given)
    try {
      this.#resolveAnew(message, send, failed)
    } catch (error) {
      failed(error)
    }
  }

  #resolveAnew(message: Buffer, send: (reply: Buffer) => void, failed: (error: unknown) => void): void {
    const query = decode(message)
    if (query === undefined) return
    const question = query.questions?.[0]
    if (query.type !== 'query' || question === undefined) return send(encode(query, packet.RECURSION_AVAILABLE | refusedBecauseMalformed, []))
    const result = answer(this.#deps.view(), { name: question.name, type: question.type })
    switch (result.kind) {
      case 'found':
        return send(this.#remembered(message, encode(query, authoritative, result.records.map(toAnswer), result.additional.map(toAnswer))))
      case 'missing':
        return send(this.#remembered(message, encode(query, authoritative | nameError, [])))
      case 'outside':
        this.#forward(message, query).then(send, failed)
    }
  }

  /** The answer to a question that was asked before, with the id of this one. */
  #known(message: Buffer): Buffer | undefined {
    const version = this.#deps.version()
    if (version !== this.#givenVersion) {
      this.#given.clear()
      this.#givenVersion = version
    }
    const given = this.#given.get(message.toString('latin1', idBytes))
    if (given === undefined) return undefined
    this.#answers.add({ source: 'cluster' })
    const reply = Buffer.allocUnsafe(given.length)
    given.copy(reply, idBytes, idBytes)
    message.copy(reply, 0, 0, idBytes)
    return reply
  }

  #remembered(message: Buffer, reply: Buffer): Buffer {
    this.#answers.add({ source: 'cluster' })
    if (message.length > dnsRememberedQuestionBytes) return reply
    if (this.#given.size >= dnsRememberedAnswers) this.#given.clear()
    this.#given.set(message.toString('latin1', idBytes), reply)
    return reply
  }

  async #forward(message: Buffer, query: Packet): Promise<Buffer> {
    if (this.#forwards < dnsForwardsInFlight) {
      this.#forwards++
      try {
        for (const upstream of this.#options.upstreams) {
          const reply = await askUpstream(upstream, message)
          if (reply === undefined) continue
          this.#answers.add({ source: 'upstream' })
          return reply
        }
      } finally {
        this.#forwards--
      }
    }
    this.#answers.add({ source: 'error' })
    return encode(query, packet.RECURSION_AVAILABLE | serverFailure, [])
  }
}

function decode(message: Buffer): Packet | undefined {
  try {
    return packet.decode(message)
  } catch {
    // Not DNS: the sender learns nothing, as from a closed port.
    return undefined
  }
}

function encode(query: Packet, flags: number, answers: readonly Answer[], additionals: readonly Answer[] = []): Buffer {
  const recursionDesired = (query.flags ?? 0) & packet.RECURSION_DESIRED
  return packet.encode({
    type: 'response',
    ...(query.id === undefined ? {} : { id: query.id }),
    flags: flags | recursionDesired,
    questions: query.questions ?? [],
    answers: [...answers],
    additionals: [...additionals],
  })
}

/** The same answer without records and with the sign that there is more. */
function truncated(reply: Buffer): Buffer {
  const full = packet.decode(reply)
  return packet.encode({ ...full, flags: (full.flags ?? 0) | packet.TRUNCATED_RESPONSE, answers: [], additionals: [] })
}

function askUpstream(address: string, message: Buffer): Promise<Buffer | undefined> {
  return new Promise((resolve) => {
    const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4')
    const finish = (reply: Buffer | undefined): void => {
      clearTimeout(timer)
      socket.close()
      resolve(reply)
    }
    const timer = setTimeout(() => finish(undefined), dnsForwardTimeoutMs)
    socket.once('error', () => finish(undefined))
    socket.on('message', (reply) => {
      // Only the answer to this very question: same id.
      if (reply.length > 2 && reply.readUInt16BE(0) === message.readUInt16BE(0)) finish(reply)
    })
    socket.connect(53, address, () => socket.send(message))
  })
}
