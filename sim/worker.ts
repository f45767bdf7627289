// One core's share of a long run: gets seeds, one at a time, and answers what became of each. It ends when nobody asks.
import { parentPort } from 'node:worker_threads'
import { createEngine } from '../protocol/engine/engine.ts'
import { drawnLoops, drawnOptions } from './options.ts'
import type { Weather } from './options.ts'
import { runLoops } from './loops/run.ts'
import { settle } from './settle.ts'
import { runOnce } from './run.ts'

/** What a worker is asked to run. */
export interface Task {
  readonly seed: number
  readonly peers: number | undefined
  readonly faultyMs: number
  readonly loops: boolean
  readonly weather: Weather
}

/** What became of it. */
export interface Outcome {
  readonly seed: number
  readonly virtualMs: number
  readonly events: number
  readonly hash: string
  /** The broken promise, in one line. */
  readonly violation: string | undefined
}

async function run({ seed, peers, faultyMs, loops, weather }: Task): Promise<Outcome> {
  const { virtualMs, events, hash, violation } = loops
    ? await runLoops(drawnLoops(seed, peers, faultyMs, weather), createEngine, false, settle)
    : runOnce(drawnOptions(seed, peers, faultyMs, weather), createEngine, false)
  return { seed, virtualMs, events, hash, violation: violation?.message.split('\n')[0] }
}

parentPort?.on('message', (task: Task) => {
  void run(task).then((outcome) => parentPort?.postMessage(outcome))
})
