// The main thread's questions to other peers, each answered once under its number: by the other, by why it did not, when its
// time is over, or when this peer stops. What is asked, and what the answer means, is known to the askers.
import { required } from '../../protocol/base/assert.ts'
import type { PeerId } from '../../protocol/base/ids.ts'
import type { Clock } from '../base/clock.ts'
import { questionTimeoutMs } from './limits.ts'
import type { Order, Report } from './types.ts'

/** The other's answer, or why there is none. */
export type Reply = (Report & { readonly kind: 'answered' })['answer']

export interface AskingDeps {
  readonly clock: Clock
  readonly send: (order: Order) => void
}

export class Asking {
  readonly #deps: AskingDeps
  readonly #open = new Map<number, (reply: Reply) => void>()
  #last = 0
  #stopped = false

  constructor(deps: AskingDeps) {
    this.#deps = deps
  }

  ask(to: PeerId, frame: Uint8Array): Promise<Reply> {
    if (this.#stopped) return Promise.resolve(stopping)
    const id = ++this.#last
    return new Promise((resolve) => {
      const settle = (reply: Reply): void => {
        required(timer, 'the timer').cancel()
        this.#open.delete(id)
        resolve(reply)
      }
      const timer = this.#deps.clock.after(questionTimeoutMs, () => settle({ why: 'no answer in time' }))
      this.#open.set(id, settle)
      this.#deps.send({ kind: 'question', id, to, frame })
    })
  }

  answered(id: number, reply: Reply): void {
    this.#open.get(id)?.(reply)
  }

  /** Nobody answers any more. */
  stop(): void {
    this.#stopped = true
    for (const settle of [...this.#open.values()]) settle(stopping)
  }
}

const stopping: Reply = { why: 'this peer is stopping' }
