// A Node's proxy through the server to a stand-in for a kubelet: what is passed on, what is kept back, and who may.
import { deepEqual, equal, match } from 'node:assert/strict'
import { createServer } from 'node:https'
import type { Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { KubeletEndpoint } from '../../../../node/apiserver/kubelet-connection.ts'
import { ApiFixture } from '../../../support/api-fixture.ts'
import { testCertificates } from '../../../support/test-certificates.ts'

describe('apiserver / subresources / proxy', function () {
  this.timeout(30_000)
  let api: ApiFixture
  let kubelet: Server
  let asked: string[]

  before(async () => {
    const certificates = await testCertificates()
    const { certificate, key, ca } = certificates.server
    kubelet = createServer({ cert: certificate, key, ca, requestCert: true }, (request, response) => {
      asked.push(`${request.method} ${request.url} ${request.headers.authorization ?? 'no credentials'}`)
      response.writeHead(request.url === '/none' ? 404 : 200, { 'content-type': 'text/plain', 'x-kept': 'yes', 'set-cookie': 'a=b' }).end('answered\n')
    })
    await new Promise<void>((resolve) => kubelet.listen(0, '127.0.0.1', resolve))
    const port = (kubelet.address() as AddressInfo).port
    const { cert, key: privateKey } = certificates.admin
    const endpoint: KubeletEndpoint = { host: '127.0.0.1', port, ca, serverName: 'localhost', certificate: String(cert), privateKey: String(privateKey) }
    api = await ApiFixture.start({ endpoint: (node) => (node === 'n1' ? endpoint : undefined) })
    await api.transport().send({ method: 'POST', path: '/api/v1/nodes', body: { metadata: { name: 'n1' } } })
  })
  beforeEach(() => { asked = [] })
  after(async () => {
    await api.stop()
    kubelet.close()
  })

  it('kubectl get --raw reaches the kubelet and shows its answer', async () => {
    equal(await api.kubectl.ok(['get', '--raw', '/api/v1/nodes/n1/proxy/metrics?a=b']), 'answered\n')
    deepEqual(asked, ['GET /metrics?a=b no credentials'])
  })

  it('passes status and headers on, but no cookie; a path without its slash is led to it', async () => {
    const missing = await api.http('GET', '/api/v1/nodes/n1/proxy/none')
    deepEqual([missing.status, missing.text, missing.headers['x-kept'], missing.headers['set-cookie']], [404, 'answered\n', 'yes', undefined])
    const bare = await api.http('GET', '/api/v1/nodes/n1/proxy')
    deepEqual([bare.status, bare.headers['location']], [301, '/api/v1/nodes/n1/proxy/'])
  })

  it('reaches the kubelet and nothing else of a Node, and not what peers ask of each other', async () => {
    match((await api.http('GET', '/api/v1/nodes/n1:22/proxy/')).text, /only the port of its kubelet/)
    match((await api.http('GET', '/api/v1/nodes/127.0.0.1/proxy/')).text, /not found/)
    for (const path of ['/shoal/endpoint-out?ip=1', '/a/../shoal/images', '/%2e/shoal/images']) match((await api.http('GET', `/api/v1/nodes/n1/proxy${path}`)).text, /address not allowed/)
    deepEqual(asked, [])
  })

  it('a Service without endpoints and one that does not exist are said to be so', async () => {
    match((await api.http('GET', '/api/v1/namespaces/default/services/none/proxy/')).text, /services \\"none\\" not found/)
  })
})
