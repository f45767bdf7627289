// Pods that must be unique on a node that is gone: they stay until the leader says that its lease is over, then go at once and
// in the version that was seen before, and their addresses are fenced. All others go as their tolerations say.
import { deepEqual, equal, ok } from 'node:assert/strict'
import { fencedPods } from '../../../../node/objects/pods/fence.ts'
import type { Node, Pod } from '../../../../node/objects/generated/core-v1.ts'
import { ControlPlane } from '../../../support/control-plane.ts'

const podPath = '/api/v1/namespaces/default/pods/db-0'

describe('controllers / node lifecycle / controller', () => {
  let plane: ControlPlane
  beforeEach(async () => {
    plane = new ControlPlane()
    plane.addNode('n1')
    await plane.start()
    plane.api.put('/apis/apps/v1/namespaces/default/statefulsets', {
      metadata: { name: 'db' },
      spec: { replicas: 1, serviceName: 'db', selector: { matchLabels: { app: 'db' } }, template: { metadata: { labels: { app: 'db' } }, spec: { containers: [{ name: 'main', image: 'nginx' }] } } },
    } as never)
    plane.deploy('web', 1)
    await plane.runKubelets()
    plane.addNode('n2')
  })
  afterEach(() => plane.stop())

  const db = (): Pod | undefined => plane.api.get<Pod>(podPath)
  const wait = async (ms: number): Promise<void> => {
    plane.clock.advance(ms)
    await plane.runKubelets()
  }

  it('waits for the end of the lease, and never asks about what may move at once', async () => {
    const before = db()?.metadata.uid
    equal(db()?.spec?.nodeName, 'n1')
    plane.membership.set('n1', 'dead')
    await wait(5_000)
    equal(db()?.metadata.uid, before)
    equal(db()?.metadata.deletionTimestamp, undefined)
    ok(plane.pods().some((pod) => pod.metadata.name?.startsWith('web-') === true && pod.spec?.nodeName === 'n2'), 'the Deployment has its Pod elsewhere')
    const address = db()?.status?.podIP ?? ''
    plane.takeover.over.add('n1')
    await wait(1_000)
    ok(db()?.metadata.uid !== before)
    equal(db()?.spec?.nodeName, 'n2')
    equal(db()?.status?.phase, 'Running')
    deepEqual(fencedPods(plane.api.get<Node>('/api/v1/nodes/n1') ?? { metadata: {} }), [{ uid: before, address }])
  })

  it('leaves it alone when the node is back before', async () => {
    const before = db()?.metadata.uid
    plane.membership.set('n1', 'dead')
    await wait(5_000)
    plane.membership.set('n1', 'alive')
    await wait(100)
    equal(db()?.metadata.uid, before, 'not before its kubelet has told the API that it is back either')
    plane.api.change('/api/v1/nodes/n1', (node: Node) => ({ ...node, status: { ...node.status, conditions: [{ type: 'Ready', status: 'True' }] } }))
    await wait(20_000)
    equal(db()?.metadata.uid, before)
    equal(db()?.metadata.deletionTimestamp, undefined)
  })

  it('does not take away what was claimed while it asked (P24)', async () => {
    const before = db()?.metadata.uid
    plane.membership.set('n1', 'dead')
    await wait(1_000)
    let claims = 0
    plane.takeover.asked = () => {
      // The kubelet got a lease again, just when the leader has said that the old one was over.
      if (claims++ === 0) plane.api.change(podPath, (pod: Pod) => ({ ...pod, metadata: { ...pod.metadata, annotations: { claimed: 'again' } } }))
      plane.membership.set('n1', 'alive')
    }
    plane.takeover.over.add('n1')
    await wait(1_000)
    ok(claims > 0)
    equal(db()?.metadata.uid, before)
  })

  it('one that its user deleted is forgotten at the end of the lease as well', async () => {
    const before = db()?.metadata.uid
    plane.membership.set('n1', 'dead')
    await plane.api.send({ method: 'DELETE', path: podPath, body: {} })
    await wait(2_000)
    equal(db()?.metadata.uid, before)
    ok(db()?.metadata.deletionTimestamp !== undefined)
    plane.takeover.over.add('n1')
    await wait(1_000)
    equal(db()?.spec?.nodeName, 'n2')
  })
})
