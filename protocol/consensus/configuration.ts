// Who takes part, by position in the log. A configuration counts from the moment it is appended and falls back when its
// entry is truncated (Raft thesis, section 4.1), so the older ones are kept until they are compacted away.
// It does not decide who should take part; the engine's voter plan does.
import { assert, required } from '../base/assert.ts'
import type { LogIndex, PeerId } from '../base/ids.ts'
import type { Configuration } from '../message/entry.ts'

/** No members at all: a peer that has not joined yet. */
export const emptyConfiguration: Configuration = { voters: [], learners: [], witnesses: [] }

/** The configurations in the retained log, oldest first; the first one is the mark's. */
export class ConfigurationHistory {
  #steps: { readonly index: LogIndex; readonly configuration: Configuration }[]

  constructor(index: LogIndex, configuration: Configuration) {
    this.#steps = [{ index, configuration }]
  }

  get current(): Configuration {
    return required(this.#steps[this.#steps.length - 1], 'configuration').configuration
  }

  /** Position of the entry that made the current one. */
  get currentIndex(): LogIndex {
    return required(this.#steps[this.#steps.length - 1], 'configuration').index
  }

  append(index: LogIndex, configuration: Configuration): void {
    assert(index > this.currentIndex, 'configurations follow each other')
    this.#steps.push({ index, configuration })
  }

  /** The entries from `from` on are gone; true when the current configuration changed. */
  truncate(from: LogIndex): boolean {
    const before = this.#steps.length
    while (this.#steps.length > 1 && this.currentIndex >= from) this.#steps.pop()
    return this.#steps.length !== before
  }

  /** The configuration in force at `index`. */
  at(index: LogIndex): Configuration {
    let found = required(this.#steps[0], 'configuration')
    for (const step of this.#steps) if (step.index <= index) found = step
    return found.configuration
  }

  compact(index: LogIndex): void {
    const configuration = this.at(index)
    this.#steps = [{ index, configuration }, ...this.#steps.filter((step) => step.index > index)]
  }

  reset(index: LogIndex, configuration: Configuration): void {
    this.#steps = [{ index, configuration }]
  }
}

/** Everybody who gets the log from the leader. */
export function membersOf(configuration: Configuration): readonly PeerId[] {
  return [...configuration.voters, ...configuration.learners]
}

/** Why one may not follow the other, or undefined: at most one voter comes or goes at a time (thesis, section 4.1). */
export function refuseChange(from: Configuration, to: Configuration): string | undefined {
  const added = to.voters.filter((peer) => !from.voters.includes(peer))
  const removed = from.voters.filter((peer) => !to.voters.includes(peer))
  if (to.voters.length === 0) return 'a configuration without voters'
  if (added.length + removed.length > 1) return 'more than one voter changes'
  if (added.some((peer) => !from.learners.includes(peer))) return 'a new voter was no learner'
  if (new Set(membersOf(to)).size !== to.voters.length + to.learners.length) return 'a peer twice'
  return undefined
}
