// The way between the peer's two threads: over a worker's port, or within one thread for tests. A message wakes the other
// thread and costs more than what it says, so all of one turn travel as one.
// Only whole buffers are transferred; a view into a larger one is copied, or the rest of its buffer would go as well.
import type { MessagePort, Transferable, Worker } from 'node:worker_threads'
import type { Link } from './types.ts'

const whole = (bytes: readonly Uint8Array[]): Transferable[] => {
  const buffers = new Set<ArrayBuffer>()
  for (const view of bytes) {
    if (view.buffer instanceof ArrayBuffer && view.byteLength === view.buffer.byteLength) buffers.add(view.buffer)
  }
  return [...buffers]
}

/** Over the port of a worker, either side of it. `soon` calls its argument when what is said in this turn has been said. */
export function portLink<Out, In>(port: MessagePort | Worker, soon: (run: () => void) => void): Link<Out, In> {
  let waiting: Out[] = []
  let transferred: Uint8Array[] = []
  const flush = (): void => {
    const messages = waiting
    const buffers = whole(transferred)
    waiting = []
    transferred = []
    port.postMessage(messages, buffers)
  }
  return {
    send: (message, transfer = []) => {
      if (waiting.push(message) === 1) soon(flush)
      transferred.push(...transfer)
    },
    onMessage: (receive) => { port.on('message', (messages: readonly In[]) => messages.forEach(receive)) },
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
