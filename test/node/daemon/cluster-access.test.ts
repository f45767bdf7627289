// What a member can say for the cluster, on a real peer: an admin kubeconfig, and where kubelets are.
import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { load } from 'js-yaml'
import { silentLogger } from '../../../node/base/logger.ts'
import { createClient } from '../../../node/client/client.ts'
import { Informers } from '../../../node/client/informers.ts'
import { nodes, services } from '../../../node/client/resource-types.ts'
import { ClusterAccess } from '../../../node/daemon/cluster-access.ts'
import { FakeApi } from '../../support/fake-api.ts'
import { eventually, TestCluster, type TestPeer } from '../../support/peers.ts'

describe('daemon / cluster access', () => {
  const cluster = new TestCluster()
  let one: TestPeer
  let access: ClusterAccess
  before(async () => {
    one = await cluster.init('ant')
    await cluster.leader()
    await one.peer.agreed.barrier(5_000)
    access = new ClusterAccess({ peer: one.peer, kubeletPort: 10250 })
  })
  after(() => cluster.end())

  it("makes an administrator's kubeconfig for a server, signed by the cluster's authority", async () => {
    const text = await access.adminKubeconfig('https://127.0.0.1:1234')
    match(text, /server: https:\/\/127\.0\.0\.1:1234\n/)
    const parsed = load(text) as { readonly users: readonly { readonly user: { readonly [field: string]: string } }[] }
    const certificate = new X509Certificate(Buffer.from(parsed.users[0]?.user['client-certificate-data'] ?? '', 'base64'))
    match(certificate.subject, /O=system:masters/)
    equal(certificate.verify(new X509Certificate(one.peer.identity.authority).publicKey), true)
  })

  it("finds a node's kubelet by its address and port, with this peer's certificates", async () => {
    deepEqual(access.nodes(), [])
    equal(access.endpoint('bee'), undefined)
    const api = new FakeApi()
    const addresses = [{ type: 'InternalIP', address: '192.0.2.2' }]
    api.put('/api/v1/nodes', { metadata: { name: 'bee' }, status: { addresses, daemonEndpoints: { kubeletEndpoint: { Port: 10999 } } } } as never)
    api.put('/api/v1/nodes', { metadata: { name: 'cat' }, status: { addresses } } as never)
    api.put('/api/v1/nodes', { metadata: { name: 'new' } } as never)
    const informers = new Informers({ client: createClient(api), clock: api.clock, logger: silentLogger })
    access.follow(informers.of(nodes), informers.of(services), '192.0.2.1')
    informers.start()
    await informers.whenSynced()
    const { host, port, serverName, ca } = access.endpoint('bee') ?? {}
    deepEqual([host, port, serverName, ca], ['192.0.2.2', 10999, 'bee', one.peer.identity.authority])
    equal(access.endpoint('cat')?.port, 10250)
    equal(access.endpoint('new'), undefined)
    equal(access.nodes().length, 3)
    await informers.stop()
  })

  it('names the address that live peers share, and has the own certificate good for it', async () => {
    const api = new FakeApi()
    const informers = new Informers({ client: createClient(api), clock: api.clock, logger: silentLogger })
    access.follow(informers.of(nodes), informers.of(services), '192.0.2.1')
    informers.start()
    await informers.whenSynced()
    equal(access.sharedApi(), undefined)
    const serves = (address: string): boolean => new X509Certificate(one.peer.identity.serving.certificate).checkIP(address) !== undefined
    const path = '/api/v1/namespaces/kube-system/services'
    api.put(path, { metadata: { name: 'shoal-api' }, spec: { ports: [{ port: 6443 }] } } as never)
    await eventually('its own address to be in the certificate', () => serves('192.0.2.1'))
    equal(access.sharedApi(), undefined)
    api.change(`${path}/shoal-api`, (service: object) => ({ ...service, status: { loadBalancer: { ingress: [{ ip: '192.0.2.200' }] } } }))
    await eventually('the shared address to be in the certificate', () => serves('192.0.2.200'))
    equal(access.sharedApi(), 'https://192.0.2.200:6443')
    ok(serves('192.0.2.1') && serves('127.0.0.1'))
    await informers.stop()
  })
})
