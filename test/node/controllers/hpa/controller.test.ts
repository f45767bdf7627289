// The autoscaler's way through the API: what it asks, the scale that it writes, conditions and events of what succeeds and of
// what cannot be done. The arithmetic is tested beside its plan.
import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { silentLogger } from '../../../../node/base/logger.ts'
import { createClient } from '../../../../node/client/client.ts'
import { ApiError } from '../../../../node/client/errors.ts'
import { Informers } from '../../../../node/client/informers.ts'
import type { ApiRequest } from '../../../../node/client/types.ts'
import type { Controller } from '../../../../node/controllers/controller.ts'
import { hpaController } from '../../../../node/controllers/hpa/controller.ts'
import { discoveredCatalog } from '../../../../node/controllers/resource-catalog.ts'
import type { HorizontalPodAutoscaler, HorizontalPodAutoscalerSpec } from '../../../../node/objects/generated/autoscaling-v2.ts'
import type { Scale } from '../../../../node/objects/generated/autoscaling-v1.ts'
import type { Pod } from '../../../../node/objects/generated/core-v1.ts'
import { HandMembership, HandTakeover } from '../../../support/control-plane.ts'
import { FakeApi, settle } from '../../../support/fake-api.ts'

const hpaPath = '/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers'
const refusal = (code: number, reason: string, message: string): ApiError => new ApiError({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', reason, message, code })

/** The fake API with one scale and measures, which it does not know itself. */
class MeasuredApi extends FakeApi {
  readonly written: unknown[] = []
  replicas = 3
  selector = 'app=web'
  use = '120m'
  refuseScale: ApiError | undefined
  refuseMeasures: ApiError | undefined

  override send(request: ApiRequest): Promise<unknown> {
    if (request.path.endsWith('/deployments/web/scale')) return Promise.resolve().then(() => this.#scale(request))
    if (request.path === '/apis/metrics.k8s.io/v1beta1/namespaces/default/pods') return Promise.resolve().then(() => this.#measures(request))
    return super.send(request)
  }

  #scale({ method, body }: ApiRequest): unknown {
    if (method === 'PUT') {
      if (this.refuseScale !== undefined) throw this.refuseScale
      const scale = body as Scale
      this.written.push(scale)
      this.replicas = scale.spec?.replicas ?? 0
    }
    return { kind: 'Scale', apiVersion: 'autoscaling/v1', metadata: { name: 'web', namespace: 'default', resourceVersion: '7' }, spec: { replicas: this.replicas }, status: { replicas: this.replicas, selector: this.selector } }
  }

  #measures({ query }: ApiRequest): unknown {
    if (this.refuseMeasures !== undefined) throw this.refuseMeasures
    equal(query?.['labelSelector'], this.selector)
    const items = this.all<Pod>('/api/v1/pods').map((pod) => ({ metadata: { name: pod.metadata.name }, timestamp: '2026-01-01T00:00:00Z', window: '5s', containers: [{ name: 'web', usage: { cpu: this.use, memory: '10Mi' } }] }))
    return { items }
  }
}

describe('controllers / hpa / controller', () => {
  const events: string[] = []
  let api: MeasuredApi
  let informers: Informers
  let controller: Controller

  const hpa = (name = 'web'): HorizontalPodAutoscaler | undefined => api.get<HorizontalPodAutoscaler>(`${hpaPath}/${name}`)
  const conditions = (): readonly string[] => (hpa()?.status?.conditions ?? []).map((one) => `${one.type}=${one.status} ${one.reason}`)
  const add = (spec: Partial<HorizontalPodAutoscalerSpec> = {}, name = 'web'): void => void api.put(hpaPath, {
    metadata: { name, namespace: 'default' },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' }, minReplicas: 2, maxReplicas: 8,
      metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 60 } } }], ...spec,
    },
  } as HorizontalPodAutoscaler)
  const addPods = (requests: { readonly [resource: string]: string }): void => {
    for (const name of ['a', 'b', 'c']) {
      api.put('/api/v1/namespaces/default/pods', {
        metadata: { name, namespace: 'default', labels: { app: 'web' } }, spec: { containers: [{ name: 'web', resources: { requests } }] },
        status: { phase: 'Running', startTime: '2000-01-01T00:00:00Z', conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: '2000-01-01T00:00:05Z' }] },
      } as Pod)
    }
  }
  const run = async (name = 'web'): Promise<void> => {
    await settle(12)
    const { againAfterMs } = await controller.reconcile(`default/${name}`, new AbortController().signal)
    if (hpa(name) !== undefined) equal(againAfterMs, 5_000)
    await settle(12)
  }

  beforeEach(async () => {
    events.length = 0
    api = new MeasuredApi()
    const client = createClient(api)
    informers = new Informers({ client, clock: api.clock, logger: silentLogger }, { freeze: true })
    controller = hpaController({
      client, informers, clock: api.clock, logger: silentLogger, membership: new HandMembership(api.clock), takeover: new HandTakeover(), rootCa: '', agreedTimeMs: () => api.clock.wallMs(),
      catalog: discoveredCatalog(api, api.clock),
      events: (component) => ({ event: (object, type, reason, message) => void events.push(`${component} ${object.kind}/${object.name} ${type} ${reason}: ${message}`) }),
    })
    informers.start()
    await informers.whenSynced(new AbortController().signal)
  })

  afterEach(() => informers.stop())

  it('writes the target\'s scale at the version that it read, and says so', async () => {
    addPods({ cpu: '100m' })
    add()
    await run()
    const [scale] = api.written as Scale[]
    deepEqual([scale?.spec, scale?.metadata.resourceVersion], [{ replicas: 6 }, '7'])
    deepEqual(conditions(), ['AbleToScale=True SucceededRescale', 'ScalingActive=True ValidMetricFound', 'ScalingLimited=False DesiredWithinRange'])
    deepEqual(events, ['horizontal-pod-autoscaler HorizontalPodAutoscaler/web Normal SuccessfulRescale: New size: 6; reason: cpu resource utilization (percentage of request) above target'])
    const status = hpa()?.status
    deepEqual([status?.currentReplicas, status?.desiredReplicas, status?.lastScaleTime !== undefined], [3, 6, true])
  })

  it('writes nothing when it runs again and nothing has changed', async () => {
    addPods({ cpu: '100m' })
    api.use = '60m'
    add()
    await run()
    await run()
    const before = api.writes.length
    await run()
    deepEqual([api.writes.length, api.written.length, events], [before, 0, []])
  })

  it('says that a target has no requests', async () => {
    addPods({})
    add()
    await run()
    deepEqual(conditions().slice(0, 2), ['AbleToScale=True SucceededGetScale', 'ScalingActive=False FailedGetResourceMetric'])
    match(hpa()?.status?.conditions?.[1]?.message ?? '', /missing request for cpu in container web of Pod a/)
    ok(events.some((event) => event.includes('Warning FailedGetResourceMetric: failed to get cpu utilization: missing request')), events.join('\n'))
    equal(api.written.length, 0)
  })

  it('says that a target is missing, or of a kind that nobody serves', async () => {
    add({ scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'nobody' } })
    await run()
    deepEqual(conditions(), ['AbleToScale=False FailedGetScale'])
    match(events[0] ?? '', /Warning FailedGetScale: deployments "nobody" not found/)
    api.remove(`${hpaPath}/web`)
    add({ scaleTargetRef: { apiVersion: 'sky.example/v1', kind: 'Kite', name: 'web' } })
    await run()
    match(hpa()?.status?.conditions?.[0]?.message ?? '', /unable to get the target's current scale: no matches for kind "Kite" in group "sky\.example"/)
  })

  it('says that a scale was refused, and tries again', async () => {
    addPods({ cpu: '100m' })
    add()
    api.refuseScale = refusal(403, 'Forbidden', 'exceeded quota')
    await run()
    equal(conditions()[0], 'AbleToScale=False FailedUpdateScale')
    match(events[0] ?? '', /Warning FailedRescale: New size: 6; reason: .*; error: exceeded quota/)
    api.refuseScale = undefined
    await run()
    deepEqual([api.replicas, conditions()[0]], [6, 'AbleToScale=True SucceededRescale'])
  })

  it('says that there are no measures, and changes nothing', async () => {
    addPods({ cpu: '100m' })
    add()
    api.refuseMeasures = refusal(503, 'ServiceUnavailable', 'no kubelet answers')
    await run()
    equal(conditions()[1], 'ScalingActive=False FailedGetResourceMetric')
    ok(events.every((event) => event.includes('no kubelet answers')) && events.length > 0, events.join('\n'))
    equal(api.written.length, 0)
  })

  it('refuses Pods that another autoscaler scales, until that one is gone', async () => {
    addPods({ cpu: '100m' })
    api.use = '60m'
    add()
    add({}, 'rival')
    await run('rival')
    await run()
    equal(conditions()[1], 'ScalingActive=False AmbiguousSelector')
    match(events.join('\n'), /pods by selector app=web are controlled by multiple HPAs: \[default\/web default\/rival\]/)
    api.remove(`${hpaPath}/rival`)
    await run('rival')
    await run()
    equal(conditions()[1], 'ScalingActive=True ValidMetricFound')
  })

  it('is not hurried by its own status, and is by a new wish', async () => {
    const keys: string[] = []
    const end = controller.watch({ add: (key) => void keys.push(key), addAfter: () => undefined })
    add()
    await settle(12)
    api.change(`${hpaPath}/web`, (old: HorizontalPodAutoscaler) => ({ ...old, status: { desiredReplicas: 1 } }))
    await settle(12)
    deepEqual(keys, ['default/web'])
    api.change(`${hpaPath}/web`, (old: HorizontalPodAutoscaler) => ({ ...old, spec: { ...old.spec, maxReplicas: 9 } }))
    await settle(12)
    deepEqual(keys, ['default/web', 'default/web'])
    end()
  })
})
