// Brings the whole state to a peer that is behind every log: chunk after chunk over one stream, asked for one at a time.
// A broken transfer goes on with the chunk that is missing: from the same sender, from another that has the very same
// snapshot, or after a restart of this peer. Who has only another one sends it from its beginning.
// The state itself is in the main thread, which also knows what came already; here only bytes pass.
import { required } from '../../protocol/base/assert.ts'
import type { PeerId } from '../../protocol/base/ids.ts'
import { decodeSnapshotMark, encodeSnapshotMark } from '../../protocol/message/codec.ts'
import type { SnapshotMark } from '../../protocol/message/entry.ts'
import type { Clock } from '../base/clock.ts'
import type { Logger } from '../base/logger.ts'
import type { Host } from './host.ts'
import { frameMaxBytes, requestTimeoutMs, snapshotRetryMs, snapshotRounds } from './limits.ts'
import { parseObject } from './records.ts'
import { Conversation, ConversationEnded } from './streams.ts'
import type { Trust } from './trust.ts'
import type { Answer, Ask } from './types.ts'

const snapshotProtocol = '/shoal/snapshot/1'

export interface SnapshotsDeps {
  readonly host: Host
  readonly trust: Trust
  readonly clock: Clock
  readonly logger: Logger
  readonly ask: (ask: Ask, transfer?: readonly Uint8Array[]) => Promise<Answer>
  readonly addressesOf: (peer: PeerId) => readonly string[]
  /** A state of another incarnation is neither given nor taken. */
  readonly incarnation: number
}

/** A snapshot that a sender has open for us. */
interface Offer {
  readonly name: string
  readonly mark: SnapshotMark
  readonly chunks: number
}

export class Snapshots {
  readonly #deps: SnapshotsDeps
  readonly #installed: (mark: SnapshotMark) => void
  #running = false
  #stopped = false

  constructor(deps: SnapshotsDeps, installed: (mark: SnapshotMark) => void) {
    this.#deps = deps
    this.#installed = installed
  }

  start(): Promise<void> {
    return this.#deps.host.handle(snapshotProtocol, (from, stream) => {
      const conversation = new Conversation(stream, this.#deps.clock, 1_024)
      if (this.#deps.trust.trusted(from)) void this.#serve(from, conversation)
      else conversation.abort()
    })
  }

  stop(): void {
    this.#stopped = true
  }

  /** Begins to fetch a state of at least this index; a fetch that already runs goes on instead. */
  fetch(wanted: { readonly atLeast: number; readonly from: readonly PeerId[] }): void {
    if (this.#running) return
    this.#running = true
    void this.#fetch(wanted).finally(() => { this.#running = false })
  }

  /** Asks one sender after the other, each again as long as chunks come from it. */
  async #fetch(wanted: { readonly atLeast: number; readonly from: readonly PeerId[] }): Promise<void> {
    const { logger, clock, ask } = this.#deps
    let turn = 0
    while (turn < snapshotRounds * wanted.from.length && !this.#stopped) {
      const from = required(wanted.from[turn % wanted.from.length], 'a sender')
      const progress = { chunks: 0 }
      try {
        const { mark, chunks } = await this.#transfer(from, wanted.atLeast, progress)
        logger.info('state received from a peer', { from, index: mark.index, chunks, fetched: progress.chunks })
        this.#installed(mark)
        return
      } catch (error) {
        logger.warn('state was not received', { from, chunks: progress.chunks, reason: error instanceof Error ? error.message : String(error) })
        if (progress.chunks === 0) turn++
        await new Promise<void>((resolve) => { clock.after(snapshotRetryMs, resolve) })
      }
    }
    await ask({ what: 'receiveAbort' })
  }

  async #transfer(from: PeerId, atLeast: number, progress: { chunks: number }): Promise<Offer> {
    const { host, clock, addressesOf, ask } = this.#deps
    const conversation = new Conversation(await host.open(from, addressesOf(from), snapshotProtocol), clock, frameMaxBytes)
    try {
      const { offer, first } = await this.#begin(conversation, from, atLeast)
      for (let next = first; next < offer.chunks; next++) {
        await conversation.write(Buffer.from(JSON.stringify({ chunk: next, name: offer.name })), requestTimeoutMs)
        const reply = await conversation.read(requestTimeoutMs * 4)
        if (reply[0] !== 1) throw new ConversationEnded('the sender no longer has it')
        // A copy, so that it can be transferred whole.
        const bytes = reply.slice(1)
        expectDone(await ask({ what: 'receiveChunk', number: next, bytes }, [bytes]))
        progress.chunks++
      }
      expectDone(await ask({ what: 'receiveFinish' }))
      return offer
    } finally {
      await conversation.close()
    }
  }

  /** Agrees with the sender on a snapshot; `first` is the first chunk of it that is not here. */
  async #begin(conversation: Conversation, from: PeerId, atLeast: number): Promise<{ readonly offer: Offer; readonly first: number }> {
    const { ask, incarnation, logger } = this.#deps
    const held = await ask({ what: 'receiveHeld' })
    const had = held.kind === 'held' ? held.name : undefined
    await conversation.write(Buffer.from(JSON.stringify({ atLeast, incarnation, held: had })), requestTimeoutMs)
    const offer = readOffer(await conversation.read(requestTimeoutMs * 4))
    const opened = await ask({ what: 'receiveOpen', name: offer.name, mark: offer.mark })
    if (opened.kind !== 'receiving') throw new ReceiveFailed(opened.kind === 'failed' ? opened.why : 'no answer')
    if (opened.next > 0) logger.info('a broken transfer of the state goes on', { from, index: offer.mark.index, next: opened.next, chunks: offer.chunks })
    else if (had !== undefined) logger.info('a broken transfer of the state begins anew, the sender has another snapshot', { from, index: offer.mark.index, chunks: offer.chunks })
    return { offer, first: opened.next }
  }

  async #serve(from: PeerId, conversation: Conversation): Promise<void> {
    try {
      for (;;) {
        const request = parseObject(await conversation.read(requestTimeoutMs * 4))
        if (request === undefined) break
        await conversation.write(await this.#reply(from, request), requestTimeoutMs * 4)
      }
    } catch (error) {
      if (!(error instanceof ConversationEnded)) this.#deps.logger.warn('state was not sent', { to: from, reason: String(error) })
    }
    await conversation.close()
  }

  async #reply(to: PeerId, request: { readonly [field: string]: unknown }): Promise<Uint8Array> {
    const { atLeast, held, chunk, name, incarnation } = request
    if (typeof atLeast === 'number') {
      if (incarnation !== this.#deps.incarnation) return Buffer.from(JSON.stringify({ refused: 'this peer is at another incarnation' }))
      const answer = await this.#deps.ask({ what: 'snapshotOpen', to, atLeast, held: typeof held === 'string' ? held : undefined })
      if (answer.kind !== 'snapshot') return Buffer.from(JSON.stringify({ refused: answer.kind === 'failed' ? answer.why : '' }))
      const mark = Buffer.from(encodeSnapshotMark(answer.mark)).toString('base64')
      return Buffer.from(JSON.stringify({ name: answer.name, chunks: answer.chunks, mark }))
    }
    if (typeof chunk !== 'number' || typeof name !== 'string') return Uint8Array.of(0)
    const answer = await this.#deps.ask({ what: 'snapshotChunk', to, name, number: chunk })
    return answer.kind === 'bytes' ? Buffer.concat([Uint8Array.of(1), answer.bytes]) : Uint8Array.of(0)
  }
}

function readOffer(frame: Uint8Array): Offer {
  const offer = parseObject(frame)
  if (offer === undefined || typeof offer['name'] !== 'string' || typeof offer['chunks'] !== 'number' || typeof offer['mark'] !== 'string') {
    throw new ConversationEnded(typeof offer?.['refused'] === 'string' ? offer['refused'] : 'the sender has no such state')
  }
  return { name: offer['name'], chunks: offer['chunks'], mark: decodeSnapshotMark(Buffer.from(offer['mark'], 'base64')) }
}

function expectDone(answer: Answer): void {
  if (answer.kind === 'failed') throw new ReceiveFailed(answer.why)
}

/** Our own side refused what came. */
class ReceiveFailed extends Error {
  override readonly name = 'ReceiveFailed'
}
