// Leaving: the node is cordoned, its Pods are ended, and what is gone already is no failure.
import { deepEqual, equal } from 'node:assert/strict'
import { createClient } from '../../../node/client/client.ts'
import { nodes, pods } from '../../../node/client/resource-types.ts'
import { drain, forgetNode } from '../../../node/daemon/leaving.ts'
import { drainTimeoutMs } from '../../../node/daemon/limits.ts'
import { FakeApi, settle } from '../../support/fake-api.ts'
import { ManualClock } from '../../support/manual-clock.ts'

describe('daemon / leaving', () => {
  const clock = new ManualClock()
  let api: FakeApi
  beforeEach(() => {
    api = new FakeApi({ clock })
    api.put('/api/v1/nodes', { metadata: { name: 'alpha' }, spec: {} } as never)
    api.put('/api/v1/namespaces/default/pods', { metadata: { name: 'a', namespace: 'default' }, spec: { nodeName: 'alpha', containers: [] }, status: {} } as never)
  })

  it('cordons the node, ends its Pods and waits until they are gone, at most for a while', async () => {
    const client = createClient(api)
    let drained = false
    const work = drain(client, 'alpha', clock).then(() => {
      drained = true
    })
    await settle()
    equal((await client.resource(nodes).get('alpha')).spec?.unschedulable, true)
    for (let passedMs = 0; !drained && passedMs <= drainTimeoutMs + 1_000; passedMs += 500) {
      clock.advance(500)
      await settle()
    }
    await work
    const left = (await client.resource(pods).list()).items.filter((pod) => pod.metadata.deletionTimestamp === undefined)
    deepEqual(left, [])
  })
  it('keeps the Pods of DaemonSets off, and waits for none that tolerates everything', async () => {
    const client = createClient(api)
    api.remove('/api/v1/namespaces/default/pods/a')
    api.put('/api/v1/namespaces/default/pods', { metadata: { name: 'everywhere', namespace: 'default' }, spec: { nodeName: 'alpha', containers: [], tolerations: [{ operator: 'Exists' }] }, status: {} } as never)
    await drain(client, 'alpha', clock)
    deepEqual((await client.resource(nodes).get('alpha')).spec?.taints, [{ key: 'shoal.dev/leaving', effect: 'NoExecute' }])
  })
  it('a Node that is gone already is no failure', async () => {
    const client = createClient(api)
    await forgetNode(client, 'alpha')
    await forgetNode(client, 'alpha')
    deepEqual((await client.resource(nodes).list()).items, [])
  })
})
