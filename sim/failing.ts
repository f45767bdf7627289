// What is said of a run that broke a promise: the faults that matter, found by leaving out the others; what happened, a line
// an event; and the words that bring it back. The search is bounded by the caller, who has the clock.
import type { CreateEngine } from './peer.ts'
import { drawFaults } from './faults/draw.ts'
import { describeFault } from './faults/fault.ts'
import type { Fault } from './faults/fault.ts'
import { shrink } from './faults/shrink.ts'
import { describeOptions } from './options.ts'
import type { RunOptions } from './options.ts'
import { runOnce } from './run.ts'
import { Violation } from './violation.ts'

/** Lines of the timeline that are shown. */
const shownLines = 150

export interface Explained {
  /** The faults without which it does not happen, by their numbers in what the seed drew. */
  readonly numbers: readonly number[]
  readonly faults: readonly Fault[]
  readonly lines: readonly string[]
}

/** Runs a failing run again and again with fewer faults, then once more with recording. `more` ends the search. */
export function explainFailure(options: RunOptions, createEngine: CreateEngine, more: (tries: number) => boolean): Explained {
  const drawn = options.schedule ?? drawFaults(options)
  const promise = promiseOf(runOnce(options, createEngine, false).violation)
  const fails = (schedule: readonly Fault[]): boolean => promiseOf(runOnce({ ...options, schedule }, createEngine, false).violation) === promise
  const { kept, tries, minimal } = shrink(drawn, fails, more)
  const { violation, timeline } = runOnce({ ...options, schedule: kept }, createEngine, true)
  const numbers = kept.map((fault) => drawn.indexOf(fault))
  const lines = [
    `drawn: ${describeOptions({ ...options, schedule: [] })}`,
    `${kept.length} of ${drawn.length} faults matter (${tries} runs${minimal ? '' : ', the search was ended'}):`,
    ...kept.map((fault, i) => `  ${numbers[i]}: ${describeFault(fault)}`),
    'what happened, without what is said all the time:',
    ...timeline.slice(-shownLines),
    violation?.message ?? 'nothing: the search is wrong',
  ]
  return { numbers, faults: kept, lines }
}

/** What was broken, without the details that differ from run to run. */
function promiseOf(violation: Error | undefined): string {
  if (violation === undefined) return ''
  return violation instanceof Violation ? violation.promise : violation.message
}
