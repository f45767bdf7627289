// The order of a merged list: what the patch names comes in the patch's order, what it does not name keeps its place among
// the rest as far as the old order decides it.
import type { Json } from '../json.ts'

type Same = (left: Json, right: Json) => boolean

const indexOf = (list: readonly Json[], item: Json, isSame: Same): number => list.findIndex((candidate) => isSame(candidate, item))

/** The items of `merged`: those in `order` by it, the others by `before`, woven together where `before` knows both. */
export function mergedOrder(merged: readonly Json[], order: readonly Json[], before: readonly Json[], isSame: Same): readonly Json[] {
  const byIndex = (list: readonly Json[]) => (left: Json, right: Json): number => indexOf(list, left, isSame) - indexOf(list, right, isSame)
  const named = merged.filter((item) => indexOf(order, item, isSame) >= 0).sort(byIndex(order))
  const others = merged.filter((item) => indexOf(order, item, isSame) < 0).sort(byIndex(before))
  const woven: Json[] = []
  let [atOther, atNamed] = [0, 0]
  while (atOther < others.length || atNamed < named.length) {
    const other = others[atOther]
    const own = named[atNamed]
    if (other === undefined || (own !== undefined && !comesFirst(other, own, before, isSame))) {
      if (own !== undefined) woven.push(own)
      atNamed += 1
    } else {
      woven.push(other)
      atOther += 1
    }
  }
  return woven
}

function comesFirst(other: Json, own: Json, before: readonly Json[], isSame: Same): boolean {
  const [left, right] = [indexOf(before, other, isSame), indexOf(before, own, isSame)]
  return left >= 0 && right >= 0 && left < right
}
