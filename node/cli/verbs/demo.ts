// shoal demo: the web example on the cluster of `shoal up`: deployed, reached through its Services on every peer, a daemon
// killed, a machine killed, healed, and every step timed. It shows; the tests assert.
import type { Client } from '../../client/client.ts'
import { ingresses, nodes, pods, services } from '../../client/resource-types.ts'
import type { Pod } from '../../objects/generated/core-v1.ts'
import { isPodReady } from '../../objects/pods/lifecycle.ts'
import { daemonUnreachable, notReady } from '../errors.ts'
import { deployWebExample } from '../examples.ts'
import { LocalCluster } from '../local-cluster.ts'
import { pollUntil } from '../polling.ts'
import { lineProgress, type Progress } from '../progress.ts'
import type { Verb } from '../verb.ts'

const stepTimeoutMs = 60_000
const pollMs = 50

/** Polls until `probe` is true; answers the milliseconds it took. */
async function until(what: string, probe: () => Promise<boolean>): Promise<number> {
  const startMs = performance.now()
  if (!await pollUntil(probe, { everyMs: pollMs, timeoutMs: stepTimeoutMs })) throw notReady.make({ what, seconds: stepTimeoutMs / 1000, hint: 'the cluster did not heal' })
  return performance.now() - startMs
}

const webPods = async (client: Client): Promise<readonly Pod[]> => (await client.resource(pods).list({ namespace: 'default', labelSelector: 'app=web-svr' })).items

const readyPods = async (client: Client): Promise<readonly Pod[]> => (await webPods(client)).filter((pod) => isPodReady(pod) && pod.metadata.deletionTimestamp === undefined)

async function nodeReady(client: Client, name: string): Promise<boolean> {
  const node = await client.resource(nodes).get(name)
  return node.status?.conditions?.some((condition) => condition.type === 'Ready' && condition.status === 'True') === true
}

/** Whether the daemon answers as a member; while it starts nobody does. */
async function isMember(cluster: LocalCluster, name: string): Promise<boolean> {
  try {
    return (await cluster.daemonState(name)).state === 'member'
  } catch (error) {
    if (daemonUnreachable.is(error)) return false
    throw error
  }
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`

/** Requests in a row that must succeed through a peer before it counts as serving. */
const goodRequests = 20

async function serves(cluster: LocalCluster, names: readonly string[], port: number): Promise<boolean> {
  for (const name of names) {
    for (let i = 0; i < goodRequests; i++) if (!(await cluster.fetch(cluster.machine(name).address, port, '/', 500)).ok) return false
  }
  return true
}

async function deploy(cluster: LocalCluster, client: Client, progress: Progress): Promise<number> {
  await deployWebExample(client)
  progress.step('applied web-svr-deployment.yaml, web-svr-clusterip.yaml, web-svr-lb.yaml and web-svr-ingress.yaml')
  const tookMs = await until('three Pods were not Ready', async () => (await readyPods(client)).length >= 3)
  progress.step(`3 Pods are Ready after ${seconds(tookMs)}: ${(await readyPods(client)).map((pod) => pod.spec?.nodeName ?? '').sort().join(', ')}`)
  const service = await client.resource(services).get('web-svr-lb', 'default')
  const port = service.spec?.ports?.[0]?.nodePort ?? 0
  const names = cluster.machines.map((machine) => machine.name)
  await until('the node port did not answer on every peer', () => serves(cluster, names, port))
  for (const name of names) progress.step(`http://${cluster.machine(name).address}:${port}/ answers through ${name}`)
  await showDoors(cluster, client, progress)
  return port
}

/** The load balancer address, and the Ingress by its host name. */
async function showDoors(cluster: LocalCluster, client: Client, progress: Progress): Promise<void> {
  let address = ''
  await until('the load balancer address did not answer', async () => {
    address = (await client.resource(services).get('web-svr-lb', 'default')).status?.loadBalancer?.ingress?.[0]?.ip ?? ''
    return address !== '' && (await cluster.fetch(address, 80, '/', 500)).ok
  })
  progress.step(`http://${address}/ answers, the Service's load balancer address`)
  const host = (await client.resource(ingresses).get('web-svr-ingress', 'default')).spec?.rules?.[0]?.host ?? ''
  for (const machine of cluster.machines) {
    await until('the Ingress did not answer by name', async () => (await cluster.fetch(machine.address, 80, '/', 500, host)).ok)
    progress.step(`http://${host}/ answers through ${machine.name}`)
  }
}

async function killDaemon(cluster: LocalCluster, client: Client, port: number, progress: Progress): Promise<void> {
  const victim = (await readyPods(client))[0]?.spec?.nodeName ?? cluster.machines[0]?.name ?? ''
  const before = (await webPods(client)).map((pod) => pod.metadata.uid).sort().join()
  const pid = await cluster.killDaemon(victim)
  progress.step(`killed the daemon of ${victim} (kill -9 ${pid}); its Pods run on`)
  const others = cluster.machines.map((machine) => machine.name).filter((name) => name !== victim)
  const servedMs = await until('the others did not serve', () => serves(cluster, others, port))
  progress.step(`the page answers through every other peer after ${seconds(servedMs)}`)
  const backMs = await until('the daemon did not come back', async () => (await isMember(cluster, victim)) && (await nodeReady(client, victim)) && (await serves(cluster, [victim], port)))
  const same = (await webPods(client)).map((pod) => pod.metadata.uid).sort().join() === before
  progress.step(`${victim} is back after ${seconds(backMs)}; ${same ? 'its Pods were adopted, none was restarted' : 'Pods were replaced'}`)
}

async function killMachine(cluster: LocalCluster, client: Client, port: number, progress: Progress): Promise<void> {
  const victim = (await cluster.status()).leader
  await cluster.killMachine(victim)
  progress.step(`killed the machine of ${victim}, the leader: daemon, runtime and Pods are gone`)
  const others = cluster.machines.map((machine) => machine.name).filter((name) => name !== victim)
  const [answered, served, healed] = await Promise.all([
    until('the API did not answer', async () => (await webPods(client).catch(() => [])).length > 0),
    until('the Service did not answer', () => serves(cluster, others, port)),
    until('the lost Pods were not replaced', async () => {
      const ready = await readyPods(client).catch(() => [])
      return ready.filter((pod) => pod.spec?.nodeName !== victim).length >= 3
    }),
  ])
  progress.step(`kubectl works through another peer after ${seconds(answered)}`)
  progress.step(`the page answers through every other peer, ${goodRequests} times in a row, after ${seconds(served)}`)
  progress.step(`3 Pods are Ready elsewhere after ${seconds(healed)}`)
  await cluster.startMachine(victim)
  const backMs = await until('the peer did not come back', async () => (await nodeReady(client, victim).catch(() => false)) && (await serves(cluster, [victim], port)))
  progress.step(`${victim} was switched on again, rejoined by itself and serves after ${seconds(backMs)}`)
}

export const demoVerb: Verb = {
  usage: 'demo',
  summary: 'the web example on the cluster of `shoal up`: reach it, kill a daemon and a machine, see it heal',
  flags: [['--home <folder>', 'where the cluster keeps its data']],
  examples: ['shoal up && shoal demo'],
  run: async (context) => {
    const cluster = new LocalCluster(context.home)
    const progress = lineProgress(context.out, () => performance.now())
    try {
      const client = cluster.client()
      const port = await deploy(cluster, client, progress)
      await killDaemon(cluster, client, port, progress)
      await killMachine(cluster, client, port, progress)
      context.out('')
      context.out(`The example runs on: KUBECONFIG=${cluster.kubeconfig} kubectl get pods -o wide`)
      return 0
    } finally {
      await cluster.close()
    }
  },
}
