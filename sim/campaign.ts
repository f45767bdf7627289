// Runs seed after seed on several cores until it is enough, says now and then how far it is, and keeps the seeds that broke
// a promise. What a seed does depends on nothing but its number, so the cores share no more than the count.
import { Worker } from 'node:worker_threads'
import type { Weather } from './options.ts'
import type { Outcome, Task } from './worker.ts'

/** How often progress is told. */
const progressMs = 10_000
/** Failing seeds that are kept; more would say nothing new. */
export const maxFailures = 20

export interface CampaignOptions {
  readonly firstSeed: number
  readonly peers: number | undefined
  readonly faultyMs: number
  /** Control loops in place of clients. */
  readonly loops: boolean
  readonly weather: Weather
  readonly jobs: number
  /** Is this enough? Asked before each seed. */
  readonly enough: (sum: CampaignSum) => boolean
}

export interface CampaignSum {
  readonly seeds: number
  readonly virtualMs: number
  readonly events: number
  readonly tookMs: number
  readonly failures: readonly Outcome[]
}

/** Runs until it is enough or too much fails; `tell` gets lines of progress. */
export async function runCampaign(options: CampaignOptions, nowMs: () => number, tell: (line: string) => void): Promise<CampaignSum> {
  const startedMs = nowMs()
  let seed = options.firstSeed
  let sum: CampaignSum = { seeds: 0, virtualMs: 0, events: 0, tookMs: 0, failures: [] }
  let toldMs = startedMs
  const add = (outcome: Outcome): void => {
    const failures = outcome.violation === undefined ? sum.failures : [...sum.failures, outcome]
    sum = { seeds: sum.seeds + 1, virtualMs: sum.virtualMs + outcome.virtualMs, events: sum.events + outcome.events, tookMs: nowMs() - startedMs, failures }
    if (outcome.violation !== undefined) tell(`seed ${outcome.seed}: ${outcome.violation}`)
    if (nowMs() - toldMs < progressMs) return
    toldMs = nowMs()
    tell(describeSum(sum))
  }
  const core = (): Promise<void> => new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./worker.ts', import.meta.url))
    const next = (): void => {
      if (options.enough(sum) || sum.failures.length >= maxFailures) return void worker.terminate().then(() => resolve(), reject)
      const task: Task = { seed: seed++, peers: options.peers, faultyMs: options.faultyMs, loops: options.loops, weather: options.weather }
      worker.postMessage(task)
    }
    worker.on('message', (outcome: Outcome) => {
      add(outcome)
      next()
    })
    worker.on('error', reject)
    next()
  })
  await Promise.all(Array.from({ length: options.jobs }, core))
  return sum
}

/** How far it is, on one line. */
export function describeSum(sum: CampaignSum): string {
  const perSecond = (value: number): number => Math.round((value * 1000) / Math.max(1, sum.tookMs))
  return `${sum.seeds} seeds, ${(sum.virtualMs / 86_400_000).toFixed(2)} days of virtual time, ${Math.round(sum.events / 1000)}k events `
    + `in ${(sum.tookMs / 1000).toFixed(0)} s (${perSecond(sum.events / 1000)}k events/s, ${perSecond(sum.virtualMs / 1000)} virtual s/s); `
    + `${sum.failures.length === 0 ? 'every promise held' : `${sum.failures.length} seeds broke a promise: ${sum.failures.map((one) => one.seed).join(' ')}`}`
}
