// Questions between peers: one frame there, one frame back, on a stream of its own, for what is no part of the protocol: how
// another peer stands, and whether it recovers the cluster. Trusted peers of any incarnation may ask, since they ask when
// agreement is gone. What is asked and answered is known to the main thread only.
import type { PeerId } from '../../protocol/base/ids.ts'
import type { Clock } from '../base/clock.ts'
import type { Logger } from '../base/logger.ts'
import type { Host } from './host.ts'
import { questionFrameBytes, requestTimeoutMs } from './limits.ts'
import { Conversation, ConversationEnded } from './streams.ts'
import type { Trust } from './trust.ts'
import type { Answer, Ask } from './types.ts'

const questionProtocol = '/shoal/question/1'

export interface QuestionsDeps {
  readonly host: Host
  readonly trust: Trust
  readonly clock: Clock
  readonly logger: Logger
  readonly ask: (ask: Ask) => Promise<Answer>
  readonly addressesOf: (peer: PeerId) => readonly string[]
}

export class Questions {
  readonly #deps: QuestionsDeps

  constructor(deps: QuestionsDeps) {
    this.#deps = deps
  }

  start(): Promise<void> {
    const { host, clock, trust } = this.#deps
    return host.handle(questionProtocol, (from, stream) => {
      const conversation = new Conversation(stream, clock, questionFrameBytes)
      if (trust.trusted(from)) void this.#reply(from, conversation)
      else conversation.abort()
    })
  }

  /** The other's answer, or why there is none: what the dial or the stream said. */
  async ask(to: PeerId, frame: Uint8Array): Promise<{ readonly frame: Uint8Array } | { readonly why: string }> {
    const { host, clock, addressesOf } = this.#deps
    let conversation
    try {
      conversation = new Conversation(await host.open(to, addressesOf(to), questionProtocol), clock, questionFrameBytes)
      await conversation.write(frame, requestTimeoutMs)
      return { frame: await conversation.read(requestTimeoutMs) }
    } catch (error) {
      return { why: reasonOf(error) }
    } finally {
      await conversation?.close()
    }
  }

  async #reply(from: PeerId, conversation: Conversation): Promise<void> {
    try {
      const frame = await conversation.read(requestTimeoutMs)
      const answer = await this.#deps.ask({ what: 'question', from, frame })
      if (answer.kind === 'bytes') await conversation.write(answer.bytes, requestTimeoutMs)
    } catch (error) {
      if (!(error instanceof ConversationEnded)) throw error
      this.#deps.logger.debug('a question ended early', { from, reason: error.message })
    }
    await conversation.close()
  }
}

/** The first cause in plain words: libp2p wraps what the system said of each address. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return [...new Set(error.errors.map(reasonOf))].join('; ')
  return error instanceof Error ? error.message : String(error)
}
