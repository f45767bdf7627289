// A lane is the way of messages to one other peer: a bounded queue in front of one long-lived stream.
// Many messages leave in one write. A full queue drops the oldest, since Raft and SWIM repeat what still matters.
// A lane that fails tells so at once and dials again with growing waits; it never decides whether the peer is dead.
import type { Stream } from '@libp2p/interface'
import type { PeerId } from '../../protocol/base/ids.ts'
import type { Random } from '../../protocol/base/random.ts'
import type { Clock, Timer } from '../base/clock.ts'
import { FrameReader, joinFrames } from './frames.ts'
import { answerMaxBytes, laneMaxBytes, laneMaxFrames, laneStuckMs, redialBrokenMs, redialFirstMs, redialMostMs, steadyStreamMs } from './limits.ts'

/** What a lane needs from its surroundings. */
export interface LaneDeps {
  readonly clock: Clock
  readonly random: Random
  /** Opens the message stream, dialling when needed. */
  readonly open: () => Promise<Stream>
  /** The first frame of each stream, which says who we are. */
  readonly hello: () => Uint8Array
  /** No stream could be opened, and why. */
  readonly lost: (error: unknown) => void
  /** Ends the connection under a stream that takes nothing any more. */
  readonly drop: () => void
  /** The other side says something about the stream itself. */
  readonly answered: (frame: Uint8Array) => void
}

type State =
  | { readonly kind: 'idle' }
  | { readonly kind: 'opening' }
  | { readonly kind: 'waiting'; readonly timer: Timer }
  | { readonly kind: 'open'; readonly stream: Stream; readonly sinceMs: number }
  | { readonly kind: 'closed' }

export class Lane {
  readonly peer: PeerId
  readonly #deps: LaneDeps
  /** Reconnect although there is nothing to say. */
  readonly #eager: boolean
  #state: State = { kind: 'idle' }
  #queue: Uint8Array[] = []
  #queueBytes = 0
  #failures = 0
  #flushing = false
  #stuckSinceMs: number | undefined

  constructor(deps: LaneDeps, peer: PeerId, eager: boolean) {
    this.#deps = deps
    this.peer = peer
    this.#eager = eager
    if (eager) this.#open()
  }

  /** Queues a message. */
  send(frame: Uint8Array): void {
    if (this.#state.kind === 'closed') return
    this.#queue.push(frame)
    this.#queueBytes += frame.length
    while (this.#queue.length > laneMaxFrames || this.#queueBytes > laneMaxBytes) this.#queueBytes -= this.#queue.shift()?.length ?? 0
    if (this.#state.kind === 'idle') this.#open()
    else this.#flushSoon()
  }

  /** The peer connected to us: no reason to wait longer. waiting -> opening. */
  wake(): void {
    if (this.#state.kind !== 'waiting') return
    this.#state.timer.cancel()
    this.#open()
  }

  /** Looks after a stream that takes nothing any more; called with each tick. */
  tick(): void {
    if (this.#state.kind !== 'open' || !this.#state.stream.writableNeedsDrain) {
      this.#stuckSinceMs = undefined
      return
    }
    const nowMs = this.#deps.clock.bootMs()
    this.#stuckSinceMs ??= nowMs
    if (nowMs - this.#stuckSinceMs < laneStuckMs) return
    this.#stuckSinceMs = undefined
    this.#deps.drop()
  }

  /** any -> closed. */
  close(): void {
    const state = this.#state
    this.#state = { kind: 'closed' }
    this.#queue = []
    if (state.kind === 'waiting') state.timer.cancel()
    if (state.kind === 'open') state.stream.abort(new Error('lane closed'))
  }

  /** idle, waiting -> opening. */
  #open(): void {
    this.#state = { kind: 'opening' }
    this.#deps.open().then((stream) => this.#opened(stream), (error: unknown) => this.#failed(error))
  }

  /** opening -> open. */
  #opened(stream: Stream): void {
    if (this.#state.kind !== 'opening') {
      stream.abort(new Error('lane closed'))
      return
    }
    this.#state = { kind: 'open', stream, sinceMs: this.#deps.clock.bootMs() }
    this.#failures = 0
    stream.addEventListener('close', () => this.#ended(stream))
    stream.addEventListener('drain', () => this.#flush())
    // What the other side has to say comes over its own stream; here it only says why it does not listen.
    const reader = new FrameReader(answerMaxBytes)
    stream.addEventListener('message', (event) => {
      const frames = reader.push(event.data.subarray())
      if (frames === undefined) stream.abort(new Error('an answer longer than any'))
      for (const frame of frames ?? []) this.#deps.answered(frame)
    })
    try {
      stream.send(joinFrames([this.#deps.hello()]))
    } catch {
      // Closed since it was opened.
      this.#ended(stream)
      return
    }
    this.#flush()
  }

  /** opening -> waiting. */
  #failed(error: unknown): void {
    if (this.#state.kind !== 'opening') return
    this.#queue = []
    this.#queueBytes = 0
    this.#waitLonger()
    this.#deps.lost(error)
  }

  /** open -> waiting or idle. */
  #ended(stream: Stream): void {
    if (this.#state.kind !== 'open' || this.#state.stream !== stream) return
    if (!this.#eager && this.#queue.length === 0) this.#state = { kind: 'idle' }
    // A stream that ends as soon as it begins is refused, and would be dialled in a circle.
    else if (this.#deps.clock.bootMs() - this.#state.sinceMs >= steadyStreamMs) this.#wait(redialBrokenMs)
    else this.#waitLonger()
  }

  #waitLonger(): void {
    const baseMs = Math.min(redialMostMs, redialFirstMs * 2 ** Math.min(this.#failures, 10))
    this.#failures++
    this.#wait(baseMs)
  }

  #wait(baseMs: number): void {
    const delayMs = baseMs * (1 + this.#deps.random.float() / 2)
    this.#state = { kind: 'waiting', timer: this.#deps.clock.after(delayMs, () => {
      if (this.#state.kind !== 'waiting') return
      if (this.#eager || this.#queue.length > 0) this.#open()
      else this.#state = { kind: 'idle' }
    }) }
  }

  /** All messages of one turn of the loop leave in one write. */
  #flushSoon(): void {
    if (this.#flushing || this.#state.kind !== 'open') return
    this.#flushing = true
    queueMicrotask(() => {
      this.#flushing = false
      this.#flush()
    })
  }

  #flush(): void {
    const state = this.#state
    if (state.kind !== 'open' || this.#queue.length === 0 || state.stream.writableNeedsDrain) return
    const block = joinFrames(this.#queue)
    this.#queue = []
    this.#queueBytes = 0
    try {
      state.stream.send(block)
    } catch {
      // Closed a moment ago: what was in the block is lost like any packet, and said again by whoever needs it.
      this.#ended(state.stream)
    }
  }
}
