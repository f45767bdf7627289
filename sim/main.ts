// The simulator's command: replays a seed exactly, or runs many. It prints what was drawn, and the final hash, by which two
// runs of one seed are the same or not. A failing seed is run again with recording, and its timeline printed, a line an event.
import { appendFileSync, writeFileSync } from 'node:fs'
import { createEngine } from '../protocol/engine/engine.ts'
import { seededRandom } from '../protocol/base/random.ts'
import { describeOptions, swarmOptions } from './options.ts'
import type { RunOptions } from './options.ts'
import { runOnce } from './run.ts'
import type { RunResult } from './run.ts'
import { scenarios } from './scenarios.ts'

const usage = `shoal sim: runs a cluster in virtual time from a seed.
  --seed S        the seed (default 1)
  --peers N       peers (default: drawn, 1 to 7)
  --time 30m      virtual time with faults: 45s, 30m, 2h (default 20s)
  --hours H       the same in hours
  --seeds K       run K seeds from S on
  --scenario NAME a named run; --scenario list shows them
  --history FILE  write what clients asked and were answered, a line of JSON an operation
  --timeline      print the timeline also when nothing fails
`

/** Milliseconds of `45s`, `30m`, `2h` or a number of seconds; undefined when it is none. */
export function durationMs(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(text)
  if (match === null) return undefined
  const unitMs = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }[match[2] ?? 's']
  return unitMs === undefined ? undefined : Number(match[1]) * unitMs
}

export interface Arguments {
  readonly seed: number
  readonly seeds: number
  readonly peers: number | undefined
  readonly faultyMs: number
  readonly scenario: string | undefined
  readonly history: string | undefined
  readonly timeline: boolean
}

/** The arguments, or what is wrong with them. */
export function readArguments(words: readonly string[]): Arguments | string {
  const values = new Map<string, string>()
  for (let i = 0; i < words.length; i++) {
    const name = words[i] ?? ''
    if (name === '--timeline') values.set(name, 'yes')
    else if (['--seed', '--seeds', '--peers', '--time', '--hours', '--scenario', '--history'].includes(name)) values.set(name, words[++i] ?? '')
    else return `unknown argument ${name}`
  }
  const whole = (name: string, otherwise: number): number => Number(values.get(name) ?? otherwise)
  const faultyMs = durationMs(values.has('--hours') ? `${values.get('--hours')}h` : values.get('--time') ?? '20s')
  const seed = whole('--seed', 1)
  const seeds = whole('--seeds', 1)
  const peers = values.has('--peers') ? whole('--peers', 0) : undefined
  if (faultyMs === undefined) return '--time wants a number with s, m or h'
  if (!Number.isInteger(seed) || seed < 0) return '--seed wants a whole number'
  if (!Number.isInteger(seeds) || seeds < 1) return '--seeds wants a whole number from 1'
  if (peers !== undefined && !(Number.isInteger(peers) && peers >= 1 && peers <= 64)) return '--peers wants 1 to 64'
  return { seed, seeds, peers, faultyMs, scenario: values.get('--scenario'), history: values.get('--history'), timeline: values.has('--timeline') }
}

/** What a seed draws. */
export function optionsOf(seed: number, peers: number | undefined, faultyMs: number): RunOptions {
  const random = seededRandom(seed)
  const drawn = random.pick([1, 2, 3, 3, 3, 3, 4, 5, 5, 5, 6, 7])
  return swarmOptions(seed, random, peers ?? drawn, faultyMs * 1000)
}

function report(result: RunResult, options: RunOptions, startedMs: number, timeline: boolean): void {
  const wallMs = Math.max(1, Math.round(performance.now() - startedMs))
  console.log(`seed ${result.seed}: ${options.peers} peers, ${(result.virtualMs / 1000).toFixed(1)} s, ${result.events} events (${Math.round(result.events / wallMs)}k/s), `
    + `${result.applied} entries, ${result.acknowledged} writes known, ${result.unknown} unknown, ${result.reads} reads, whole again after ${result.recoveredMs} ms`)
  console.log(`hash ${result.hash}`)
  if (result.violation === undefined && !timeline) return
  console.log(describeOptions(options))
  for (const line of runOnce(options, createEngine, true).timeline) console.log(line)
  if (result.violation !== undefined) console.log(result.violation.stack ?? result.violation.message)
}

function main(words: readonly string[]): number {
  if (words.includes('--help')) {
    console.log(usage)
    return 0
  }
  const chosen = readArguments(words)
  if (typeof chosen === 'string') {
    console.error(`shoal sim: ${chosen}\n${usage}`)
    return 2
  }
  if (chosen.scenario === 'list') {
    for (const { name } of scenarios) console.log(name)
    return 0
  }
  let failed = 0
  if (chosen.history !== undefined) writeFileSync(chosen.history, '')
  for (let i = 0; i < chosen.seeds; i++) {
    const named = scenarios.find((one) => one.name === chosen.scenario)
    const options = named?.options ?? optionsOf(chosen.seed + i, chosen.peers, chosen.faultyMs)
    const startedMs = performance.now()
    const lines: string[] = []
    const result = runOnce(options, createEngine, false, (line) => { if (chosen.history !== undefined) lines.push(JSON.stringify(line)) })
    if (chosen.history !== undefined) appendFileSync(chosen.history, lines.map((line) => `${line}\n`).join(''))
    report(result, options, startedMs, chosen.timeline)
    if (result.violation !== undefined) failed++
  }
  if (chosen.seeds > 1) console.log(`${chosen.seeds - failed} of ${chosen.seeds} seeds hold`)
  return failed === 0 ? 0 : 1
}

if (import.meta.main) process.exitCode = main(process.argv.slice(2))
