// Whole control loops on the fake API: what a user does and what becomes of it, and that a crash between any two writes
// changes nothing in the end. Single decisions are tested beside their plans.
import assert from 'node:assert/strict'
import type { ReplicaSet } from '../../../node/objects/generated/apps-v1.ts'
import type { Endpoints, Namespace, Node, Pod } from '../../../node/objects/generated/core-v1.ts'
import type { EndpointSlice } from '../../../node/objects/generated/discovery-v1.ts'
import { isPodReady } from '../../../node/objects/pods/lifecycle.ts'
import { ControlPlane } from '../../support/control-plane.ts'

const sets = (plane: ControlPlane): ReplicaSet[] => plane.api.all<ReplicaSet>('/apis/apps/v1/replicasets')
const slices = (plane: ControlPlane): EndpointSlice[] => plane.api.all<EndpointSlice>('/apis/discovery.k8s.io/v1/endpointslices')
const deploymentPath = '/apis/apps/v1/namespaces/default/deployments/web'

function addService(plane: ControlPlane): void {
  plane.api.put('/api/v1/namespaces/default/services', {
    metadata: { name: 'web' }, spec: { selector: { app: 'web' }, clusterIP: '10.96.0.7', ipFamilies: ['IPv4'], ports: [{ port: 80, targetPort: 8080, protocol: 'TCP' }] },
  } as never)
}

describe('controllers / manager', () => {
  let plane: ControlPlane

  beforeEach(async () => {
    plane = new ControlPlane()
    for (const name of ['a', 'b', 'c']) plane.addNode(name)
    await plane.start()
  })

  afterEach(() => plane.stop())

  it('brings a Deployment to ready Pods, one on each node, and its Service to endpoints', async () => {
    addService(plane)
    plane.deploy('web', 3)
    await plane.runKubelets()
    assert.deepEqual(plane.pods().map((pod) => pod.spec?.nodeName).sort(), ['a', 'b', 'c'])
    const status = plane.deployment('web')?.status
    assert.equal(status?.availableReplicas, 3)
    assert.equal(status?.updatedReplicas, 3)
    assert.equal(status?.conditions?.find((one) => one.type === 'Progressing')?.reason, 'NewReplicaSetAvailable')
    assert.equal(status?.conditions?.find((one) => one.type === 'Available')?.status, 'True')
    const [slice] = slices(plane)
    assert.equal(slices(plane).length, 1)
    assert.equal(slice?.endpoints.filter((one) => one.conditions?.ready === true).length, 3)
    assert.deepEqual(slice?.ports, [{ name: '', protocol: 'TCP', port: 8080 }])
    assert.equal(plane.api.get<Endpoints>('/api/v1/namespaces/default/endpoints/web')?.subsets?.[0]?.addresses?.length, 3)
  })

  it('writes nothing more once everything is as wanted', async () => {
    addService(plane)
    plane.deploy('web', 3)
    await plane.runKubelets()
    const before = plane.api.writes.length
    await plane.stop()
    await plane.start()
    await plane.runKubelets()
    assert.deepEqual(plane.api.writes.slice(before), [])
  })

  it('rolls a new template out within surge and unavailability, keeps the old ReplicaSet for undo', async () => {
    plane.deploy('web', 4)
    await plane.runKubelets()
    plane.api.change(deploymentPath, (old: { metadata: { generation: number }; spec: object }) => ({
      ...old, metadata: { ...old.metadata, generation: 2 },
      spec: { ...old.spec, template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'main', image: 'nginx:2' }] } } },
    }))
    let most = 0
    let leastReady = 99
    for (let round = 0; round < 12; round++) {
      await plane.runKubelets()
      most = Math.max(most, plane.pods().filter((pod) => pod.metadata.deletionTimestamp === undefined).length)
      leastReady = Math.min(leastReady, plane.pods().filter(isPodReady).length)
    }
    assert.ok(most <= 5, `${most} Pods at once`)
    assert.ok(leastReady >= 3, `only ${leastReady} ready`)
    assert.deepEqual(plane.pods().map((pod) => pod.spec?.containers[0]?.image), ['nginx:2', 'nginx:2', 'nginx:2', 'nginx:2'])
    assert.deepEqual(sets(plane).map((set) => [set.spec?.replicas, set.metadata.annotations?.['deployment.kubernetes.io/revision']]).sort(), [[0, '1'], [4, '2']])
    assert.equal(plane.deployment('web')?.metadata.annotations?.['deployment.kubernetes.io/revision'], '2')
  })

  it('replaces the Pods of a dead node at once, and marks them and their node', async () => {
    addService(plane)
    plane.deploy('web', 3)
    await plane.runKubelets()
    const lost = plane.pods().find((pod) => pod.spec?.nodeName === 'c')
    plane.membership.set('c', 'suspect')
    await plane.runKubelets()
    assert.equal(plane.pods().filter((pod) => pod.metadata.deletionTimestamp !== undefined).length, 0, 'suspicion moves nothing')
    plane.membership.set('c', 'dead')
    await plane.runKubelets()
    const node = plane.api.get<Node>('/api/v1/nodes/c')
    assert.equal(node?.status?.conditions?.find((one) => one.type === 'Ready')?.status, 'Unknown')
    assert.deepEqual(node?.spec?.taints?.map((taint) => `${taint.key}:${taint.effect}`).sort(), ['node.kubernetes.io/unreachable:NoExecute', 'node.kubernetes.io/unreachable:NoSchedule'])
    assert.equal(plane.pods().length, 3)
    assert.ok(plane.pods().every((pod) => isPodReady(pod) && pod.spec?.nodeName !== 'c'))
    assert.ok(!plane.pods().some((pod) => pod.metadata.uid === lost?.metadata.uid))
    assert.equal(slices(plane)[0]?.endpoints.length, 3)
    plane.membership.set('c', 'alive')
    plane.api.change('/api/v1/nodes/c', (old: Node) => ({ ...old, status: { ...old.status, conditions: [{ type: 'Ready', status: 'True' }] } }))
    await plane.run()
    assert.equal(plane.api.get<Node>('/api/v1/nodes/c')?.spec?.taints?.length ?? 0, 0)
  })

  it('deletes everything of a Deployment in the background and in the foreground', async () => {
    for (const propagationPolicy of ['Background', 'Foreground']) {
      plane.deploy('web', 2)
      await plane.runKubelets()
      assert.equal(plane.pods().length, 2)
      await plane.api.send({ method: 'DELETE', path: deploymentPath, body: { propagationPolicy } })
      for (let round = 0; round < 4; round++) await plane.runKubelets()
      assert.equal(plane.deployment('web'), undefined, propagationPolicy)
      assert.equal(sets(plane).length, 0, propagationPolicy)
      assert.equal(plane.pods().length, 0, propagationPolicy)
    }
  })

  it('orphans when asked to, and adopts again', async () => {
    plane.deploy('web', 2)
    await plane.runKubelets()
    const before = plane.pods().map((pod) => pod.metadata.uid).sort()
    await plane.api.send({ method: 'DELETE', path: deploymentPath, body: { propagationPolicy: 'Orphan' } })
    await plane.runKubelets()
    assert.equal(plane.deployment('web'), undefined)
    assert.equal(sets(plane)[0]?.metadata.ownerReferences?.length ?? 0, 0)
    plane.deploy('web', 2)
    await plane.runKubelets()
    assert.equal(sets(plane).length, 1)
    assert.equal(sets(plane)[0]?.metadata.ownerReferences?.[0]?.kind, 'Deployment')
    assert.deepEqual(plane.pods().map((pod) => pod.metadata.uid).sort(), before)
  })

  it('gives namespaces their account and CA, and empties those that are deleted', async () => {
    plane.api.put('/api/v1/namespaces', { metadata: { name: 'shop' }, spec: { finalizers: ['kubernetes'] }, status: { phase: 'Active' } } as never)
    await plane.run()
    assert.ok(plane.api.get('/api/v1/namespaces/shop/serviceaccounts/default'))
    assert.ok(plane.api.get('/api/v1/namespaces/shop/configmaps/kube-root-ca.crt'))
    plane.api.put('/api/v1/namespaces/shop/pods', { metadata: { name: 'p', namespace: 'shop' }, spec: { containers: [] } } as never)
    await plane.runKubelets()
    await plane.api.send({ method: 'DELETE', path: '/api/v1/namespaces/shop' })
    assert.ok(plane.api.get<Namespace>('/api/v1/namespaces/shop')?.metadata.deletionTimestamp)
    for (let round = 0; round < 4; round++) {
      await plane.runKubelets()
      plane.clock.advance(1_000)
    }
    assert.equal(plane.api.get('/api/v1/namespaces/shop'), undefined)
    assert.equal(plane.api.all<Pod>('/api/v1/namespaces/shop/pods').length, 0)
    assert.equal(plane.api.all('/api/v1/namespaces/shop/configmaps').length, 0)
  })

  it('stops when the work moves away and begins again with it', async () => {
    plane.works.move(undefined)
    await plane.run()
    plane.deploy('web', 1)
    await plane.runKubelets()
    assert.equal(sets(plane).length, 0)
    plane.works.move(2)
    await plane.runKubelets()
    assert.equal(plane.pods().length, 1)
    assert.ok(plane.works.reports > 0)
  })
})

describe('controllers / crash between any two writes', () => {
  for (let writes = 0; writes < 24; writes++) {
    it(`converges after a crash behind write ${writes}`, async () => {
      const plane = new ControlPlane()
      for (const name of ['a', 'b']) plane.addNode(name)
      addService(plane)
      plane.deploy('web', 2)
      plane.api.breakAfter(writes)
      await plane.start()
      await plane.run()
      await plane.stop()
      plane.api.repair()
      await plane.start()
      await plane.runKubelets()
      await plane.stop()
      assert.equal(plane.pods().length, 2)
      assert.ok(plane.pods().every((pod) => isPodReady(pod)))
      assert.equal(sets(plane).length, 1)
      assert.equal(plane.deployment('web')?.status?.availableReplicas, 2)
      assert.equal(slices(plane)[0]?.endpoints.length, 2)
    })
  }
})
