// The rules by frontend, over time, and what of them goes and comes with a new list. Pure. A rule that is the same object has not
// changed, so of ten thousand rules only those that are others are looked at closer; where two rules want one frontend, which
// is rare, everything is compared.
import type { Rule } from './model.ts'
import { changedRules, firstRules, keyOf } from './rules.ts'

/** Rules that are in force no more, and those that are from now on. */
export interface RulesChange {
  readonly gone: readonly Rule[]
  readonly come: readonly Rule[]
}

export class Frontends {
  #rules: ReadonlySet<Rule>
  /** The first rule of each frontend. */
  #first: Map<string, Rule>

  constructor(rules: readonly Rule[]) {
    this.#rules = new Set(rules)
    this.#first = new Map(firstRules(rules))
  }

  /** These rules take the place of those of before. Of two for one frontend the first counts. */
  replace(rules: readonly Rule[]): RulesChange {
    const before = this.#rules
    const after = new Set(rules)
    const gone = [...before].filter((rule) => !after.has(rule))
    const come = [...after].filter((rule) => !before.has(rule))
    this.#rules = after
    return this.#first.size === before.size && this.#exchange(gone, come) ? { gone, come } : this.#compare(rules)
  }

  /** False, and nothing is done, where that would leave two rules for one frontend. */
  #exchange(gone: readonly Rule[], come: readonly Rule[]): boolean {
    const left = new Set(gone.map(({ frontend }) => keyOf(frontend)))
    const keys = come.map(({ frontend }) => keyOf(frontend))
    if (new Set(keys).size < keys.length || keys.some((key) => this.#first.has(key) && !left.has(key))) return false
    for (const key of left) this.#first.delete(key)
    for (const rule of come) this.#first.set(keyOf(rule.frontend), rule)
    return true
  }

  #compare(rules: readonly Rule[]): RulesChange {
    const before = this.#first
    const after = new Map(firstRules(rules))
    this.#first = after
    return { gone: changedRules(before, after), come: changedRules(after, before) }
  }
}
