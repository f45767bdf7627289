// Agreement of one: a twin of the peer zone's agreed state over a memory store, for tests of what stands on it. It can lose
// its majority and get it back; it applies each transaction at once, through the store's own way in.
import type { AgreedState, NoAgreement } from '../../node/base/agreed-state.ts'
import type { Clock } from '../../node/base/clock.ts'
import { defineError } from '../../node/base/errors.ts'
import { noMetrics } from '../../node/base/metrics.ts'
import { memoryStore } from '../../node/store/memory.ts'
import type { StateStore } from '../../node/store/types.ts'
import { encodeTransaction } from '../../protocol/message/codec.ts'
import type { Transaction, TransactionResult } from '../../protocol/message/transaction.ts'

class NoAgreementTwin {
  // The catalogue refuses a second declaration of the peer zone's code; the twin's error is made like it by hand.
  static readonly kind = defineError<{ readonly reason: NoAgreement }>({
    code: 'SHOAL_TEST_NO_AGREEMENT', message: ({ reason }) => reason, remedy: 'This is a test.',
  })

  static make(reason: NoAgreement): Error {
    return Object.assign(NoAgreementTwin.kind.make({ reason }), { code: 'SHOAL_NO_AGREEMENT' })
  }
}

export class SingleAgreed implements AgreedState<Transaction, TransactionResult> {
  readonly store: StateStore
  readonly #clock: Clock
  #index = 0
  hasMajority = true
  commits = 0
  barriers = 0

  constructor(clock: Clock) {
    this.#clock = clock
    this.store = memoryStore({ clock, metrics: noMetrics })
  }

  commit(transaction: Transaction): Promise<TransactionResult> {
    if (!this.hasMajority) return Promise.reject(NoAgreementTwin.make('noMajority'))
    this.commits++
    const index = ++this.#index
    const body = { kind: 'command' as const, proposal: { peer: 'one', counter: index }, command: encodeTransaction(transaction) }
    const [applied] = this.store.apply([{ term: 1, index, timeMs: this.#clock.wallMs(), body }])
    if (applied === undefined) return Promise.reject(NoAgreementTwin.make('stopped'))
    return Promise.resolve(applied.result)
  }

  barrier(): Promise<number> {
    if (!this.hasMajority) return Promise.reject(NoAgreementTwin.make('noMajority'))
    this.barriers++
    return Promise.resolve(this.store.revision())
  }

  quorum(): boolean {
    return this.hasMajority
  }
}
