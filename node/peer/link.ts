// The way between the peer's two threads: over a worker's port, or within one thread for tests. A message wakes the other
// thread and costs more than what it says, so all of one turn travel as one.
// Only whole buffers are transferred; a view into a larger one is copied, or the rest of its buffer would go as well.
import type { MessagePort, Transferable, Worker } from 'node:worker_threads'
import { assert } from '../../protocol/base/assert.ts'
import { linkPacketBytes, linkPackets, linkTellPackets } from './limits.ts'
import type { Link } from './types.ts'

const whole = (bytes: readonly Uint8Array[]): Transferable[] => {
  const buffers = new Set<ArrayBuffer>()
  for (const view of bytes) {
    if (view.buffer instanceof ArrayBuffer && view.byteLength === view.buffer.byteLength) buffers.add(view.buffer)
  }
  return [...buffers]
}

/** What travels in one message of the port: what was said, and how many such packets of the other side were taken since the last. */
interface Packet<T> {
  readonly messages: readonly T[]
  readonly taken: number
}

/** How many of the messages that wait go into one packet: all, unless they bring more bytes than one turn should take. */
function packetEnd(waiting: readonly { readonly transfer: readonly Uint8Array[] }[]): number {
  let sizeBytes = 0
  const end = waiting.findIndex(({ transfer }) => {
    for (const bytes of transfer) sizeBytes += bytes.byteLength
    return sizeBytes >= linkPacketBytes
  })
  return end === -1 ? waiting.length : end + 1
}

/**
 * Over the port of a worker, either side of it. `soon` calls its argument when what is said in this turn has been said.
 * Only so many packets are on their way: Node hands a thread up to a thousand waiting ones in one turn of its loop, and one
 * that is behind would neither say anything nor look at its sockets and timers until it had caught up with all of them. What
 * finds no room waits at the sender, and leaves in one packet.
 */
export function portLink<Out, In>(port: MessagePort | Worker, soon: (run: () => void) => void): Link<Out, In> {
  const waiting: { readonly message: Out; readonly transfer: readonly Uint8Array[] }[] = []
  let underWay = 0
  let taken = 0
  let isFlushing = false
  const flush = (): void => {
    isFlushing = false
    const leaving = underWay < linkPackets ? waiting.splice(0, packetEnd(waiting)) : []
    if (leaving.length === 0 && taken < linkTellPackets) return
    const messages = leaving.map(({ message }) => message)
    // Packets that only say what was taken are not counted, or they would be answered for ever.
    if (messages.length > 0) underWay++
    const packet: Packet<Out> = { messages, taken }
    taken = 0
    port.postMessage(packet, whole(leaving.flatMap(({ transfer }) => transfer)))
    if (waiting.length > 0 && underWay < linkPackets) flushSoon()
  }
  const flushSoon = (): void => {
    if (isFlushing) return
    isFlushing = true
    soon(flush)
  }
  return {
    send: (message, transfer = []) => {
      waiting.push({ message, transfer })
      if (underWay < linkPackets) flushSoon()
    },
    onMessage: (receive) => {
      port.on('message', (packet: Packet<In>) => {
        underWay -= packet.taken
        assert(underWay >= 0, 'only what was sent is taken')
        if (packet.messages.length > 0) taken++
        if (taken >= linkTellPackets || (packet.taken > 0 && waiting.length > 0)) flushSoon()
        packet.messages.forEach(receive)
      })
    },
    close: () => {
      port.removeAllListeners('message')
      return Promise.resolve()
    },
  }
}

/** Two ends in one thread. Messages arrive later, never within `send`, as between real threads. */
export function memoryLinks<A, B>(): { readonly left: Link<A, B>; readonly right: Link<B, A> } {
  const toRight = new Channel<A>()
  const toLeft = new Channel<B>()
  return {
    left: { send: (message) => toRight.push(message), onMessage: (receive) => toLeft.listen(receive), close: () => toLeft.close() },
    right: { send: (message) => toLeft.push(message), onMessage: (receive) => toRight.listen(receive), close: () => toRight.close() },
  }
}

class Channel<T> {
  #waiting: T[] = []
  #receive: ((message: T) => void) | undefined
  #closed = false

  push(message: T): void {
    if (this.#closed) return
    this.#waiting.push(message)
    if (this.#waiting.length === 1) queueMicrotask(() => this.#drain())
  }

  listen(receive: (message: T) => void): void {
    this.#receive = receive
    this.#drain()
  }

  close(): Promise<void> {
    this.#closed = true
    this.#waiting = []
    return Promise.resolve()
  }

  #drain(): void {
    if (this.#receive === undefined) return
    const batch = this.#waiting
    this.#waiting = []
    for (const message of batch) {
      if (!this.#closed) this.#receive(message)
    }
  }
}
