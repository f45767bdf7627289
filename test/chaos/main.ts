// Chaos on real daemons (`npm run test:chaos`): a cluster of `shoal up`, clients and watchers through every peer, a nemesis by a
// schedule from a seed, and the judges of the simulator on what the clients saw. Exit status 1 when a promise was broken.
import { writeFileSync } from 'node:fs'
import { loadavg } from 'node:os'
import { parseArgs } from 'node:util'
import { seededRandom } from '../../protocol/base/random.ts'
import { kubeconfigAccess } from '../bench/kubeconfig-access.ts'
import { TestCluster } from '../support/cluster.ts'
import { eventually } from '../support/eventually.ts'
import { PeerApi } from './api.ts'
import { judgeHistory, judgeStates, judgeWatchers, judgeWrites, listOf, samePicture, type Verdict } from './checks.ts'
import { ChaosClient, collection, namespace } from './clients.ts'
import { History } from './history.ts'
import { KillJudge, killAgainAndAgain } from './kills.ts'
import { describeFault, drawFaults, Nemesis } from './nemesis.ts'
import { Watcher } from './watchers.ts'

const peerCount = 5
const clientCount = 4
const healedWithinMs = 90_000

const usage = `npm run test:chaos -- [OPTIONS]
  --minutes M     how long faults go on (default 5)
  --seed S        of the schedule and of the clients (default: from the time)
  --voters N      so many of the five peers vote (default 5)
  --kills N       so many kills of leaders and voters in place of the schedule
  --history FILE  write what clients saw, a line of JSON an operation
  --report FILE   write the report as JSON
`
const text = { type: 'string' } as const
const { values } = parseArgs({ options: { minutes: text, seed: text, voters: text, kills: text, history: text, report: text, help: { type: 'boolean' } } })
if (values.help === true) {
  process.stdout.write(usage)
  process.exit(0)
}
const seed = Number(values.seed ?? Date.now() % 1_000_000)
const minutes = Number(values.minutes ?? 5)
const voters = Number(values.voters ?? peerCount)
const kills = Number(values.kills ?? 0)

const startMs = performance.now()
const say = (line: string): void => { process.stdout.write(`${((performance.now() - startMs) / 1000).toFixed(1).padStart(7)} s  ${line}\n`) }

/** An interrupted run heals, judges what there is, and leaves nothing behind. */
const enough = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => enough.abort())

/** All peers alive, Ready, and of one mind; every watcher has caught up. */
async function healed(cluster: TestCluster, peers: readonly PeerApi[], watchers: readonly Watcher[]): Promise<void> {
  await eventually('all peers to be alive again', async () => (await cluster.local.status().catch(() => undefined))?.peers.every((peer) => peer.state === 'alive'), healedWithinMs)
  for (const peer of peers) await eventually(`an answer of ${peer.name}`, () => listOf(peer, collection).then(() => true, () => false), healedWithinMs)
  await eventually('the watchers to catch up', async () => {
    const first = peers[0]
    if (first === undefined) return false
    const truth = new Map((await listOf(first, collection)).items.map((item) => [item.metadata.name, item.metadata.resourceVersion]))
    return watchers.every((watcher) => samePicture(watcher.picture, truth))
  }, healedWithinMs).catch((error: unknown) => say(String(error)))
}

/** The kills, with what they need around them. */
async function killing(cluster: TestCluster, peers: readonly PeerApi[], stop: AbortSignal): Promise<Verdict> {
  await cluster.kubectl.ok(['apply', '-f', 'docs/examples'])
  await cluster.kubectl.ok(['rollout', 'status', 'deployment/web-svr', '--timeout=100s'])
  const random = seededRandom(seed)
  const judge = new KillJudge(peers, random)
  const running = judge.watchers.map((watcher) => watcher.run(stop))
  const took = [...await killAgainAndAgain(cluster, kills, random, judge, say, enough.signal)].sort((a, b) => a - b)
  say(`${took.length} kills; a killed daemon is a member again after ${Math.round(took[took.length >> 1] ?? 0)} ms (median), ${Math.round(took.at(-1) ?? 0)} ms (most)`)
  await healed(cluster, peers, [])
  void Promise.all(running)
  return judge.verdict()
}

async function breaking(cluster: TestCluster): Promise<Verdict> {
  const faults = drawFaults(seededRandom(seed), peerCount, minutes * 60_000)
  for (const fault of faults) process.stdout.write(`  planned at ${describeFault(fault)}\n`)
  const nemesis = new Nemesis(cluster, say)
  await nemesis.run(faults, enough.signal)
  return { promise: 'every fault ended', checked: `${nemesis.log.length} acts of the nemesis`, broken: [] }
}

async function run(cluster: TestCluster): Promise<readonly Verdict[]> {
  const access = kubeconfigAccess(cluster.kubeconfig)
  const peers = cluster.names.map((name) => new PeerApi(cluster.local, name, access))
  await cluster.kubectl.ok(['create', 'namespace', namespace])
  const random = seededRandom(seed + 1)
  const history = new History()
  const stop = new AbortController()
  const watchers = peers.map(() => new Watcher(collection, peers, random.fork()))
  const watching = Promise.all(watchers.map((watcher) => watcher.run(stop.signal)))
  await eventually('the watchers to begin', () => watchers.every((watcher) => watcher.sinceVersion > 0), 30_000)
  let over = false
  const clients = Array.from({ length: clientCount }, (_, i) => new ChaosClient(i, peers, random.fork(), history))
  const working = Promise.all(clients.map((client) => client.run(() => over)))
  const first = kills > 0 ? await killing(cluster, peers, stop.signal) : await breaking(cluster)
  over = true
  await working
  say('faults and clients have ended')
  await healed(cluster, peers, watchers)
  const one = peers[0]
  if (one === undefined) throw new Error('a cluster has peers')
  const list = await listOf(one, collection)
  const written = history.operations.map((operation) => operation.version).filter((version) => version > 0)
  const verdicts = [first, ...judgeHistory(history, clients), judgeWrites(history, list), judgeWatchers(watchers, list, written), await judgeStates(peers)]
  stop.abort()
  await watching
  for (const peer of peers) peer.close()
  if (values.history !== undefined) writeFileSync(values.history, history.lines())
  return verdicts
}

say(`chaos: seed ${seed}, ${peerCount} peers of which ${voters} vote, ${kills > 0 ? `${kills} kills` : `${minutes} minutes`}, load ${loadavg().map((load) => load.toFixed(1)).join(' ')}`)
const cluster = await TestCluster.up('--peers', String(peerCount), '--voters', String(voters))
let verdicts: readonly Verdict[] = []
try {
  verdicts = await run(cluster)
} finally {
  await cluster.purge()
}
for (const { promise, checked, broken } of verdicts) {
  say(`${broken.length === 0 ? 'kept  ' : 'BROKEN'} ${promise} (${checked})`)
  for (const what of broken.slice(0, 20)) say(`         ${what}`)
}
if (values.report !== undefined) writeFileSync(values.report, `${JSON.stringify({ seed, minutes, voters, kills, verdicts }, undefined, 2)}\n`)
process.exitCode = verdicts.length > 0 && verdicts.every(({ broken }) => broken.length === 0) ? 0 : 1
