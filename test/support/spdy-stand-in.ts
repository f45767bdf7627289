// The container runtime's side of SPDY, as far as tests of exec need it: frames of data both ways, and the streams in the order in
// which they are opened. Header blocks are skipped, flow control is not there.
import type { Duplex } from 'node:stream'

/** The runtime's side of SPDY, as far as the test needs it: streams in the order in which they are opened, header blocks skipped. */
export class SpdyStandIn {
  readonly #socket: Duplex
  readonly #onData: (stream: number, bytes: Buffer, fin: boolean) => void
  readonly opened: number[] = []
  #rest: Buffer

  constructor(socket: Duplex, head: Buffer, onOpen: (stream: number) => void, onData: (stream: number, bytes: Buffer, fin: boolean) => void) {
    this.#socket = socket
    this.#rest = head
    this.#onData = onData
    const read = (chunk: Buffer): void => {
      this.#rest = Buffer.concat([this.#rest, chunk])
      while (this.#rest.length >= 8) {
        const lengthBytes = this.#rest.readUInt32BE(4) & 0xffffff
        if (this.#rest.length < 8 + lengthBytes) return
        const [frame, payload] = [this.#rest.subarray(0, 8), this.#rest.subarray(8, 8 + lengthBytes)]
        this.#rest = this.#rest.subarray(8 + lengthBytes)
        if (frame.readUInt8(0) < 0x80) this.#onData(frame.readUInt32BE(0), payload, (frame.readUInt8(4) & 1) === 1)
        else if (frame.readUInt16BE(2) === 1) {
          this.opened.push(payload.readUInt32BE(0))
          onOpen(payload.readUInt32BE(0))
        }
      }
    }
    socket.on('data', read)
    socket.on('error', () => socket.destroy())
    queueMicrotask(() => read(Buffer.alloc(0)))
  }

  send(stream: number, bytes: Buffer, fin: boolean): void {
    const head = Buffer.alloc(8)
    head.writeUInt32BE(stream, 0)
    head.writeUInt32BE(bytes.length, 4)
    head.writeUInt8(fin ? 1 : 0, 4)
    this.#socket.write(Buffer.concat([head, bytes]))
  }
}
