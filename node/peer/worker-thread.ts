// The peer thread as a worker that loads its modules at once and waits for its options: it is spawned first of all, so that
// its half second of loading runs beside that of the main thread. A daemon that was killed must be back before it counts as dead.
import { Worker } from 'node:worker_threads'
import { assert } from '../../protocol/base/assert.ts'
import { atEndOfTurn } from '../platform/turn.ts'
import { portLink } from './link.ts'
import type { CoreOptions, Link, Order, Report } from './types.ts'

export class PeerThread {
  readonly #worker = new Worker(new URL('worker.ts', import.meta.url), { name: 'peer' })
  #failure: string | undefined
  #isStarted = false

  constructor() {
    this.#worker.on('error', (error) => { this.#failure = error instanceof Error ? error.stack ?? error.message : String(error) })
  }

  /** Starts the core; once only. `ended` is called when the thread ends by itself. */
  start(options: CoreOptions, ended: (why: string) => void): Link<Order, Report> {
    assert(!this.#isStarted, 'the peer thread starts once')
    this.#isStarted = true
    this.#worker.on('exit', (code) => ended(this.#failure ?? `exit status ${code}`))
    this.#worker.postMessage(options)
    const link = portLink<Order, Report>(this.#worker, atEndOfTurn)
    return { ...link, close: () => link.close().then(() => this.end()) }
  }

  /** Ends the thread, started or not. */
  async end(): Promise<void> {
    await this.#worker.terminate()
  }
}
