// One core's share of a long run: gets seeds, one at a time, and answers what became of each. It ends when nobody asks.
import { parentPort } from 'node:worker_threads'
import { createEngine } from '../protocol/engine/engine.ts'
import { drawnOptions } from './options.ts'
import { runOnce } from './run.ts'

/** What a worker is asked to run. */
export interface Task {
  readonly seed: number
  readonly peers: number | undefined
  readonly faultyMs: number
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

parentPort?.on('message', ({ seed, peers, faultyMs }: Task) => {
  const { virtualMs, events, hash, violation } = runOnce(drawnOptions(seed, peers, faultyMs), createEngine, false)
  const outcome: Outcome = { seed, virtualMs, events, hash, violation: violation?.message.split('\n')[0] }
  parentPort?.postMessage(outcome)
})
