// The simulator's command: replays a seed exactly, runs many, or goes on for hours on all cores. It prints what was drawn,
// and the final hash, by which two runs of one seed are the same or not. A failing seed is run again with fewer and fewer
// faults, and what is left of it is printed as a timeline. The exit status says whether every promise held.
import { appendFileSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { createEngine } from '../protocol/engine/engine.ts'
import { readArguments, usage } from './arguments.ts'
import type { Arguments } from './arguments.ts'
import { describeSum, runCampaign } from './campaign.ts'
import { explainFailure } from './failing.ts'
import type { Replay } from './failing.ts'
import { drawFaults } from './faults/draw.ts'
import { describeOptions, drawnLoops, drawnOptions } from './options.ts'
import type { RunOptions } from './options.ts'
import { runLoops } from './loops/run.ts'
import { settle } from './settle.ts'
import { runOnce } from './run.ts'
import type { RunResult } from './run.ts'
import { scenarios } from './scenarios.ts'
import { measureSpeed } from './speed.ts'

/** How long the search for the faults that matter may take. */
const shrinkMs = 60_000

function report(result: RunResult, options: RunOptions, startedMs: number): void {
  const wallMs = Math.max(1, Math.round(performance.now() - startedMs))
  console.log(`seed ${result.seed}: ${options.peers} peers, ${(result.virtualMs / 1000).toFixed(1)} s, ${result.events} events (${Math.round(result.events / wallMs)}k/s), `
    + `${result.applied} entries, ${result.acknowledged} writes known, ${result.unknown} unknown, ${result.reads} reads, whole again after ${result.recoveredMs} ms`)
  console.log(`hash ${result.hash}`)
}

async function explain(options: RunOptions, chosen: Arguments): Promise<void> {
  const untilMs = performance.now() + shrinkMs
  const replay: Replay = chosen.loops ? (one, recording) => runLoops(one, createEngine, recording, settle) : (one, recording) => runOnce(one, createEngine, recording)
  const { numbers, lines } = await explainFailure(options, replay, () => performance.now() < untilMs)
  for (const line of lines) console.log(line)
  const which = chosen.scenario === undefined ? `--seed ${options.seed}${chosen.peers === undefined ? '' : ` --peers ${chosen.peers}`} --time ${chosen.faultyMs}ms` : `--scenario '${chosen.scenario}'`
  console.log(`again: shoal sim ${chosen.loops ? '--loops ' : ''}${chosen.weather === 'calm' ? '--calm ' : ''}${which} --faults ${numbers.length === 0 ? 'none' : numbers.join(',')} --timeline`)
}

/** Options of one run of what was asked for: drawn or named, with all of its faults or some. */
function optionsFor(chosen: Arguments, seed: number): RunOptions | undefined {
  const named = scenarios.find((one) => one.name === chosen.scenario)
  if (chosen.scenario !== undefined && named === undefined) return undefined
  const options = named?.options ?? (chosen.loops ? drawnLoops : drawnOptions)(seed, chosen.peers, chosen.faultyMs, chosen.weather)
  if (chosen.faults === undefined) return options
  return { ...options, schedule: drawFaults(options).filter((_, i) => chosen.faults?.includes(i)) }
}

async function runSeeds(chosen: Arguments): Promise<number> {
  let failed = 0
  if (chosen.history !== undefined) writeFileSync(chosen.history, '')
  for (let i = 0; i < chosen.seeds; i++) {
    const options = optionsFor(chosen, chosen.seed + i)
    if (options === undefined) {
      console.error(`shoal sim: no scenario '${chosen.scenario}'; --scenario list shows them`)
      return 2
    }
    const startedMs = performance.now()
    if (chosen.loops) {
      failed += await runLoopsOnce(chosen, options, failed === 0)
      continue
    }
    const lines: string[] = []
    const result = runOnce(options, createEngine, false, (line) => { if (chosen.history !== undefined) lines.push(JSON.stringify(line)) })
    if (chosen.history !== undefined) appendFileSync(chosen.history, lines.map((line) => `${line}\n`).join(''))
    report(result, options, startedMs)
    if (chosen.timeline) {
      console.log(describeOptions(options))
      for (const line of runOnce(options, createEngine, true).timeline) console.log(line)
    }
    if (result.violation === undefined) continue
    failed++
    console.log(result.violation.stack ?? result.violation.message)
    if (failed === 1 && chosen.faults === undefined) await explain(options, chosen)
  }
  if (chosen.seeds > 1) console.log(`${chosen.seeds - failed} of ${chosen.seeds} seeds hold`)
  return failed === 0 ? 0 : 1
}

/** One run of control loops; answers how many failed. */
async function runLoopsOnce(chosen: Arguments, options: RunOptions, isFirst: boolean): Promise<number> {
  const { hash, events, virtualMs, started, recoveredMs, violation, timeline } = await runLoops(options, createEngine, chosen.timeline, settle)
  for (const line of timeline) console.log(line)
  console.log(`seed ${options.seed}: ${options.peers} peers, control loops, ${(virtualMs / 1000).toFixed(1)} s, ${events} events, ${started} containers started, as wanted after ${recoveredMs} ms`)
  console.log(`hash ${hash}`)
  if (violation === undefined) return 0
  console.log(violation.stack ?? violation.message)
  if (isFirst && chosen.faults === undefined) await explain(options, chosen)
  return 1
}

/** Many seeds on several cores; the first that fails is explained at the end. */
async function runLong(chosen: Arguments): Promise<number> {
  const { hours, days, seeds } = chosen
  const startedMs = performance.now()
  const sum = await runCampaign({
    firstSeed: chosen.seed, peers: chosen.peers, faultyMs: chosen.faultyMs, loops: chosen.loops, weather: chosen.weather, jobs: chosen.jobs ?? availableParallelism(),
    enough: (soFar) => {
      if (hours !== undefined) return performance.now() - startedMs >= hours * 3_600_000
      return days !== undefined ? soFar.virtualMs >= days * 86_400_000 : soFar.seeds >= seeds
    },
  }, () => performance.now(), (line) => console.log(line))
  const [first] = sum.failures
  if (first !== undefined) await explain((chosen.loops ? drawnLoops : drawnOptions)(first.seed, chosen.peers, chosen.faultyMs, chosen.weather), chosen)
  console.log(`seeds ${chosen.seed} to ${chosen.seed + sum.seeds - 1}: ${describeSum(sum)}`)
  return sum.failures.length === 0 ? 0 : 1
}

function showSpeed(): number {
  for (const [operations, seconds] of [[0, 1000], [20, 200]] as const) {
    const { eventsPerSecond, virtualSecondsPerSecond } = measureSpeed(operations, seconds, createEngine, () => performance.now())
    console.log(`five peers, ${operations} operations a second: ${Math.round(eventsPerSecond / 1000)}k events/s, ${Math.round(virtualSecondsPerSecond)} virtual s/s`)
  }
  return 0
}

async function main(words: readonly string[]): Promise<number> {
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
  if (chosen.speed) return showSpeed()
  return chosen.hours !== undefined || chosen.days !== undefined || chosen.jobs !== undefined ? runLong(chosen) : runSeeds(chosen)
}

process.exitCode = await main(process.argv.slice(2))
