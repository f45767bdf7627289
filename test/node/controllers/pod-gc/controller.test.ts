// Pods of nodes that are no more: collected when the API has no such node, those that must be unique only when nobody can run
// them any more under the lease of the peer that had the name.
import { deepEqual, equal } from 'node:assert/strict'
import { ControlPlane } from '../../../support/control-plane.ts'

describe('controllers / pod gc / controller', () => {
  let plane: ControlPlane
  beforeEach(async () => {
    plane = new ControlPlane()
    await plane.start()
  })
  afterEach(() => plane.stop())

  it('waits for the end of the lease with what must be unique', async () => {
    plane.addNode('gone')
    plane.api.put('/apis/apps/v1/namespaces/default/statefulsets', {
      metadata: { name: 'db' },
      spec: { replicas: 1, serviceName: 'db', selector: { matchLabels: { app: 'db' } }, template: { metadata: { labels: { app: 'db' } }, spec: { containers: [{ name: 'main', image: 'nginx' }] } } },
    } as never)
    plane.deploy('web', 1)
    await plane.runKubelets()
    plane.addNode('other')
    plane.api.remove('/api/v1/nodes/gone')
    await plane.run()
    plane.clock.advance(11_000)
    await plane.runKubelets()
    const nodeOf = (name: string): string | undefined => plane.pods().find((pod) => pod.metadata.name?.startsWith(name))?.spec?.nodeName
    deepEqual([nodeOf('web-'), nodeOf('db-')], ['other', 'gone'])
    plane.takeover.over.add('gone')
    plane.clock.advance(1_000)
    await plane.runKubelets()
    equal(nodeOf('db-'), 'other')
  })
})
