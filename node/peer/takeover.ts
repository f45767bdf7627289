// Whether others may replace what a peer had to itself: its Pods that must be unique. Only the leader knows, since it grants
// the leases, and its word counts only when a majority confirms after it that it still leads in the same term: another leader
// may have granted a lease meanwhile. Whoever acts on the answer deletes the very version that it saw before it asked; a
// kubelet that got a new lease since then has made another one by its claim.
import type { LogIndex, PeerId, Revision, Term } from '../../protocol/base/ids.ts'
import type { Clock } from '../base/clock.ts'
import type { TakeoverView } from '../base/views.ts'
import type { StateReader } from '../store/types.ts'
import type { Reply } from './asking.ts'
import { noAgreement } from './errors.ts'
import { takeoverTimeoutMs } from './limits.ts'
import { parseObject, readPeers, removedPrefix } from './records.ts'
import type { Order } from './types.ts'

/** About the peers that have or had a Node's name, or about one peer. */
type TakeoverQuestion = { readonly what: 'takeover'; readonly node: string } | { readonly what: 'takeover'; readonly peer: PeerId }

/** What the engine says: whether it leads and all these leases are over, and its term. */
interface Standing {
  readonly over: boolean
  readonly term: Term
}

const nobodyKnows: Standing = { over: false, term: 0 }

export interface TakeoverDeps {
  readonly store: StateReader
  readonly clock: Clock
  readonly leader: () => PeerId | undefined
  readonly send: (order: Order) => void
  /** Resolves when a majority has confirmed who leads, and the own copy has everything agreed until now. */
  readonly barrier: (timeoutMs: number) => Promise<Revision | LogIndex>
  readonly ask: (to: PeerId, frame: Uint8Array) => Promise<Reply>
}

export class Takeover implements TakeoverView {
  readonly #deps: TakeoverDeps
  readonly #self: PeerId
  readonly #open = new Map<number, (standing: Standing) => void>()
  #last = 0
  #stopped = false

  constructor(deps: TakeoverDeps, self: PeerId) {
    this.#deps = deps
    this.#self = self
  }

  nodeIsOver(nodeName: string): Promise<boolean> {
    return this.#ask({ what: 'takeover', node: nodeName })
  }

  peerIsOver(peerId: PeerId): Promise<boolean> {
    return this.#ask({ what: 'takeover', peer: peerId })
  }

  /** The answer to another peer's question; undefined when it is about something else. */
  async answer(frame: Uint8Array): Promise<Uint8Array | undefined> {
    const question = readQuestion(frame)
    return question === undefined ? undefined : Buffer.from(JSON.stringify({ over: await this.#judge(question) }))
  }

  /** The peer thread's answer to an order of this kind. */
  standing(id: number, standing: Standing): void {
    this.#open.get(id)?.(standing)
  }

  /** Nobody answers any more. */
  stop(): void {
    this.#stopped = true
    for (const settle of [...this.#open.values()]) settle(nobodyKnows)
  }

  async #ask(question: TakeoverQuestion): Promise<boolean> {
    const { leader, ask, clock } = this.#deps
    const asked = leader()
    if (asked === undefined) return false
    if (asked === this.#self) return this.#judge(question)
    const late = Promise.withResolvers<Reply>()
    const timer = clock.after(takeoverTimeoutMs, () => late.resolve({ why: 'no answer in time' }))
    const reply = await Promise.race([ask(asked, Buffer.from(JSON.stringify(question))), late.promise])
    timer.cancel()
    return 'frame' in reply && parseObject(reply.frame)?.['over'] === true
  }

  /** The table of peers is read anew after the majority's word: who joined under a name meanwhile counts as well. */
  async #judge(question: TakeoverQuestion): Promise<boolean> {
    const before = await this.#standing(question)
    if (!before.over) return false
    try {
      await this.#deps.barrier(takeoverTimeoutMs)
    } catch (error) {
      if (!noAgreement.is(error)) throw error
      return false
    }
    const after = await this.#standing(question)
    return after.over && after.term === before.term
  }

  #standing(question: TakeoverQuestion): Promise<Standing> {
    if (this.#stopped) return Promise.resolve(nobodyKnows)
    const id = ++this.#last
    const peers = 'peer' in question ? [question.peer] : peersNamed(this.#deps.store, question.node)
    return new Promise((resolve) => {
      this.#open.set(id, (standing) => {
        this.#open.delete(id)
        resolve(standing)
      })
      this.#deps.send({ kind: 'leaseOver', id, peers })
    })
  }
}

/** Members of this name and those that were removed under it: a removed peer's last lease may still run. */
function peersNamed(store: StateReader, name: string): readonly PeerId[] {
  const members = readPeers(store).filter((record) => record.name === name).map(({ peer }) => peer)
  const removed = store.range(removedPrefix).items.filter(({ value }) => parseObject(value)?.['name'] === name).map(({ key }) => key.slice(removedPrefix.length))
  return [...members, ...removed]
}

function readQuestion(frame: Uint8Array): TakeoverQuestion | undefined {
  const { what, node, peer } = parseObject(frame) ?? {}
  if (what !== 'takeover') return undefined
  if (typeof node === 'string') return { what, node }
  return typeof peer === 'string' ? { what, peer } : undefined
}
