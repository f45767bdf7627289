// A libp2p stream as a conversation: whole frames in, whole frames out, with a time limit on each wait.
// For short exchanges (join, snapshots, announced batches); the messages of the protocol flow through lanes instead.
import type { Stream } from '@libp2p/interface'
import type { Clock } from '../base/clock.ts'
import { FrameReader, joinFrames } from './frames.ts'
import { conversationFrames } from './limits.ts'

/** Why a conversation ended early. Internal: callers turn it into an outcome of their own. */
export class ConversationEnded extends Error {
  override readonly name = 'ConversationEnded'
}

export class Conversation {
  readonly #stream: Stream
  readonly #clock: Clock
  readonly #waiting: Uint8Array[] = []
  #waiter: { resolve(frame: Uint8Array): void; reject(error: Error): void } | undefined
  #ended: ConversationEnded | undefined

  constructor(stream: Stream, clock: Clock, maxFrameBytes: number) {
    this.#stream = stream
    this.#clock = clock
    const reader = new FrameReader(maxFrameBytes)
    stream.addEventListener('message', (event) => {
      const frames = reader.push(event.data.subarray())
      if (frames === undefined || this.#waiting.length + frames.length > conversationFrames) {
        stream.abort(new ConversationEnded(frames === undefined ? 'frame too long' : 'more was said than asked for'))
        return
      }
      for (const frame of frames) this.#arrive(frame)
    })
    stream.addEventListener('close', () => this.#end('the stream was closed'))
    stream.addEventListener('remoteCloseWrite', () => this.#end('the other side said no more'))
  }

  /** The next frame. Rejects with ConversationEnded when the other side closes, or after `timeoutMs`. */
  read(timeoutMs: number): Promise<Uint8Array> {
    const ready = this.#waiting.shift()
    if (ready !== undefined) return Promise.resolve(ready)
    if (this.#ended !== undefined) return Promise.reject(this.#ended)
    return new Promise((resolve, reject) => {
      const timer = this.#clock.after(timeoutMs, () => {
        this.#waiter = undefined
        reject(new ConversationEnded('no answer in time'))
      })
      this.#waiter = {
        resolve: (frame) => { timer.cancel(); resolve(frame) },
        reject: (error) => { timer.cancel(); reject(error) },
      }
    })
  }

  /** Writes a frame; waits while the other side is slow. Rejects with ConversationEnded when it cannot be written. */
  async write(frame: Uint8Array, timeoutMs: number): Promise<void> {
    try {
      if (!this.#stream.send(joinFrames([frame]))) await this.#stream.onDrain({ signal: AbortSignal.timeout(timeoutMs) })
    } catch (error) {
      throw new ConversationEnded('the stream cannot be written', { cause: error })
    }
  }

  /** Ends it in good order; both sides must call it, or the stream keeps counting. */
  async close(): Promise<void> {
    try {
      await this.#stream.close({ signal: AbortSignal.timeout(1_000) })
    } catch {
      // The other side does not close in time, or is gone.
      this.abort()
    }
  }

  abort(): void {
    this.#stream.abort(new ConversationEnded('ended'))
  }

  #arrive(frame: Uint8Array): void {
    const waiter = this.#waiter
    this.#waiter = undefined
    if (waiter !== undefined) waiter.resolve(frame)
    else this.#waiting.push(frame)
  }

  #end(why: string): void {
    this.#ended ??= new ConversationEnded(why)
    this.#waiter?.reject(this.#ended)
    this.#waiter = undefined
  }
}
