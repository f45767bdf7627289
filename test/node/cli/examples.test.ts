// The web example on an API: made once however often it is asked for, and removed as far as it is there.
import { deepEqual, equal } from 'node:assert/strict'
import { createClient } from '../../../node/client/client.ts'
import { deployWebExample, removeWebExample } from '../../../node/cli/examples.ts'
import { FakeApi } from '../../support/fake-api.ts'

describe('cli / examples', () => {
  it('makes a Deployment, two Services and an Ingress, and again changes nothing', async () => {
    const api = new FakeApi()
    const client = createClient(api)
    await deployWebExample(client)
    await deployWebExample(client)
    deepEqual(api.all('/api/v1/namespaces/default/services').map((service) => service.metadata.name), ['web-svr-clusterip', 'web-svr-lb'])
    equal(api.all('/apis/apps/v1/namespaces/default/deployments').length, 1)
    equal(api.all('/apis/networking.k8s.io/v1/namespaces/default/ingresses').length, 1)
  })

  it('removes it, also when part of it is gone', async () => {
    const api = new FakeApi()
    const client = createClient(api)
    await deployWebExample(client)
    api.remove('/api/v1/namespaces/default/services/web-svr-lb')
    await removeWebExample(client)
    await removeWebExample(client)
    deepEqual([...api.all('/api/v1/namespaces/default/services'), ...api.all('/apis/apps/v1/namespaces/default/deployments'), ...api.all('/apis/networking.k8s.io/v1/namespaces/default/ingresses')], [])
  })
})
