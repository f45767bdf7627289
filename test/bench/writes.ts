// Writes at the store's interface beside etcd: three voters and three etcd members on this machine and disk, 1 KiB objects,
// at several numbers of clients spread over all peers. Rounds of the two take turns, and medians are compared.
// Shoal's clients run in the peers' own processes, where its API server calls from; etcd's speak gRPC from one process,
// as an API server does. The loop around the call is the same, and its processor time is printed.
import { BarePeers } from './bare-peers.ts'
import { describeLoad } from './cluster.ts'
import { Etcd } from './etcd.ts'
import { answer, type BenchOptions, benchOptions, type Figure, median, rounded } from './figures.ts'
import { type Round, roundOf } from './load.ts'

const loads = [
  { clients: 1, ratioAtLeast: 0.7 },
  { clients: 16, ratioAtLeast: 0.7 },
  { clients: 64, ratioAtLeast: 1 },
  { clients: 256, ratioAtLeast: 1 },
] as const
const p99RatioAtMost = 1.5
const roundMs = { full: 6_000, quick: 2_000 } as const
const rounds = { full: 5, quick: 2 } as const
const warmUpMs = { full: 6_000, quick: 2_000 } as const

const middle = (all: readonly Round[], of: (round: Round) => number): number => median(all.map(of))

/** Throughput and p99 of both sides as figures: ratios have bounds, absolute numbers only say where they stand. */
export function compared(what: string, ours: readonly Round[], theirs: readonly Round[], ratioAtLeast: number): readonly Figure[] {
  const failures = ours.reduce((sum, round) => sum + round.failures, 0)
  return [
    { name: `${what}: Shoal`, value: rounded(middle(ours, (round) => round.perSecond)), unit: '/s', atLeast: 0 },
    { name: `${what}: etcd`, value: rounded(middle(theirs, (round) => round.perSecond)), unit: '/s', atLeast: 0 },
    { name: `${what}: throughput, Shoal to etcd`, value: rounded(middle(ours, (round) => round.perSecond) / middle(theirs, (round) => round.perSecond)), unit: '', atLeast: ratioAtLeast },
    { name: `${what}: p99 of Shoal`, value: rounded(middle(ours, (round) => round.p99Ms)), unit: 'ms', atLeast: 0 },
    { name: `${what}: p99 of etcd`, value: rounded(middle(theirs, (round) => round.p99Ms)), unit: 'ms', atLeast: 0 },
    { name: `${what}: p99, Shoal to etcd`, value: rounded(middle(ours, (round) => round.p99Ms) / middle(theirs, (round) => round.p99Ms)), unit: '', atMost: p99RatioAtMost },
    { name: `${what}: failed requests of Shoal`, value: failures, unit: '', atMost: 0 },
  ]
}

/** Runs rounds of both sides in turn, under each load. */
export async function besideEtcd(kind: 'write' | 'read', loads: readonly { readonly clients: number; readonly ratioAtLeast: number }[], options: BenchOptions): Promise<readonly Figure[]> {
  const size = options.quick ? 'quick' : 'full'
  const say = (line: string): void => void (options.json ? process.stderr : process.stdout).write(`${line}\n`)
  const etcd = await Etcd.start()
  const figures: Figure[] = []
  try {
    const peers = await BarePeers.start(3)
    try {
      // Both sides have the same objects and warm code before anything counts.
      await peers.load('write', 64, warmUpMs[size], 0)
      await etcd.load('write', 64, warmUpMs[size], 0)
      for (const { clients, ratioAtLeast } of loads) {
        const ours: Round[] = []
        const theirs: Round[] = []
        for (let round = 0; round < rounds[size]; round++) {
          ours.push(roundOf(await peers.load(kind, clients, roundMs[size], round)))
          theirs.push(roundOf([await etcd.load(kind, clients, roundMs[size], round)]))
          say(`${clients} clients, round ${round}: Shoal ${JSON.stringify(ours.at(-1))} etcd ${JSON.stringify(theirs.at(-1))}`)
        }
        figures.push(...compared(`${clients} clients`, ours, theirs, ratioAtLeast))
      }
    } finally {
      await peers.end()
    }
  } finally {
    await etcd.end()
  }
  say(describeLoad())
  return figures
}

if (import.meta.main) {
  const options = benchOptions(process.argv.slice(2))
  const figures = await besideEtcd('write', loads, options)
  process.exitCode = answer(figures, options, (line) => process.stdout.write(`${line}\n`))
}
