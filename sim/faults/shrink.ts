// Makes a failing list of faults shorter: delta debugging (Zeller, Hildebrandt 2002, algorithm ddmin) over the faults of a
// run, so that what is printed is what matters. It runs nothing itself; the caller says whether a list still fails.
import { assert } from '../../protocol/base/assert.ts'

/** A shorter list that still fails. */
export interface Shrunk<T> {
  readonly kept: readonly T[]
  /** Lists that were tried. */
  readonly tries: number
  /** False when the budget ended before no single fault could be left out. */
  readonly minimal: boolean
}

/**
 * The shortest failing list that leaving out parts leads to. `fails` must hold for the whole list; `more` is asked before each
 * try and ends the search when it says no.
 */
export async function shrink<T>(whole: readonly T[], fails: (part: readonly T[]) => boolean | Promise<boolean>, more: (tries: number) => boolean): Promise<Shrunk<T>> {
  let kept = whole
  let parts = 2
  let tries = 0
  // Often the faults have nothing to do with it.
  if (whole.length > 0 && more(tries)) {
    tries++
    if (await fails([])) return { kept: [], tries, minimal: true }
  }
  while (kept.length > 1) {
    const sizeOfPart = Math.ceil(kept.length / parts)
    let shorter: readonly T[] | undefined
    for (let from = 0; from < kept.length && shorter === undefined; from += sizeOfPart) {
      if (!more(tries)) return { kept, tries, minimal: false }
      const rest = [...kept.slice(0, from), ...kept.slice(from + sizeOfPart)]
      assert(rest.length < kept.length, 'something is left out')
      tries++
      if (await fails(rest)) shorter = rest
    }
    if (shorter !== undefined) {
      kept = shorter
      parts = Math.max(2, parts - 1)
    } else if (sizeOfPart === 1) break
    else parts = Math.min(kept.length, parts * 2)
  }
  return { kept, tries, minimal: true }
}
