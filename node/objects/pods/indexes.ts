// Completion indexes of Indexed Jobs: sets of numbers as the text that statuses carry (`1,3-5,7`), and the index of a Pod.
// Source: Kubernetes concepts, Jobs (Indexed completion mode); JobStatus.completedIndexes.
import type { Pod } from '../generated/core-v1.ts'

/** Annotation and label of a Pod that has an index. */
export const indexKey = 'batch.kubernetes.io/job-completion-index'

/** The indexes of the text, all below `count`; or what is wrong with it. */
export function parseIndexes(text: string, count: number): ReadonlySet<number> | string {
  const indexes = new Set<number>()
  let last = -1
  for (const part of text === '' ? [] : text.split(',')) {
    const [first = '', end, ...more] = part.split('-')
    if (more.length > 0) return `the fragment "${part}" violates the requirement that an index interval can have at most two parts separated by '-'`
    if (!/^\d+$/.test(first)) return `cannot convert string to integer for index: "${first}"`
    if (Number(first) >= count) return `too large index: "${first}"`
    if (Number(first) <= last) return `non-increasing order, previous: ${last}, current: ${first}`
    const to = end ?? first
    if (!/^\d+$/.test(to)) return `cannot convert string to integer for index: "${to}"`
    if (Number(to) >= count) return `too large index: "${to}"`
    if (end !== undefined && Number(end) <= Number(first)) return `non-increasing order, previous: ${first}, current: ${end}`
    for (let index = Number(first); index <= Number(to); index++) indexes.add(index)
    last = Number(to)
  }
  return indexes
}

/** The text of a set: single indexes, pairs by comma, longer runs by hyphen. */
export function formatIndexes(indexes: ReadonlySet<number>): string {
  const parts: string[] = []
  const sorted = [...indexes].sort((a, b) => a - b)
  for (let at = 0; at < sorted.length;) {
    let end = at
    while (sorted[end + 1] === (sorted[end] ?? 0) + 1) end++
    if (end === at) parts.push(`${sorted[at]}`)
    else parts.push(`${sorted[at]}${end === at + 1 ? ',' : '-'}${sorted[end]}`)
    at = end + 1
  }
  return parts.join(',')
}

/** The index of a Pod, or undefined. */
export function indexOf(pod: Pod): number | undefined {
  const text = pod.metadata.annotations?.[indexKey]
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined
}
