// How long one waits: from `shoal up` in an empty folder to three Ready peers, once packages and images are there, and from
// `kubectl apply` to a Ready Pod whose image is present.
import { pods } from '../../node/client/resource-types.ts'
import type { Client } from '../../node/client/client.ts'
import { Kubectl } from '../support/kubectl.ts'
import { BenchCluster, describeLoad, isServing, preparedHome, secondsUntil } from './cluster.ts'
import { answer, benchOptions, type Figure, spread } from './figures.ts'

const bounds = { peersReadySeconds: 20, podReadySeconds: 3 } as const
const podTimeoutSeconds = 60

const podText = (name: string): string => `apiVersion: v1
kind: Pod
metadata: { name: ${name}, namespace: default }
spec:
  terminationGracePeriodSeconds: 0
  containers:
  - { name: web, image: nginx, imagePullPolicy: IfNotPresent }
`

/** Seconds from the start of `kubectl apply` until the API shows the Pod as Ready. */
async function applyOne(kubectl: Kubectl, client: Client, name: string): Promise<number> {
  const startMs = performance.now()
  const [took] = await Promise.all([
    secondsUntil(startMs, podTimeoutSeconds, async () => isServing(await client.resource(pods).get(name, 'default'))),
    kubectl.ok(['apply', '-f', '-'], podText(name)),
  ])
  await client.resource(pods).delete(name, 'default', { gracePeriodSeconds: 0 })
  return took
}

async function applySome(cluster: BenchCluster, count: number, say: (line: string) => void): Promise<readonly number[]> {
  const kubectl = new Kubectl(cluster.local.kubeconfig, cluster.home)
  const client = await cluster.client(cluster.names[0] ?? '')
  // kubectl's first call fetches what it keeps of the API on disk.
  await kubectl.ok(['get', 'pods'])
  const samples: number[] = []
  for (let turn = 0; turn < count; turn++) {
    const took = await applyOne(kubectl, client, `bench-start-${turn}`)
    say(`a Pod was Ready ${took.toFixed(2)} s after kubectl apply began`)
    samples.push(took)
  }
  return samples
}

async function main(): Promise<number> {
  const options = benchOptions(process.argv.slice(2))
  const say = (line: string): void => void (options.json ? process.stderr : process.stdout).write(`${line}\n`)
  const podCount = options.quick ? 2 : 10
  const starts: number[] = []
  const applies: number[] = []
  if (options.home !== undefined) {
    const running = await BenchCluster.open(options.home)
    try {
      applies.push(...(await applySome(running, podCount, say)))
    } finally {
      await running.close()
    }
  }
  const rounds = options.home !== undefined ? 0 : options.quick ? 1 : 3
  for (let round = 0; round < rounds; round++) {
    const home = await preparedHome()
    const startMs = performance.now()
    const cluster = await BenchCluster.up(home)
    try {
      starts.push((performance.now() - startMs) / 1000)
      say(`three peers were Ready after ${starts.at(-1)?.toFixed(2)} s`)
      if (round === rounds - 1) applies.push(...(await applySome(cluster, podCount, say)))
    } finally {
      await cluster.close()
    }
  }
  say(describeLoad())
  const figures: readonly Figure[] = [
    // A cluster that ran already has no start to measure.
    ...(rounds === 0 ? [] : spread('shoal up: three peers Ready', starts, 's', bounds.peersReadySeconds)),
    ...spread('kubectl apply: one Pod Ready', applies, 's', bounds.podReadySeconds),
  ]
  return answer(figures, options, (line) => process.stdout.write(`${line}\n`))
}

process.exitCode = await main()
