// Catching up: a new peer joins a cluster of 100,000 objects that goes on being written to; how long until it is ready, and
// what the leader's clients notice meanwhile. Then a start from a log of 1 GiB, all of which is newer than the state on disk,
// and how large the log of a voter grows while a day's writes pass through it.
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { noMetrics } from '../../node/base/metrics.ts'
import { systemClock } from '../../node/platform/clock.ts'
import { DataDirectory } from '../../node/peer/data-directory.ts'
import { openLog } from '../../node/store/log/open-log.ts'
import { encodeTransaction } from '../../protocol/message/codec.ts'
import type { Entry } from '../../protocol/message/entry.ts'
import { BarePeers } from './bare-peers.ts'
import { describeLoad } from './cluster.ts'
import { answer, benchOptions, type Figure, rounded } from './figures.ts'
import { roundOf } from './load.ts'

const bounds = { readySeconds: 30, p99Ratio: 2, startSeconds: 10, logMiB: 160 } as const
const sizes = {
  full: { objects: 100_000, clients: 16, loadMs: 10_000, logBytes: 2 ** 30, dayWrites: 864_000 },
  quick: { objects: 10_000, clients: 16, loadMs: 3_000, logBytes: 2 ** 27, dayWrites: 20_000 },
} as const
/** Objects of one transaction while the cluster is filled, and transactions at once. */
const perTransaction = 100
const atOnce = 16
const logValueBytes = 8 * 1024
const mebibyte = 1024 * 1024

export interface Size {
  readonly objects: number
  readonly clients: number
  readonly loadMs: number
  readonly logBytes: number
  readonly dayWrites: number
}

export function directoryMiB(path: string): number {
  return readdirSync(path).reduce((sum, name) => sum + statSync(join(path, name)).size, 0) / mebibyte
}

export async function newcomer(cluster: BarePeers, size: Size): Promise<readonly Figure[]> {
  const leader = await cluster.leader()
  await leader.ask({ kind: 'fill', from: 0, to: size.objects, perTransaction, atOnce })
  const load = { clients: size.clients, durationMs: size.loadMs, firstClient: 0 }
  const before = roundOf([await leader.load('write', load)])
  const during = leader.load('write', load)
  const startMs = performance.now()
  const fresh = await cluster.add()
  await cluster.until('the newcomer has everything', async () => {
    const [mine, theirs] = await Promise.all([fresh.report(), leader.report()])
    return mine.keys >= size.objects && mine.appliedIndex + 1_000 >= theirs.appliedIndex
  }, 120_000)
  const readySeconds = (performance.now() - startMs) / 1000
  const after = roundOf([await during])
  return [
    { name: `a new peer ready, ${size.objects} objects`, value: rounded(readySeconds), unit: 's', atMost: bounds.readySeconds },
    { name: 'p99 of writes at the leader before', value: before.p99Ms, unit: 'ms', atLeast: 0 },
    { name: 'p99 of writes at the leader meanwhile', value: after.p99Ms, unit: 'ms', atLeast: 0 },
    { name: 'p99 meanwhile to before', value: rounded(after.p99Ms / before.p99Ms), unit: '', atMost: bounds.p99Ratio },
  ]
}

/** A day's writes, ten a second, as fast as they go; the largest log of any voter on the way. */
export async function daysWrites(cluster: BarePeers, size: Size): Promise<readonly Figure[]> {
  const leader = await cluster.leader()
  let largestMiB = 0
  const look = setInterval(() => {
    for (const peer of cluster.peers) largestMiB = Math.max(largestMiB, directoryMiB(new DataDirectory(peer.start.directory).log))
  }, 200)
  try {
    for (let done = 0; done < size.dayWrites; done += size.objects) {
      await leader.ask({ kind: 'fill', from: 0, to: Math.min(size.objects, size.dayWrites - done), perTransaction, atOnce })
    }
  } finally {
    clearInterval(look)
  }
  return [{ name: `the log under ${size.dayWrites} writes of 1 KiB, largest`, value: rounded(largestMiB), unit: 'MiB', atMost: bounds.logMiB }]
}

/** Entries of one object each, as a peer of its own would have logged them. */
function* entriesOf(peer: string, first: number, term: number, bytes: number): IterableIterator<Entry> {
  const value = new Uint8Array(logValueBytes)
  for (let at = 0; at * logValueBytes < bytes; at++) {
    const key = `/registry/core/configmaps/log/object-${at % 10_000}`
    const command = encodeTransaction({ conditions: [], writes: [{ kind: 'put', key, value, terminating: false }] }).slice()
    yield { term, index: first + at, timeMs: 1, body: { kind: 'command', proposal: { peer, counter: 1_000_000_000 + at }, command } }
  }
}

/** Founds a cluster of one, makes its log long while it is stopped, and starts it again. */
async function longLog(size: Size): Promise<readonly Figure[]> {
  const alone = await BarePeers.start(1)
  try {
    const [peer] = alone.peers
    if (peer === undefined) throw new Error('no peer')
    const { peerId, addresses } = await peer.report()
    await peer.ask({ kind: 'stop' })
    await alone.kill(peer)
    const log = await openLog({ clock: systemClock(), metrics: noMetrics }, { directory: new DataDirectory(peer.start.directory).log, expected: true })
    const { entries, mark, hardState } = log.recovered
    const last = entries.at(-1)?.index ?? mark.index
    let batch: Entry[] = []
    let end = last
    for (const entry of entriesOf(peerId, last + 1, hardState.term, size.logBytes)) {
      batch.push(entry)
      end = entry.index
      if (batch.length < 500) continue
      await log.append({ hardState: undefined, entries: batch, compactTo: undefined })
      batch = []
    }
    await log.append({ hardState: { ...hardState, commit: end }, entries: batch, compactTo: undefined })
    await log.close()
    const startMs = performance.now()
    const back = await alone.again(peer, addresses)
    // Before it has applied its log it answers no read.
    await alone.until('the log is applied', async () => (await back.report()).appliedIndex >= end, 120_000)
    await back.ask({ kind: 'barrier' })
    const seconds = (performance.now() - startMs) / 1000
    if ((await back.report()).appliedIndex < end) throw new Error('entries of the log were not applied')
    return [{ name: `start from a log of ${size.logBytes / mebibyte} MiB`, value: rounded(seconds), unit: 's', atMost: bounds.startSeconds }]
  } finally {
    await alone.end()
  }
}

async function measure(size: Size): Promise<readonly Figure[]> {
  const cluster = await BarePeers.start(3)
  const figures: Figure[] = []
  try {
    figures.push(...await newcomer(cluster, size), ...await daysWrites(cluster, size))
  } finally {
    await cluster.end()
  }
  return [...figures, ...await longLog(size)]
}

async function main(): Promise<number> {
  const options = benchOptions(process.argv.slice(2))
  const figures = await measure(options.quick ? sizes.quick : sizes.full)
  ;(options.json ? process.stderr : process.stdout).write(`${describeLoad()}\n`)
  return answer(figures, options, (line) => process.stdout.write(`${line}\n`))
}

if (import.meta.main) process.exitCode = await main()
