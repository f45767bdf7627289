// The client's side of SPDY/3.1, as far as the container runtime's exec and attach need it: a few streams are opened with
// headers, bytes go both ways, streams end. Header blocks are written as stored blocks of one zlib stream, which needs no
// dictionary; those that come back are skipped. There are no flow control windows: the runtime's library keeps none.
// Source: SPDY Protocol - Draft 3.1, sections 2.2 and 2.6; RFC 1950 and RFC 1951 section 3.2.4 (stored blocks).
import type { Duplex } from 'node:stream'
import { maxSpdyFrameBytes } from '../limits.ts'

const controlBit = 0x80
const version = 3
const synStream = 1
const rstStream = 3
const ping = 6
const goAway = 7
const finFlag = 1
const headerBytes = 8
/** RFC 1950: deflate with a 32 KiB window, no preset dictionary, fastest level. */
const zlibHeader = [0x78, 0x01]
const mostStoredBytes = 0xffff

export interface SpdyEvents {
  /** Bytes of a stream; `fin` when it ends with them. */
  readonly onData: (stream: number, bytes: Buffer, fin: boolean) => void
  /** The other side went away or broke the protocol. */
  readonly onEnd: () => void
}

export class SpdyClient {
  readonly #socket: Duplex
  readonly #events: SpdyEvents
  #buffered: Buffer
  #nextStream = 1
  #headersBegun = false
  #ended = false

  constructor(socket: Duplex, head: Buffer, events: SpdyEvents) {
    this.#socket = socket
    this.#events = events
    this.#buffered = head
    socket.on('data', (chunk: Buffer) => this.#receive(chunk))
    socket.on('close', () => this.#end())
    socket.on('error', () => this.#end())
  }

  /** Reads what came with the upgrade; called once all streams are open. */
  begin(): void {
    this.#receive(Buffer.alloc(0))
  }

  /** Opens a stream; answers its number. */
  open(headers: { readonly [name: string]: string }): number {
    const stream = this.#nextStream
    this.#nextStream += 2
    const fixed = Buffer.alloc(10)
    fixed.writeUInt32BE(stream, 0)
    this.#control(synStream, 0, Buffer.concat([fixed, this.#headerBlock(headers)]))
    return stream
  }

  /** Sends bytes on a stream; `fin` ends our side of it. False when the socket asks to wait for `drain`. */
  send(stream: number, bytes: Uint8Array, fin = false): boolean {
    if (this.#ended) return true
    const head = Buffer.alloc(headerBytes)
    head.writeUInt32BE(stream, 0)
    head.writeUInt32BE(bytes.length, 4)
    head.writeUInt8(fin ? finFlag : 0, 4)
    this.#socket.write(head)
    return this.#socket.write(bytes)
  }

  pause(): void {
    this.#socket.pause()
  }

  resume(): void {
    this.#socket.resume()
  }

  close(): void {
    this.#ended = true
    this.#socket.destroy()
  }

  #end(): void {
    if (this.#ended) return
    this.#ended = true
    this.#events.onEnd()
  }

  #control(type: number, flags: number, payload: Buffer): void {
    const head = Buffer.alloc(headerBytes)
    head.writeUInt8(controlBit, 0)
    head.writeUInt8(version, 1)
    head.writeUInt16BE(type, 2)
    head.writeUInt32BE(payload.length, 4)
    head.writeUInt8(flags, 4)
    this.#socket.write(Buffer.concat([head, payload]))
  }

  /** Names and values with their lengths, as the next stored block of the connection's one zlib stream. */
  #headerBlock(headers: { readonly [name: string]: string }): Buffer {
    const parts: Buffer[] = []
    const number = (value: number): void => {
      const bytes = Buffer.alloc(4)
      bytes.writeUInt32BE(value, 0)
      parts.push(bytes)
    }
    const entries = Object.entries(headers)
    number(entries.length)
    for (const text of entries.flat()) {
      number(Buffer.byteLength(text))
      parts.push(Buffer.from(text))
    }
    const block = Buffer.concat(parts).subarray(0, mostStoredBytes)
    const begin = this.#headersBegun ? [] : zlibHeader
    this.#headersBegun = true
    const stored = Buffer.alloc(5)
    stored.writeUInt16LE(block.length, 1)
    stored.writeUInt16LE(~block.length & 0xffff, 3)
    // An empty stored block after it is what a sync flush writes: the reader then has the whole block.
    return Buffer.concat([Buffer.from(begin), stored, block, Buffer.from([0, 0, 0, 0xff, 0xff])])
  }

  #receive(chunk: Buffer): void {
    this.#buffered = this.#buffered.length === 0 ? chunk : Buffer.concat([this.#buffered, chunk])
    while (!this.#ended && this.#buffered.length >= headerBytes) {
      const lengthBytes = this.#buffered.readUInt32BE(4) & 0xffffff
      if (lengthBytes > maxSpdyFrameBytes) {
        this.#socket.destroy()
        return
      }
      if (this.#buffered.length < headerBytes + lengthBytes) return
      const head = this.#buffered.subarray(0, headerBytes)
      const payload = this.#buffered.subarray(headerBytes, headerBytes + lengthBytes)
      this.#buffered = this.#buffered.subarray(headerBytes + lengthBytes)
      this.#frame(head, payload)
    }
  }

  #frame(head: Buffer, payload: Buffer): void {
    const flags = head.readUInt8(4)
    if ((head.readUInt8(0) & controlBit) === 0) {
      this.#events.onData(head.readUInt32BE(0), payload, (flags & finFlag) !== 0)
      return
    }
    switch (head.readUInt16BE(2)) {
      case rstStream:
        if (payload.length >= 4) this.#events.onData(payload.readUInt32BE(0) & 0x7fffffff, Buffer.alloc(0), true)
        break
      case ping:
        // Even numbers are the server's own; they are sent back as they came.
        if (payload.length >= 4 && payload.readUInt32BE(0) % 2 === 0) this.#control(ping, 0, payload)
        break
      case goAway:
        this.#end()
        break
      default: break
    }
  }
}
