// What is said of a run that broke a promise: the faults that matter, found by leaving out the others; what happened, a line
// an event; and the words that bring it back. The search is bounded by the caller, who has the clock.
import { drawFaults } from './faults/draw.ts'
import { describeFault } from './faults/fault.ts'
import type { Fault } from './faults/fault.ts'
import { shrink } from './faults/shrink.ts'
import { describeOptions } from './options.ts'
import type { RunOptions } from './options.ts'
import { Violation } from './violation.ts'

/** Lines of the timeline that are shown. */
const shownLines = 150

export interface Explained {
  /** The faults without which it does not happen, by their numbers in what the seed drew. */
  readonly numbers: readonly number[]
  readonly faults: readonly Fault[]
  readonly lines: readonly string[]
}

/** Either kind of run: what it broke, and with recording what happened. */
export type Replay = (options: RunOptions, recording: boolean) => Replayed | Promise<Replayed>
interface Replayed {
  readonly violation: Error | undefined
  readonly timeline: readonly string[]
}

/** Runs a failing run again and again with fewer faults, then once more with recording. `more` ends the search. */
export async function explainFailure(options: RunOptions, replay: Replay, more: (tries: number) => boolean): Promise<Explained> {
  const drawn = options.schedule ?? drawFaults(options)
  const promise = promiseOf((await replay(options, false)).violation)
  const fails = async (schedule: readonly Fault[]): Promise<boolean> => promiseOf((await replay({ ...options, schedule }, false)).violation) === promise
  const { kept, tries, minimal } = await shrink(drawn, fails, more)
  const { violation, timeline } = await replay({ ...options, schedule: kept }, true)
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
