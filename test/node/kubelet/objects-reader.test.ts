// Reading what a Pod refers to: everything at once, from the own copy, missing ones left out.
import { deepEqual, equal } from 'node:assert/strict'
import { readPodObjects, readServices } from '../../../node/kubelet/objects-reader.ts'
import type { ApiRequest, Transport } from '../../../node/client/types.ts'
import { FakeApi } from '../../support/fake-api.ts'
import { makePod, named } from '../../support/pod-fixtures.ts'

describe('kubelet / objects reader', () => {
  const api = new FakeApi()
  const asked: ApiRequest[] = []
  const transport: Transport = {
    send: (request) => {
      asked.push(request)
      return api.send(request)
    },
    watch: (request, signal) => api.watch(request, signal),
  }
  before(async () => {
    const put = (namespace: string, resource: string, name: string): Promise<unknown> =>
      api.send({ method: 'POST', path: `/api/v1/namespaces/${namespace}/${resource}`, body: { metadata: { name, namespace }, data: {} } })
    for (const name of ['env', 'from', 'volume', 'projected']) await put('default', 'configmaps', name)
    for (const name of ['pull', 'other']) await put('default', 'secrets', name)
    await put('default', 'services', 'kubernetes')
    await put('default', 'services', 'web')
    await put('elsewhere', 'services', 'far')
  })

  it('finds every reference, and reads from the own copy', async () => {
    const objects = await readPodObjects(transport, makePod({
      containers: [named('a', { env: [{ name: 'A', valueFrom: { configMapKeyRef: { name: 'env', key: 'k' } } }], envFrom: [{ configMapRef: { name: 'from' } }] })],
      volumes: [{ name: 'v', configMap: { name: 'volume' } }, { name: 'p', projected: { sources: [{ configMap: { name: 'projected' } }, { secret: { name: 'absent' } }] } }],
      imagePullSecrets: [{ name: 'pull' }],
    }))
    deepEqual(['env', 'from', 'volume', 'projected', 'none'].map((name) => objects.configMap(name)?.metadata.name), ['env', 'from', 'volume', 'projected', undefined])
    deepEqual(['pull', 'absent', 'other'].map((name) => objects.secret(name)?.metadata.name), ['pull', undefined, undefined])
    equal(asked.every((each) => each.query?.['resourceVersion'] === '0'), true)
  })
  it('reads the Services that an environment announces', async () => {
    const names = async (namespace: string, enableServiceLinks: boolean): Promise<readonly (string | undefined)[]> =>
      (await readServices(transport, makePod({ enableServiceLinks }, { namespace }))).map((each) => each.metadata.name)
    deepEqual(await names('default', true), ['kubernetes', 'web'])
    deepEqual(await names('elsewhere', true), ['kubernetes', 'far'])
    deepEqual(await names('elsewhere', false), ['kubernetes'])
  })
})
