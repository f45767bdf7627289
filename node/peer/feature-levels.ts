// Feature levels: what kinds, fields and transactions the cluster may use while its peers run different versions. Each peer
// announces the highest level that it knows; when all members know more than is agreed, the leader has it raised. A level
// never falls. A transaction that needs one carries it as a condition, and a peer that does not know the agreed one does not run.
import type { PeerId } from '../../protocol/base/ids.ts'
import type { Condition, Transaction, TransactionResult } from '../../protocol/message/transaction.ts'
import { featureLevelKey } from '../../protocol/state/rows.ts'
import type { Logger } from '../base/logger.ts'
import type { StateReader } from '../store/types.ts'
import { featureLevelUnknown, noAgreement } from './errors.ts'
import { levelTimeoutMs } from './limits.ts'
import { levelKeyOf, levelsPrefix, parseNumber, peerKeyOf, peersPrefix, putJson } from './records.ts'

/** The highest level that this build knows. 1: sealed keys of the cluster, and levels themselves. */
export const highestLevel = 1

export interface FeatureLevelsDeps {
  readonly store: StateReader
  readonly logger: Logger
  readonly commit: (transaction: Transaction, timeoutMs: number) => Promise<TransactionResult>
}

/** The level to agree on, or undefined while the agreed one stays. `announced` has no row for members that never said. Pure. */
export function planLevel(agreed: number, members: readonly PeerId[], announced: ReadonlyMap<PeerId, number>): number | undefined {
  if (members.length === 0) return undefined
  const common = Math.min(...members.map((peer) => announced.get(peer) ?? 0))
  return common > agreed ? common : undefined
}

/** The agreed level of a state; 0 before the first was agreed. */
export function agreedLevel(store: StateReader): number {
  return parseNumber(store.get(featureLevelKey)?.value) ?? 0
}

/** Holds against a change of the agreed level: what was decided by it is refused when it was raised meanwhile. */
export function levelUnchanged(store: StateReader): Condition {
  const row = store.get(featureLevelKey)
  return row === undefined ? { kind: 'absent', key: featureLevelKey } : { kind: 'version', key: featureLevelKey, version: row.revision }
}

export class FeatureLevels {
  readonly #deps: FeatureLevelsDeps
  readonly #self: PeerId
  readonly #known: number
  #busy = false

  /** `known`: the highest level of this build. */
  constructor(deps: FeatureLevelsDeps, self: PeerId, known: number) {
    this.#deps = deps
    this.#self = self
    this.#known = known
  }

  /** Throws SHOAL_FEATURE_LEVEL_UNKNOWN when the cluster uses what this build does not know. */
  check(): void {
    const agreed = agreedLevel(this.#deps.store)
    if (agreed > this.#known) throw featureLevelUnknown.make({ agreed, known: this.#known })
  }

  /** Announces this peer's level, and raises the agreed one when this peer leads and all are ready. */
  async tick(leads: boolean): Promise<void> {
    if (this.#busy) return
    this.#busy = true
    try {
      await this.#announce()
      if (leads) await this.#raise()
    } catch (error) {
      // The next beat tries again.
      if (!noAgreement.is(error)) throw error
      this.#deps.logger.debug('a feature level was not agreed yet', { reason: error.details.reason })
    } finally {
      this.#busy = false
    }
  }

  async #announce(): Promise<void> {
    const { store, commit } = this.#deps
    const key = levelKeyOf(this.#self)
    const member = peerKeyOf(this.#self)
    if (store.get(member) === undefined || parseNumber(store.get(key)?.value) === this.#known) return
    await commit({ conditions: [{ kind: 'present', key: member, live: false }], writes: [putJson(key, this.#known)] }, levelTimeoutMs)
  }

  async #raise(): Promise<void> {
    const { store, commit, logger } = this.#deps
    const members = store.range(peersPrefix).items.map((item) => item.key.slice(peersPrefix.length))
    const rows = store.range(levelsPrefix).items
    const announced = new Map(rows.map((row) => [row.key.slice(levelsPrefix.length), parseNumber(row.value) ?? 0]))
    const level = planLevel(agreedLevel(store), members, announced)
    if (level === undefined) return
    // Nobody may have joined since, and nobody may have come back as an older build.
    const result = await commit({
      conditions: [
        levelUnchanged(store),
        { kind: 'limit', prefix: peersPrefix, limit: members.length },
        ...rows.map((row): Condition => ({ kind: 'version', key: row.key, version: row.revision })),
      ],
      writes: [putJson(featureLevelKey, level)],
    }, levelTimeoutMs)
    logger.info('the feature level was raised', { level, outcome: result.kind })
  }
}
