// Brings the whole state to a peer that is behind every log: chunk after chunk over one stream, asked for one at a time.
// A broken transfer goes on with the chunk that is missing, as long as the sender still has that snapshot open.
// The state itself is in the main thread; here only bytes pass.
import type { PeerId } from '../../protocol/base/ids.ts'
import { decodeSnapshotMark, encodeSnapshotMark } from '../../protocol/message/codec.ts'
import type { SnapshotMark } from '../../protocol/message/entry.ts'
import type { Clock } from '../base/clock.ts'
import type { Logger } from '../base/logger.ts'
import type { Host } from './host.ts'
import { frameMaxBytes, requestTimeoutMs, snapshotRetryMs } from './limits.ts'
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

/** What is being received: kept over broken transfers. */
interface Transfer {
  readonly from: PeerId
  readonly id: number
  readonly mark: SnapshotMark
  readonly chunks: number
  next: number
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

  async #fetch(wanted: { readonly atLeast: number; readonly from: readonly PeerId[] }): Promise<void> {
    const { logger, clock } = this.#deps
    let transfer: Transfer | undefined
    for (let attempt = 0; attempt < 3 * wanted.from.length && !this.#stopped; attempt++) {
      const from: PeerId | undefined = transfer?.from ?? wanted.from[attempt % wanted.from.length]
      if (from === undefined) return
      try {
        transfer = await this.#transfer(from, wanted.atLeast, transfer)
        logger.info('state received from a peer', { from, index: transfer.mark.index, chunks: transfer.chunks })
        this.#installed(transfer.mark)
        return
      } catch (error) {
        logger.warn('state was not received', { from, reason: error instanceof Error ? error.message : String(error) })
        if (!(error instanceof Broken)) transfer = undefined
        else transfer = error.transfer
        await new Promise<void>((resolve) => { clock.after(snapshotRetryMs, resolve) })
      }
    }
    if (transfer !== undefined) await this.#deps.ask({ what: 'receiveAbort' })
  }

  async #transfer(from: PeerId, atLeast: number, resumed: Transfer | undefined): Promise<Transfer> {
    const { host, clock, addressesOf, ask } = this.#deps
    const conversation = new Conversation(await host.open(from, addressesOf(from), snapshotProtocol), clock, frameMaxBytes)
    let transfer = resumed
    try {
      transfer ??= await this.#begin(conversation, from, atLeast)
      while (transfer.next < transfer.chunks) {
        await conversation.write(Buffer.from(JSON.stringify({ chunk: transfer.next, id: transfer.id })), requestTimeoutMs)
        const reply = await conversation.read(requestTimeoutMs * 4)
        if (reply[0] !== 1) throw new ConversationEnded('the sender no longer has it')
        // A copy, so that it can be transferred whole.
        const bytes = reply.slice(1)
        expectDone(await ask({ what: 'receiveChunk', number: transfer.next, bytes }, [bytes]))
        transfer.next++
      }
      expectDone(await ask({ what: 'receiveFinish' }))
      return transfer
    } catch (error) {
      if (error instanceof ConversationEnded && transfer !== undefined && error !== transferRefused) throw new Broken(transfer, error)
      await ask({ what: 'receiveAbort' })
      throw error
    } finally {
      await conversation.close()
    }
  }

  async #begin(conversation: Conversation, from: PeerId, atLeast: number): Promise<Transfer> {
    await conversation.write(Buffer.from(JSON.stringify({ atLeast, incarnation: this.#deps.incarnation })), requestTimeoutMs)
    const offer = parseObject(await conversation.read(requestTimeoutMs * 4))
    if (offer === undefined || typeof offer['id'] !== 'number' || typeof offer['chunks'] !== 'number' || typeof offer['mark'] !== 'string') throw transferRefused
    const mark = decodeSnapshotMark(Buffer.from(offer['mark'], 'base64'))
    expectDone(await this.#deps.ask({ what: 'receiveOpen', mark }))
    return { from, id: offer['id'], mark, chunks: offer['chunks'], next: 0 }
  }

  async #serve(from: PeerId, conversation: Conversation): Promise<void> {
    try {
      for (;;) {
        const request = parseObject(await conversation.read(requestTimeoutMs * 4))
        if (request === undefined) break
        await conversation.write(await this.#reply(request), requestTimeoutMs * 4)
      }
    } catch (error) {
      if (!(error instanceof ConversationEnded)) this.#deps.logger.warn('state was not sent', { to: from, reason: String(error) })
    }
    await conversation.close()
  }

  async #reply(request: { readonly [field: string]: unknown }): Promise<Uint8Array> {
    const { atLeast, chunk, id, incarnation } = request
    if (typeof atLeast === 'number') {
      if (incarnation !== this.#deps.incarnation) return Buffer.from(JSON.stringify({ refused: 'this peer is at another incarnation' }))
      const answer = await this.#deps.ask({ what: 'snapshotOpen', atLeast })
      if (answer.kind !== 'snapshot') return Buffer.from(JSON.stringify({ refused: answer.kind === 'failed' ? answer.why : '' }))
      const mark = Buffer.from(encodeSnapshotMark(answer.mark)).toString('base64')
      return Buffer.from(JSON.stringify({ id: answer.id, chunks: answer.chunks, mark }))
    }
    if (typeof chunk !== 'number' || typeof id !== 'number') return Uint8Array.of(0)
    const answer = await this.#deps.ask({ what: 'snapshotChunk', id, number: chunk })
    return answer.kind === 'bytes' ? Buffer.concat([Uint8Array.of(1), answer.bytes]) : Uint8Array.of(0)
  }
}

const transferRefused = new ConversationEnded('the sender has no such state')

/** The stream broke, the transfer can go on. */
class Broken extends Error {
  override readonly name = 'Broken'
  readonly transfer: Transfer

  constructor(transfer: Transfer, cause: Error) {
    super(cause.message, { cause })
    this.transfer = transfer
  }
}

function expectDone(answer: Answer): void {
  if (answer.kind === 'failed') throw new ReceiveFailed(answer.why)
}

/** Our own state machine refused what came. */
class ReceiveFailed extends Error {
  override readonly name = 'ReceiveFailed'
}
