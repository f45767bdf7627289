// How long writes stand still when the leader is lost. Clients write through the two peers that stay, without pause; the gap
// is the longest time between two acknowledgements of one peer around the loss. Killed: the leader's process ends at once, as
// by `kill -9`. Silent: it is stopped (SIGSTOP), so that its connections stay open and say nothing.
import { BarePeers, type BarePeer } from './bare-peers.ts'
import { describeLoad } from './cluster.ts'
import { answer, benchOptions, type Figure, median, rounded } from './figures.ts'

const bounds = { killedMedianSeconds: 0.7, killedMaximumSeconds: 2, silentMaximumSeconds: 3.5 } as const
const kills = { full: 30, quick: 3 } as const
const silences = { full: 10, quick: 2 } as const
const clients = 4
/** Written before the loss, so that the gap has a beginning, and after it. */
const beforeMs = 1_000
const windowMs = 6_000
const settleMs = 60_000

/** The longest time without an acknowledgement, in seconds, from the end of each acknowledged request in milliseconds. */
export function longestGapSeconds(endsMs: readonly number[]): number {
  let longest = 0
  for (let at = 1; at < endsMs.length; at++) longest = Math.max(longest, (endsMs[at] ?? 0) - (endsMs[at - 1] ?? 0))
  return endsMs.length < 2 ? Number.NaN : longest / 1000
}

/** Loses the leader by `lose` under load; answers the gap of the peer that waited longest. */
async function gapOf(cluster: BarePeers, lose: (leader: BarePeer) => Promise<void>): Promise<number> {
  const leader = await cluster.leader()
  const survivors = cluster.peers.filter((peer) => peer !== leader)
  const loads = survivors.map((peer, at) => peer.load('write', { clients, durationMs: windowMs, firstClient: at * clients }))
  await new Promise((resolve) => setTimeout(resolve, beforeMs))
  await lose(leader)
  const results = await Promise.all(loads)
  return Math.max(...results.map((result) => longestGapSeconds([...result.endsMs])))
}

/** The lost peer is back, votes, and holds what the others hold. */
async function settled(cluster: BarePeers): Promise<void> {
  await cluster.until('three voters that follow one leader', async () => {
    const reports = await Promise.all(cluster.peers.map((peer) => peer.report()))
    const [first] = reports
    return reports.every((report) => report.voters.length === 3 && report.leader !== undefined && report.leader === first?.leader && report.appliedIndex + 100 > (first?.appliedIndex ?? 0))
  }, settleMs)
}

async function measure(quick: boolean, say: (line: string) => void): Promise<readonly Figure[]> {
  const size = quick ? 'quick' : 'full'
  const cluster = await BarePeers.start(3)
  const killed: number[] = []
  const silent: number[] = []
  try {
    await cluster.load('write', 16, 2_000, 0)
    for (let round = 0; round < kills[size]; round++) {
      let dead: { readonly peer: BarePeer; readonly addresses: readonly string[] } | undefined
      killed.push(await gapOf(cluster, async (peer) => {
        const { addresses } = await peer.report()
        await cluster.kill(peer)
        dead = { peer, addresses }
      }))
      say(`killed ${round}: ${rounded(killed.at(-1) ?? Number.NaN)} s`)
      if (dead !== undefined) await cluster.again(dead.peer, dead.addresses)
      await settled(cluster)
    }
    for (let round = 0; round < silences[size]; round++) {
      let stopped: BarePeer | undefined
      silent.push(await gapOf(cluster, async (peer) => {
        stopped = peer
        peer.signal('SIGSTOP')
        return Promise.resolve()
      }))
      stopped?.signal('SIGCONT')
      say(`silent ${round}: ${rounded(silent.at(-1) ?? Number.NaN)} s`)
      await settled(cluster)
    }
  } finally {
    await cluster.end()
  }
  return [
    { name: 'leader killed: gap in acknowledged writes, median', value: rounded(median(killed)), unit: 's', atMost: bounds.killedMedianSeconds },
    { name: 'leader killed: gap in acknowledged writes, maximum', value: rounded(Math.max(...killed)), unit: 's', atMost: bounds.killedMaximumSeconds },
    { name: 'leader silent: gap in acknowledged writes, median', value: rounded(median(silent)), unit: 's', atMost: bounds.silentMaximumSeconds },
    { name: 'leader silent: gap in acknowledged writes, maximum', value: rounded(Math.max(...silent)), unit: 's', atMost: bounds.silentMaximumSeconds },
  ]
}

async function main(): Promise<number> {
  const options = benchOptions(process.argv.slice(2))
  const say = (line: string): void => void (options.json ? process.stderr : process.stdout).write(`${line}\n`)
  const figures = await measure(options.quick, say)
  say(describeLoad())
  return answer(figures, options, (line) => process.stdout.write(`${line}\n`))
}

if (import.meta.main) process.exitCode = await main()
