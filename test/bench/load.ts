// The closed loop of every load here: so many clients, each with one request under way at a time, for so long. The same code
// drives Shoal's peers and etcd's members, so that what a client costs is the same on both sides up to the call itself.
// It knows nothing of what is called.
import { rounded } from './figures.ts'

/** What each client does: its number, and how many requests it has made before. */
export type Call = (client: number, turn: number) => Promise<void>

export interface LoadOptions {
  readonly clients: number
  readonly durationMs: number
  /** The first client's number: loads of one round in several processes number theirs apart. */
  readonly firstClient: number
}

/** What came of a load; it travels between processes. */
export interface LoadResult {
  readonly count: number
  readonly failures: number
  /** From the first request to the last answer. */
  readonly elapsedMs: number
  /** Of each answered request, in the order of answers. */
  readonly latenciesMs: Float64Array
  /** When each was answered, since the load began. */
  readonly endsMs: Float64Array
  /** Processor time of the whole process, threads included, while the load ran. */
  readonly cpuMs: number
}

/** Object size that every benchmark writes, and how many keys they write in turn. */
export const valueBytes = 1024
const keys = 10_000

/** The key of a client's request: clients walk through all keys from places of their own. */
export const keyOf = (client: number, turn: number): string => `/registry/core/configmaps/default/bench-${String((client * 7_919 + turn) % keys).padStart(5, '0')}`

/** Runs the load. A request that fails is counted, and its client goes on. */
export async function runLoad(options: LoadOptions, call: Call): Promise<LoadResult> {
  const latencies: number[] = []
  const ends: number[] = []
  let failures = 0
  const startMs = performance.now()
  const before = process.cpuUsage()
  const untilMs = startMs + options.durationMs
  const client = async (number: number): Promise<void> => {
    for (let turn = 0; ; turn++) {
      const sentMs = performance.now()
      if (sentMs >= untilMs) return
      try {
        await call(number, turn)
        const answeredMs = performance.now()
        latencies.push(answeredMs - sentMs)
        ends.push(answeredMs - startMs)
      } catch {
        failures++
      }
    }
  }
  await Promise.all(Array.from({ length: options.clients }, (_, at) => client(options.firstClient + at)))
  const used = process.cpuUsage(before)
  return { count: latencies.length, failures, elapsedMs: performance.now() - startMs, latenciesMs: Float64Array.from(latencies), endsMs: Float64Array.from(ends), cpuMs: (used.user + used.system) / 1000 }
}

/** The value below which this share of the samples is; NaN without samples. */
export function quantile(samples: readonly number[] | Float64Array, share: number): number {
  const sorted = Float64Array.from(samples).sort()
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

/** One round's throughput and latencies, from the loads of all processes that ran at once. */
export interface Round {
  readonly perSecond: number
  readonly medianMs: number
  readonly p99Ms: number
  readonly failures: number
  /** Processor time of the generators for one request. */
  readonly cpuMsPerCall: number
}

export function roundOf(results: readonly LoadResult[]): Round {
  const all = Float64Array.from(results.flatMap((result) => [...result.latenciesMs]))
  const count = results.reduce((sum, result) => sum + result.count, 0)
  return {
    perSecond: rounded(results.reduce((sum, result) => sum + (result.count / result.elapsedMs) * 1000, 0)),
    medianMs: rounded(quantile(all, 0.5)),
    p99Ms: rounded(quantile(all, 0.99)),
    failures: results.reduce((sum, result) => sum + result.failures, 0),
    cpuMsPerCall: rounded(results.reduce((sum, result) => sum + result.cpuMs, 0) / count),
  }
}
