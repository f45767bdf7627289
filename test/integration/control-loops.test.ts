// All controllers and the scheduler on the real API in process, with its defaults, validation and versions: what the fake
// API cannot tell. Kubelets are played by a loop that makes bound Pods ready and ends deleted ones.
import assert from 'node:assert/strict'
import { silentLogger } from '../../node/base/logger.ts'
import type { Startable } from '../../node/base/lifecycle.ts'
import { timestamp } from '../../node/base/clock.ts'
import { noMetrics } from '../../node/base/metrics.ts'
import { createClient, type Client } from '../../node/client/client.ts'
import { ApiError, isNotFound } from '../../node/client/errors.ts'
import { Informer } from '../../node/client/informer.ts'
import { cronJobs, daemonSets, deployments, endpointSlices, jobs, namespaces, nodes, podDisruptionBudgets, pods, replicaSets, serviceAccounts, services, statefulSets } from '../../node/client/resource-types.ts'
import { createControllers } from '../../node/controllers/manager.ts'
import type { Deployment } from '../../node/objects/generated/apps-v1.ts'
import type { Pod, PodSpec, PodTemplateSpec } from '../../node/objects/generated/core-v1.ts'
import type { LabelSelector } from '../../node/objects/generated/meta-v1.ts'
import { isPodReady } from '../../node/objects/pods/lifecycle.ts'
import { systemClock } from '../../node/platform/clock.ts'
import { createScheduler } from '../../node/scheduler/scheduler.ts'
import { seededRandom } from '../../protocol/base/random.ts'
import { ApiFixture } from '../support/api-fixture.ts'
import { HandMembership, HandTakeover, HandWorks } from '../support/control-plane.ts'
import { eventually } from '../support/eventually.ts'
import { ManualClock } from '../support/manual-clock.ts'

const webDeployment = (image: string): Deployment => ({
  metadata: { name: 'web', namespace: 'default' },
  spec: { replicas: 3, selector: { matchLabels: { app: 'web' } }, template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'main', image }] } } },
})

describe('integration / control loops on the real API', function () {
  this.timeout(60_000)
  let fixture: ApiFixture
  let client: Client
  let parts: Startable[]
  let kubelet: Informer<Pod>
  const membership = new HandMembership(new ManualClock())
  const dead = new Set<string>()

  /** Makes bound Pods of living nodes ready and ends those that are deleted. */
  const play = async (pod: Pod): Promise<void> => {
    const { name = '', namespace, uid } = pod.metadata
    const node = pod.spec?.nodeName
    if (node === undefined || dead.has(node)) return
    try {
      if (pod.metadata.deletionTimestamp !== undefined) await client.resource(pods).delete(name, namespace, { uid, gracePeriodSeconds: 0 })
      else if (pod.status?.phase !== 'Running') {
        const now = timestamp(Date.now())
        const address = `10.244.0.${2 + (Number.parseInt(uid?.slice(0, 2) ?? '0', 16) % 250)}`
        const conditions = [{ type: 'Ready', status: 'True', lastTransitionTime: now }]
        await client.resource(pods).patch(name, namespace, { status: { phase: 'Running', podIP: address, podIPs: [{ ip: address }], conditions } }, { subresource: 'status' })
      }
    } catch (error) {
      if (!isNotFound(error)) throw error
    }
  }

  const startParts = async (): Promise<void> => {
    const works = new HandWorks()
    const shared = {
      transport: () => fixture.transport(), clock: systemClock(), logger: silentLogger, metrics: noMetrics, random: seededRandom(1), membership, takeover: new HandTakeover(), works, freeze: true,
    }
    parts = [createControllers({ ...shared, rootCa: 'PEM', agreedTimeMs: () => Date.now() }), createScheduler(shared)]
    for (const part of parts) await part.start()
  }

  before(async () => {
    fixture = await ApiFixture.start()
    client = createClient(fixture.transport())
    for (const name of ['a', 'b', 'c']) {
      membership.set(name, 'alive')
      await client.resource(nodes).create({ metadata: { name, labels: { 'kubernetes.io/hostname': name } } })
      const amounts = { cpu: '2', memory: '4Gi', pods: '110' }
      await client.resource(nodes).patch(name, undefined, { status: { capacity: amounts, allocatable: amounts, conditions: [{ type: 'Ready', status: 'True' }] } }, { subresource: 'status' })
    }
    kubelet = new Informer({ client, clock: systemClock(), logger: silentLogger }, pods)
    kubelet.onChange((change) => {
      if (change.kind !== 'deleted') void play(change.object)
    })
    kubelet.start()
    await startParts()
  })

  after(async () => {
    for (const part of parts) await part.stop()
    await kubelet.stop()
    await fixture.stop()
  })

  const available = async (image: string): Promise<boolean> => {
    const deployment = await client.resource(deployments).get('web', 'default')
    const running = (await client.resource(pods).list({ namespace: 'default' })).items
    return deployment.status?.availableReplicas === 3 && deployment.status.updatedReplicas === 3 && deployment.status.observedGeneration === deployment.metadata.generation
      && running.length === 3 && running.every((pod) => isPodReady(pod) && pod.spec?.containers[0]?.image === image)
  }

  it('brings a Deployment and its Service up, spread over the nodes', async () => {
    await client.resource(services).create({ metadata: { name: 'web', namespace: 'default' }, spec: { selector: { app: 'web' }, ports: [{ port: 80 }] } })
    await client.resource(deployments).create(webDeployment('nginx'))
    await eventually('three available Pods', () => available('nginx'))
    const running = (await client.resource(pods).list({ namespace: 'default' })).items
    assert.deepEqual(running.map((pod) => pod.spec?.nodeName).sort(), ['a', 'b', 'c'])
    await eventually('three ready endpoints', async () => {
      const { items } = await client.resource(endpointSlices).list({ namespace: 'default', labelSelector: 'kubernetes.io/service-name=web' })
      return items.length === 1 && items[0]?.endpoints.filter((one) => one.conditions?.ready === true).length === 3
    })
    assert.ok(await client.resource(serviceAccounts).get('default', 'kube-system'))
  })

  it('writes nothing once all is as wanted, also after a restart', async () => {
    for (const part of parts) await part.stop()
    const before = fixture.agreed.store.revision()
    await startParts()
    await new Promise((resolve) => setTimeout(resolve, 500))
    assert.equal(fixture.agreed.store.revision(), before)
  })

  it('rolls out a new image and goes back by kubectl', async () => {
    await client.resource(deployments).patch('web', 'default', { spec: { template: { spec: { containers: [{ name: 'main', image: 'nginx:2' }] } } } })
    await eventually('the new image', () => available('nginx:2'))
    await fixture.kubectl.ok(['rollout', 'status', 'deployment/web', '--timeout=20s'])
    await fixture.kubectl.ok(['rollout', 'undo', 'deployment/web'])
    await eventually('the old image', () => available('nginx'))
    const sets = (await client.resource(replicaSets).list({ namespace: 'default' })).items
    assert.deepEqual(sets.map((set) => [set.spec?.replicas, set.metadata.annotations?.['deployment.kubernetes.io/revision']]).sort(), [[0, '2'], [3, '3']])
  })

  it('evicts within a budget, by kubectl drain and by the API, and says why it does not', async () => {
    await fixture.kubectl.ok(['create', 'poddisruptionbudget', 'web', '--selector=app=web', '--min-available=3'])
    const allowed = async (count: number): Promise<boolean> => {
      const { status, metadata } = await client.resource(podDisruptionBudgets).get('web', 'default')
      return status?.disruptionsAllowed === count && status.observedGeneration === metadata.generation
    }
    const evict = (name: string): Promise<unknown> => client.resource(pods).post(name, 'default', 'eviction', { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name } })
    await eventually('a computed budget', async () => (await client.resource(podDisruptionBudgets).get('web', 'default')).status?.desiredHealthy === 3 && await allowed(0))
    const [first, second] = (await client.resource(pods).list({ namespace: 'default' })).items.map((pod) => pod.metadata.name ?? '')
    await assert.rejects(evict(first ?? ''), (error) => error instanceof ApiError && error.code === 429
      && error.status.details?.['causes'] !== undefined && JSON.stringify(error.status.details).includes('The disruption budget web needs 3 healthy pods and has 3 currently'))
    await client.resource(podDisruptionBudgets).patch('web', 'default', { spec: { minAvailable: 2 } })
    await eventually('one allowed disruption', () => allowed(1))
    const outcomes = await Promise.allSettled([evict(first ?? ''), evict(second ?? '')])
    assert.deepEqual(outcomes.map((one) => one.status).sort(), ['fulfilled', 'rejected'], 'one permission is given once')
    await eventually('three Pods again', async () => (await available('nginx')) && await allowed(1))
    await fixture.kubectl.ok(['drain', 'a', '--ignore-daemonsets', '--timeout=20s'])
    await fixture.kubectl.ok(['uncordon', 'a'])
    await eventually('three Pods elsewhere', () => available('nginx'))
    await fixture.kubectl.ok(['delete', 'poddisruptionbudget', 'web'])
  })

  it('brings every other workload up and then writes nothing, also after a restart', async () => {
    const template = (name: string, restartPolicy = 'Always'): { metadata: object; spec: PodSpec } => ({ metadata: { labels: { app: name } }, spec: { restartPolicy, containers: [{ name: 'main', image: 'nginx' }] } })
    const owner = (name: string): { metadata: { name: string; namespace: string }; spec: { selector: LabelSelector; template: PodTemplateSpec } } =>
      ({ metadata: { name, namespace: 'calm' }, spec: { selector: { matchLabels: { app: name } }, template: template(name) } })
    await fixture.kubectl.ok(['create', 'namespace', 'calm'])
    await eventually('the account', async () => (await client.resource(serviceAccounts).list({ namespace: 'calm' })).items.length === 1)
    const [set, daemon] = [owner('set'), owner('daemon')]
    await client.resource(statefulSets).create({ ...set, spec: { ...set.spec, serviceName: 'set', replicas: 2 } })
    await client.resource(daemonSets).create(daemon)
    await client.resource(jobs).create({ metadata: { name: 'job', namespace: 'calm' }, spec: { parallelism: 2, completions: 2, template: template('job', 'Never') } })
    await client.resource(cronJobs).create({ metadata: { name: 'cron', namespace: 'calm' }, spec: { schedule: '0 0 1 1 *', jobTemplate: { spec: { template: template('cron', 'Never') } } } })
    await client.resource(podDisruptionBudgets).create({ metadata: { name: 'set', namespace: 'calm' }, spec: { selector: { matchLabels: { app: 'set' } }, maxUnavailable: '50%' } })
    await eventually('all of them', async () => {
      const [ofSet, ofDaemon, ofJob, ofBudget] = [
        (await client.resource(statefulSets).get('set', 'calm')).status, (await client.resource(daemonSets).get('daemon', 'calm')).status,
        (await client.resource(jobs).get('job', 'calm')).status, (await client.resource(podDisruptionBudgets).get('set', 'calm')).status,
      ]
      return ofSet?.availableReplicas === 2 && ofDaemon?.numberAvailable === 3 && ofJob?.ready === 2 && ofBudget?.disruptionsAllowed === 1
    })
    await new Promise((resolve) => setTimeout(resolve, 500))
    for (const part of parts) await part.stop()
    const before = fixture.agreed.store.revision()
    await startParts()
    await new Promise((resolve) => setTimeout(resolve, 500))
    assert.equal(fixture.agreed.store.revision(), before)
    await fixture.kubectl.ok(['delete', 'namespace', 'calm', '--timeout=20s'])
  })

  it('replaces the Pods of a dead node', async () => {
    // The fixture injects a toleration of 300 s; the daemon's default is none.
    await client.resource(deployments).patch('web', 'default', { spec: { template: { spec: { tolerations: [{ key: 'node.kubernetes.io/unreachable', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 0 }] } } } })
    await eventually('the new template', () => available('nginx'))
    dead.add('c')
    membership.set('c', 'dead')
    const startedMs = Date.now()
    await eventually('three Pods elsewhere', async () => (await available('nginx')) && (await client.resource(pods).list({ namespace: 'default' })).items.every((pod) => pod.spec?.nodeName !== 'c'))
    assert.ok(Date.now() - startedMs < 2_000, `${Date.now() - startedMs} ms`)
  })

  it('deletes a Deployment with all that is its own, and a namespace with all that is in it', async () => {
    await fixture.kubectl.ok(['delete', 'deployment', 'web', '--cascade=foreground', '--timeout=20s'])
    assert.equal((await client.resource(pods).list({ namespace: 'default' })).items.length, 0)
    await fixture.kubectl.ok(['create', 'namespace', 'shop'])
    await eventually('the default account', async () => (await client.resource(serviceAccounts).list({ namespace: 'shop' })).items.length === 1)
    await fixture.kubectl.ok(['delete', 'namespace', 'shop', '--timeout=20s'])
    await assert.rejects(client.resource(namespaces).get('shop'), isNotFound)
  })
})
