// metrics.k8s.io by HTTP and by `kubectl top`, against a stand-in for a kubelet that says what its Pods use.
import { deepEqual, equal, match } from 'node:assert/strict'
import { createServer } from 'node:https'
import type { Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { KubeletEndpoint } from '../../../../node/apiserver/kubelet-connection.ts'
import { ApiFixture } from '../../../support/api-fixture.ts'

const time = '2026-01-01T00:00:00Z'
const figures = (nanoCores: number, bytes: number): object => ({ cpu: { time, usageNanoCores: nanoCores, usageCoreNanoSeconds: 1, windowMs: 5_000 }, memory: { time, workingSetBytes: bytes } })
const metrics = '/apis/metrics.k8s.io/v1beta1'

describe('apiserver / usage / answers', function () {
  this.timeout(30_000)
  let fixture: ApiFixture
  let kubelet: Server
  let endpoint: KubeletEndpoint | undefined
  let uid = ''
  let asked = 0

  before(async () => {
    fixture = await ApiFixture.start({ endpoint: (node) => (node === 'n1' ? endpoint : undefined) })
    const serving = await fixture.serving()
    kubelet = createServer({ cert: serving.certificate, key: serving.privateKey, ca: fixture.authority.certificate, requestCert: true, rejectUnauthorized: true }, (request, response) => {
      equal(request.url, '/stats/summary')
      asked++
      response.end(JSON.stringify({
        node: { nodeName: 'n1', ...figures(500_000_000, 1024 ** 3) },
        pods: [{ podRef: { name: 'web', namespace: 'default', uid }, containers: [{ name: 'nginx', ...figures(120_000_000, 20 * 1024 ** 2) }, { name: 'side', ...figures(30_000_000, 1000) }] }],
      }))
    })
    await new Promise<void>((resolve) => kubelet.listen(0, '127.0.0.1', resolve))
    const address: AddressInfo | string | null = kubelet.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    endpoint = { host: '127.0.0.1', port, ca: fixture.authority.certificate, serverName: 'localhost', certificate: fixture.admin.certificate, privateKey: fixture.admin.privateKey }
    const post = (path: string, body: object): Promise<unknown> => fixture.transport().send({ method: 'POST', path, body })
    for (const name of ['n1', 'n2']) await post('/api/v1/nodes', { metadata: { name }, status: { capacity: { cpu: '2', memory: '4Gi' }, allocatable: { cpu: '2', memory: '4Gi' } } })
    for (const name of ['web', 'new']) {
      const containers = ['nginx', 'side'].map((container) => ({ name: container, image: 'nginx' }))
      const made = await post('/api/v1/namespaces/default/pods', { metadata: { name, labels: { app: name } }, spec: { nodeName: 'n1', containers } }) as { readonly metadata: { readonly uid: string } }
      if (name === 'web') uid = made.metadata.uid
    }
  })
  after(async () => {
    kubelet.close()
    await fixture.stop()
  })

  it('discovery lists the group', async () => {
    match(await fixture.kubectl.ok(['api-resources', '--api-group=metrics.k8s.io']), /nodes +metrics\.k8s\.io\/v1beta1 +false +NodeMetrics[^]*pods +metrics\.k8s\.io\/v1beta1 +true +PodMetrics/)
  })

  it('kubectl top shows nodes, Pods and containers', async () => {
    match(await fixture.kubectl.ok(['top', 'nodes']), /n1 +500m +25% +1024Mi +25%[^]*n2 +<unknown>/)
    match(await fixture.kubectl.ok(['top', 'pods']), /web +150m +20Mi/)
    match(await fixture.kubectl.ok(['top', 'pods', '--containers']), /web +nginx +120m +20Mi[^]*web +side +30m +0Mi/)
  })

  it('answers the objects of the reference, and narrows lists', async () => {
    const one = JSON.parse((await fixture.http('GET', `${metrics}/namespaces/default/pods/web`)).text)
    deepEqual([one.kind, one.metadata.labels, one.timestamp, one.window, one.containers[0]], ['PodMetrics', { app: 'web' }, time, '5s', { name: 'nginx', usage: { cpu: '120000000n', memory: '20480Ki' } }])
    const names = async (query: string): Promise<readonly string[]> => JSON.parse((await fixture.http('GET', `${metrics}/pods?${query}`)).text).items.map((item: { readonly metadata: { readonly name: string } }) => item.metadata.name)
    deepEqual([await names(''), await names('labelSelector=app%3Dnew'), await names('fieldSelector=metadata.name%3Dweb')], [['web'], [], ['web']])
  })

  it('asks a kubelet once for many who ask at the same time', async () => {
    const before = asked
    await Promise.all(Array.from({ length: 10 }, () => fixture.http('GET', `${metrics}/nodes`)))
    equal(asked - before <= 1, true)
  })

  it('refuses as the reference does', async () => {
    const message = async (method: string, path: string): Promise<string> => JSON.parse((await fixture.http(method, `${metrics}${path}`)).text).message
    equal(await message('GET', '/namespaces/default/pods/new'), 'podmetrics.metrics.k8s.io "default/new" not found')
    equal(await message('GET', '/nodes/n2'), 'nodemetrics.metrics.k8s.io "n2" not found')
    equal((await fixture.http('DELETE', `${metrics}/nodes/n1`)).status, 405)
    equal((await fixture.http('GET', `${metrics}/namespaces/default/pods`, { as: await fixture.user('somebody', []) })).status, 403)
  })
})
