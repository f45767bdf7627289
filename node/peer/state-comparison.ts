// Compares this peer's state with the others': every peer remembers the hash of its state at some indices, and now and then
// asks a few others for theirs. Equal index means equal hash; a peer that differs from most gives its state up and gets it
// anew, since memory and disks do change bits. Who is right is never guessed: without a majority it is only told.
import type { LogIndex, PeerId } from '../../protocol/base/ids.ts'
import type { Logger } from '../base/logger.ts'
import type { StateCheckpoint } from '../store/types.ts'
import type { Reply } from './asking.ts'
import { comparedPeers } from './limits.ts'
import { isObject, parseObject } from './records.ts'

export interface StateComparisonDeps {
  readonly checkpoints: () => readonly StateCheckpoint[]
  readonly ask: (to: PeerId, frame: Uint8Array) => Promise<Reply>
  /** Other full peers that seem to be there, the ones to ask first at the front. */
  readonly others: () => readonly PeerId[]
  readonly logger: Logger
  /** This peer's state differs from that of most others. */
  readonly wrong: (index: LogIndex) => void
}

/** What answers amount to. `unclear`: some differ, and nobody is outvoted. */
export type Verdict = { readonly kind: 'equal' | 'unknown' } | { readonly kind: 'wrong' | 'unclear'; readonly index: LogIndex }

/** Judges by the newest index at which this peer and at least one other have a hash. Pure. */
export function judge(own: readonly StateCheckpoint[], others: readonly (readonly StateCheckpoint[])[]): Verdict {
  for (const { index, hash } of [...own].sort((a, b) => b.index - a.index)) {
    const theirs = others.map((marks) => marks.find((mark) => mark.index === index)?.hash).filter((found) => found !== undefined)
    if (theirs.length === 0) continue
    const votes = new Map([[hash, 1]])
    for (const each of theirs) votes.set(each, (votes.get(each) ?? 0) + 1)
    if (votes.size === 1) return { kind: 'equal' }
    const outvoted = [...votes].some(([each, count]) => each !== hash && count * 2 > theirs.length + 1)
    const most = (votes.get(hash) ?? 0) * 2 > theirs.length + 1
    return most ? { kind: 'equal' } : { kind: outvoted ? 'wrong' : 'unclear', index }
  }
  return { kind: 'unknown' }
}

const question = Buffer.from(JSON.stringify({ what: 'state' }))

export class StateComparison {
  readonly #deps: StateComparisonDeps

  constructor(deps: StateComparisonDeps) {
    this.#deps = deps
  }

  /** The answer to another peer's question; undefined when it is about something else. */
  answer(frame: Uint8Array): Uint8Array | undefined {
    if (parseObject(frame)?.['what'] !== 'state') return undefined
    return Buffer.from(JSON.stringify({ checkpoints: this.#deps.checkpoints() }))
  }

  /** Asks some others and acts on what they say. */
  async compare(): Promise<void> {
    const { others, ask, checkpoints, logger, wrong } = this.#deps
    const replies = await Promise.all(others().slice(0, comparedPeers).map((peer) => ask(peer, question)))
    const verdict = judge(checkpoints(), replies.map((reply) => ('frame' in reply ? readCheckpoints(reply.frame) : [])))
    if (verdict.kind === 'unclear') {
      logger.error('the states of peers differ at the same index, and no majority says whose is right', { index: verdict.index })
    } else if (verdict.kind === 'wrong') {
      logger.error("this peer's state differs from that of most others; it is dropped and fetched anew", { index: verdict.index })
      wrong(verdict.index)
    }
  }
}

function readCheckpoints(frame: Uint8Array): readonly StateCheckpoint[] {
  const found = parseObject(frame)?.['checkpoints']
  return (Array.isArray(found) ? found : []).flatMap((mark) => {
    if (!isObject(mark) || typeof mark['index'] !== 'number' || typeof mark['hash'] !== 'string') return []
    return [{ index: mark['index'], hash: mark['hash'] }]
  })
}
