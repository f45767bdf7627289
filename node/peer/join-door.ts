// The door at which strangers knock: one protocol, at a bounded rate and size, whatever they say passed on to the main
// thread frame by frame. What a frame means, and whether anybody may join, is decided there.
import type { Stream } from '@libp2p/interface'
import type { PeerId } from '../../protocol/base/ids.ts'
import type { Clock } from '../base/clock.ts'
import type { Logger } from '../base/logger.ts'
import type { Host } from './host.ts'
import { joinAtOnce, joinFrameBytes, joinKnockTimeoutMs, joinPerSecond, joinTimeoutMs } from './limits.ts'
import type { Refusals } from './refusals.ts'
import { Conversation } from './streams.ts'
import type { Answer, Ask } from './types.ts'

/** Spoken with strangers, and nothing else is. */
export const joinProtocol = '/shoal/join/1'

export interface JoinDoorDeps {
  readonly clock: Clock
  readonly logger: Logger
  readonly refusals: Refusals
  readonly ask: (ask: Ask) => Promise<Answer>
}

export class JoinDoor {
  readonly #clock: Clock
  readonly #logger: Logger
  readonly #refusals: Refusals
  readonly #ask: (ask: Ask) => Promise<Answer>
  #session = 0
  #inside = 0
  #allowance = joinPerSecond
  #lastMs: number

  constructor(deps: JoinDoorDeps) {
    this.#clock = deps.clock
    this.#logger = deps.logger
    this.#refusals = deps.refusals
    this.#ask = deps.ask
    this.#lastMs = deps.clock.bootMs()
  }

  start(host: Host): Promise<void> {
    return host.handle(joinProtocol, (from, stream) => {
      if (this.#admit()) {
        void this.#converse(from, stream)
        return
      }
      this.#refusals.refused('joinRate', from)
      stream.abort(new Error('too many join requests'))
    })
  }

  /** Whether one more may come in now; refills with time. */
  #admit(): boolean {
    const nowMs = this.#clock.bootMs()
    this.#allowance = Math.min(joinPerSecond, this.#allowance + ((nowMs - this.#lastMs) / 1_000) * joinPerSecond)
    this.#lastMs = nowMs
    if (this.#inside >= joinAtOnce || this.#allowance < 1) return false
    this.#allowance--
    return true
  }

  async #converse(from: PeerId, stream: Stream): Promise<void> {
    const session = ++this.#session
    const conversation = new Conversation(stream, this.#clock, joinFrameBytes)
    this.#inside++
    try {
      for (let turn = 0; turn < 2; turn++) {
        const frame = await conversation.read(turn === 0 ? joinKnockTimeoutMs : joinTimeoutMs)
        const answer = await this.#ask({ what: 'join', session, remote: from, frame })
        if (answer.kind !== 'bytes') break
        await conversation.write(answer.bytes, joinTimeoutMs)
      }
    } catch (error) {
      this.#logger.info('a join conversation ended early', { peer: from, reason: String(error) })
    } finally {
      this.#inside--
      await conversation.close()
    }
  }
}
