// Linearizability of one register by the search of Wing and Gong (1993) with Lowe's memory of visited states (2017): is
// there an order of the operations that respects real time and in which every answer is right?
// Operations without an answer may have happened at any time after they began, or never.
import { assert } from '../../protocol/base/assert.ts'

/** One client's operation on one register. Times are those of the world. */
export interface Operation {
  readonly kind: 'write' | 'create' | 'swap' | 'read'
  /** What is written, or what was read; undefined: nothing there. */
  readonly value: string | undefined
  /** Of a swap: the value that must be there. */
  readonly expected: string | undefined
  readonly callUs: number
  /** Infinity when no answer came. */
  readonly returnUs: number
  /** `maybe`: no answer came. */
  readonly outcome: 'done' | 'refused' | 'maybe'
}

/** The operations on one register. */
export type History = readonly Operation[]

/** States that one search visits at most; beyond them the history counts as undecided. */
export const maxVisited = 200_000

export type Verdict = 'linearizable' | 'violated' | 'undecided'

/** Whether an operation may happen in a state, and the state after it; undefined when its answer would be wrong. */
export function step(state: string | undefined, operation: Operation): { readonly state: string | undefined } | undefined {
  if (operation.kind === 'read') return operation.value === state ? { state } : undefined
  const fits = operation.kind === 'write' || (operation.kind === 'create' ? state === undefined : state === operation.expected)
  switch (operation.outcome) {
    case 'done':
      return fits ? { state: operation.value } : undefined
    case 'refused':
      return fits ? undefined : { state }
    case 'maybe':
      // When it happens without fitting it changes nothing.
      return { state: fits ? operation.value : state }
  }
}

/** Decides one register's history. Reads without an answer say nothing and must be left out by the caller. */
export function linearizable(history: History): Verdict {
  assert(history.every((one) => one.kind !== 'read' || one.outcome === 'done'), 'only reads with an answer count')
  const operations = history.filter((one) => one.outcome !== 'maybe' || matters(one, history)).sort((a, b) => a.callUs - b.callUs)
  return new Search(operations).run()
}

/** A write of unknown fate whose value nobody saw cannot make a history of successes right or wrong. */
function matters(maybe: Operation, history: History): boolean {
  return history.some((other) => other !== maybe && (other.outcome === 'refused' || (other.kind === 'read' && other.value === maybe.value) || other.expected === maybe.value))
}

interface Frame {
  readonly chosen: number
  readonly stateBefore: string | undefined
}

/** Depth first over the choices of the next operation, in order of call, with undo. */
class Search {
  readonly #operations: History
  readonly #taken: boolean[]
  readonly #visited = new Set<string>()
  #answered: number
  #state: string | undefined = undefined
  #first = 0
  /** The state before the last choice, for its undoing. */
  #before: string | undefined = undefined

  constructor(operations: History) {
    this.#operations = operations
    this.#taken = operations.map(() => false)
    this.#answered = operations.filter((one) => one.outcome !== 'maybe').length
  }

  run(): Verdict {
    const stack: Frame[] = []
    let from = this.#first
    while (this.#answered > 0) {
      const chosen = this.#choose(from)
      if (this.#visited.size > maxVisited) return 'undecided'
      if (chosen !== undefined) {
        stack.push({ chosen, stateBefore: this.#before })
        from = this.#advance()
        continue
      }
      const frame = stack.pop()
      if (frame === undefined) return 'violated'
      this.#undo(frame)
      from = frame.chosen + 1
    }
    return 'linearizable'
  }

  /** Takes the first candidate from position `from` on that leads to a state not visited yet. */
  #choose(from: number): number | undefined {
    const deadlineUs = this.#earliestReturn()
    for (let i = from; i < this.#operations.length; i++) {
      const operation = this.#operations[i]
      if (operation === undefined || operation.callUs > deadlineUs) return undefined
      if (this.#taken[i] === true) continue
      const next = step(this.#state, operation)
      if (next === undefined) continue
      this.#taken[i] = true
      if (this.#seen(next.state)) {
        this.#taken[i] = false
        continue
      }
      this.#before = this.#state
      this.#state = next.state
      if (operation.outcome !== 'maybe') this.#answered--
      return i
    }
    return undefined
  }

  /** Nothing that was called after an open operation returned may come before it. */
  #earliestReturn(): number {
    let earliest = Number.POSITIVE_INFINITY
    for (let i = this.#first; i < this.#operations.length; i++) {
      const operation = this.#operations[i]
      if (operation === undefined || operation.callUs > earliest) break
      if (this.#taken[i] !== true) earliest = Math.min(earliest, operation.returnUs)
    }
    return earliest
  }

  #seen(state: string | undefined): boolean {
    let key = `${state ?? ''} ${this.#firstOpen()}`
    for (let i = this.#firstOpen(); i < this.#taken.length; i++) if (this.#taken[i] === true) key += ` ${i}`
    if (this.#visited.has(key)) return true
    this.#visited.add(key)
    return false
  }

  #firstOpen(): number {
    let at = this.#first
    while (this.#taken[at] === true) at++
    return at
  }

  #advance(): number {
    this.#first = this.#firstOpen()
    return this.#first
  }

  #undo(frame: Frame): void {
    this.#taken[frame.chosen] = false
    this.#state = frame.stateBefore
    if (this.#operations[frame.chosen]?.outcome !== 'maybe') this.#answered++
    this.#first = Math.min(this.#first, frame.chosen)
  }
}
