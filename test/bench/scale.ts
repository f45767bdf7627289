// How a workload grows and shrinks while clients use it. First the autoscaler: clients ask at a pace that keeps the Pods near
// their target, then twice as fast, and the first new Pod must be Ready soon. Then from 3 to 30 replicas and back and a rolling
// update, over and over, under load through every door: no request may fail. The Pods are the web example's with a request of
// processor time so small that a few hundred requests a second matter.
import type { Client } from '../../node/client/client.ts'
import { deployments, horizontalPodAutoscalers } from '../../node/client/resource-types.ts'
import { deployWebExample, removeWebExample } from '../../node/cli/examples.ts'
import type { Pod } from '../../node/objects/generated/core-v1.ts'
import { BenchCluster, describeLoad, isServing, secondsUntil, webPods } from './cluster.ts'
import { describeKnocks, type Door, Knocking, type Knocks, webDoors } from './doors.ts'
import { answer, benchOptions, type Figure, spread } from './figures.ts'

const bounds = { firstNewPodSeconds: 25, failedRequests: 0 } as const
const few = 3
const many = 30
const cpuRequest = '10m'
const targetUtilization = 60
/** Between the two the autoscaler stays as it is, and twice as much is beyond its tolerance. */
const steady = { from: 38, to: 62, aim: 50 } as const
const requestsPerSecond = 200
const firstPace = 60
const paceMost = 1_000
const settleTimeoutSeconds = 180
const name = 'web-svr'

type Say = (line: string) => void

class Trial {
  readonly #client: Client
  readonly #cluster: BenchCluster
  readonly #say: Say
  readonly doors: readonly Door[]

  constructor(cluster: BenchCluster, client: Client, doors: readonly Door[], say: Say) {
    this.#client = client
    this.#cluster = cluster
    this.#say = say
    this.doors = doors
  }

  /** Seconds until exactly so many Pods are there, all serving, of the newest template. */
  async settled(replicas: number): Promise<number> {
    const startMs = performance.now()
    const took = await secondsUntil(startMs, settleTimeoutSeconds, async () => {
      const { metadata, status } = await this.#client.resource(deployments).get(name, 'default')
      if (status?.observedGeneration !== metadata.generation || status?.updatedReplicas !== replicas) return false
      const found = await webPods(this.#client)
      return found.length === replicas && found.every(isServing)
    })
    if (Number.isNaN(took)) throw new Error(`there were not ${replicas} Pods within ${settleTimeoutSeconds} s`)
    return took
  }

  async #patch(spec: object): Promise<void> {
    await this.#client.resource(deployments).patch(name, 'default', { spec })
  }

  /** One round of growing, shrinking and replacing under load. */
  async round(turn: number): Promise<ReadonlyMap<string, Knocks>> {
    const knocking = new Knocking(this.#cluster, this.doors, requestsPerSecond, performance.now())
    await this.#patch({ replicas: many })
    const up = await this.settled(many)
    await this.#patch({ replicas: few })
    const down = await this.settled(few)
    await this.#patch({ template: { metadata: { annotations: { 'bench/turn': `${turn}-${Date.now()}` } } } })
    const rolled = await this.settled(few)
    const knocks = await knocking.stop()
    this.#say(`${few} to ${many} ${up.toFixed(1)} s, back ${down.toFixed(1)} s, rolling update ${rolled.toFixed(1)} s; failed: ${describeKnocks(knocks)}`)
    return knocks
  }

  async #utilization(): Promise<number | undefined> {
    const { status } = await this.#client.resource(horizontalPodAutoscalers).get(name, 'default')
    return status?.currentMetrics?.[0]?.resource?.current?.averageUtilization
  }

  /** Finds a pace at which the Pods are near their target: two readings of the autoscaler in a row. */
  async #findPace(): Promise<number> {
    let pace = firstPace
    for (let turn = 0; turn < 6; turn++) {
      const knocking = new Knocking(this.#cluster, this.doors, pace, performance.now())
      await new Promise((resolve) => setTimeout(resolve, 16_000))
      const use = (await this.#utilization()) ?? 0
      await knocking.stop()
      this.#say(`at ${Math.round(pace)} requests a second the Pods use ${use} % of their request`)
      if (use >= steady.from && use <= steady.to) return pace
      pace = Math.min(paceMost, (pace * steady.aim) / Math.max(use, 5))
    }
    throw new Error('no pace was found that keeps the Pods near their target; is the machine busy?')
  }

  /** Seconds from the doubling to a Pod that is new and serves. */
  async doubled(): Promise<number> {
    const pace = await this.#findPace()
    // What the search has grown shrinks first, and the next growth is only for the load.
    await this.#patch({ replicas: few })
    const calm = new Knocking(this.#cluster, this.doors, pace, performance.now())
    await this.settled(few)
    await new Promise((resolve) => setTimeout(resolve, 15_000))
    const before = new Set((await webPods(this.#client)).map((pod: Pod) => pod.metadata.uid))
    await calm.stop()
    const startMs = performance.now()
    const knocking = new Knocking(this.#cluster, this.doors, pace * 2, startMs)
    const took = await secondsUntil(startMs, settleTimeoutSeconds, async () => (await webPods(this.#client)).some((pod) => isServing(pod) && !before.has(pod.metadata.uid)))
    await knocking.stop()
    this.#say(`${Math.round(pace)} requests a second became ${Math.round(pace * 2)}: the first new Pod was Ready after ${took.toFixed(1)} s`)
    return took
  }
}

/** The web example with less processor time requested, and its autoscaler. */
async function prepare(cluster: BenchCluster, client: Client, say: Say): Promise<Trial> {
  await deployWebExample(client)
  await client.resource(deployments).patch(name, 'default', { spec: { replicas: few, template: { spec: { containers: [{ name: 'nginx', resources: { requests: { cpu: cpuRequest, memory: '16Mi' } } }] } } } }, { patchType: 'application/strategic-merge-patch+json' })
  let doors: readonly Door[] = []
  const took = await secondsUntil(performance.now(), settleTimeoutSeconds, async () => {
    doors = await webDoors(cluster, client, cluster.names)
    const answers = await Promise.all(doors.map(({ address, port, host }) => cluster.local.fetch(address, port, '/', 1_000, host)))
    return answers.every((one) => one.ok)
  })
  if (Number.isNaN(took)) throw new Error('the web example does not answer at all its doors')
  return new Trial(cluster, client, doors, say)
}

async function autoscaled(client: Client, trial: Trial): Promise<number> {
  const target = { type: 'Utilization', averageUtilization: targetUtilization }
  await client.resource(horizontalPodAutoscalers).create({
    metadata: { name, namespace: 'default' },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name }, minReplicas: few, maxReplicas: 8, metrics: [{ type: 'Resource', resource: { name: 'cpu', target } }],
      behavior: { scaleDown: { stabilizationWindowSeconds: 0 } },
    },
  })
  try {
    return await trial.doubled()
  } finally {
    await client.resource(horizontalPodAutoscalers).delete(name, 'default')
  }
}

async function measure(cluster: BenchCluster, quick: boolean, say: Say): Promise<readonly Figure[]> {
  const client = await cluster.client(cluster.names[0] ?? '')
  const trial = await prepare(cluster, client, say)
  await trial.settled(few)
  const rounds: ReadonlyMap<string, Knocks>[] = []
  for (let turn = 0; turn < (quick ? 2 : 10); turn++) rounds.push(await trial.round(turn))
  const first: number[] = []
  for (let turn = 0; turn < (quick ? 1 : 3); turn++) first.push(await autoscaled(client, trial))
  const all = rounds.flatMap((round) => [...round.values()])
  const asked = all.reduce((sum, one) => sum + one.count, 0)
  say(`${asked} requests in ${rounds.length} rounds`)
  return [
    { name: 'requests that failed while it grew, shrank and was replaced', value: all.reduce((sum, one) => sum + one.failures, 0), unit: 'n', atMost: bounds.failedRequests },
    ...spread('load doubled: first new Pod Ready', first, 's', bounds.firstNewPodSeconds),
  ]
}

async function main(): Promise<number> {
  const options = benchOptions(process.argv.slice(2))
  const say: Say = (line) => void (options.json ? process.stderr : process.stdout).write(`${line}\n`)
  const cluster = await BenchCluster.open(options.home)
  try {
    const figures = await measure(cluster, options.quick, say)
    if (options.home !== undefined) await removeWebExample(await cluster.client(cluster.names[0] ?? ''))
    say(describeLoad())
    return answer(figures, options, (line) => process.stdout.write(`${line}\n`))
  } finally {
    await cluster.close()
  }
}

process.exitCode = await main()
