// The form that every benchmark answers in: named figures, each with the bound that it must keep. For people a table, for
// programs one JSON object; the exit status says whether a bound was missed. It measures nothing.
import { parseArgs } from 'node:util'

/** The most, or the least, that a figure may be, in its own unit. */
export type Bound = { readonly atMost: number } | { readonly atLeast: number }

export type Figure = { readonly name: string; readonly value: number; readonly unit: string } & Bound

/** How a benchmark was called. */
export interface BenchOptions {
  /** Print one JSON object and nothing else on standard output. */
  readonly json: boolean
  /** Fewer rounds: whether it works, not how well. */
  readonly quick: boolean
  /** Folder of a running `shoal up` to measure; a fresh cluster otherwise. */
  readonly home: string | undefined
}

/** Reads a benchmark's arguments; throws on an unknown one. */
export function benchOptions(words: readonly string[]): BenchOptions {
  const { values } = parseArgs({ args: [...words], options: { json: { type: 'boolean' }, quick: { type: 'boolean' }, home: { type: 'string' } } })
  return { json: values.json === true, quick: values.quick === true, home: values.home }
}

/** Whether the figure is outside its bound. What could not be measured is NaN, and missed. */
export function missed(figure: Figure): boolean {
  return !('atMost' in figure ? figure.value <= figure.atMost : figure.value >= figure.atLeast)
}

export function median(samples: readonly number[]): number {
  const sorted = [...samples].sort((a, b) => a - b)
  const upper = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
  const lower = sorted[Math.ceil(sorted.length / 2) - 1] ?? Number.NaN
  return (lower + upper) / 2
}

/** Median and maximum of the samples, both under one bound. */
export function spread(name: string, samples: readonly number[], unit: string, atMost: number): readonly Figure[] {
  const maximum = samples.length === 0 ? Number.NaN : Math.max(...samples)
  return [
    { name: `${name}, median`, value: rounded(median(samples)), unit, atMost },
    { name: `${name}, maximum`, value: rounded(maximum), unit, atMost },
  ]
}

/** Three digits after the point are more than any measurement here knows. */
export const rounded = (value: number): number => Math.round(value * 1000) / 1000

/** The figures as people read them, a line each. */
export function describeFigures(figures: readonly Figure[]): readonly string[] {
  const width = Math.max(0, ...figures.map((figure) => figure.name.length))
  return figures.map((figure) => {
    const bound = 'atMost' in figure ? `at most ${figure.atMost}` : `at least ${figure.atLeast}`
    return `${figure.name.padEnd(width)}  ${String(figure.value).padStart(9)} ${figure.unit.padEnd(4)}  ${bound.padEnd(14)}${missed(figure) ? '  MISSED' : ''}`.trimEnd()
  })
}

/** Prints the figures in the wanted form; answers the exit status. */
export function answer(figures: readonly Figure[], options: BenchOptions, write: (line: string) => void): number {
  if (options.json) write(JSON.stringify({ figures }))
  else for (const line of describeFigures(figures)) write(line)
  return figures.some(missed) ? 1 : 0
}
