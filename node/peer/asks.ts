// Questions of the peer thread to the main thread, each answered once under its number.
// A question that is open when the peer stops is answered as failed, so that nobody waits for ever.
import type { Answer, Ask, Report } from './types.ts'

type Tell = (report: Report, transfer?: readonly Uint8Array[]) => void

export class Asks {
  readonly #report: Tell
  readonly #open = new Map<number, (answer: Answer) => void>()
  #last = 0

  constructor(report: Tell) {
    this.#report = report
  }

  ask(ask: Ask, transfer: readonly Uint8Array[] = []): Promise<Answer> {
    const id = ++this.#last
    return new Promise((resolve) => {
      this.#open.set(id, resolve)
      this.#report({ kind: 'ask', id, ask }, transfer)
    })
  }

  answered(id: number, answer: Answer): void {
    const resolve = this.#open.get(id)
    this.#open.delete(id)
    resolve?.(answer)
  }

  stop(): void {
    for (const resolve of this.#open.values()) resolve({ kind: 'failed', why: 'the peer is stopping' })
    this.#open.clear()
  }
}
