// What the control socket of a member answers, on a real peer of a cluster of one.
import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict'
import { Readable } from 'node:stream'
import { silentLogger } from '../../../node/base/logger.ts'
import type { ClusterStatus } from '../../../node/base/control.ts'
import { createClient } from '../../../node/client/client.ts'
import { Informers } from '../../../node/client/informers.ts'
import { nodes, services } from '../../../node/client/resource-types.ts'
import { ClusterAccess } from '../../../node/daemon/cluster-access.ts'
import { type MemberParts, memberRoutes } from '../../../node/daemon/control-routes.ts'
import type { ControlCall, ControlRoutes } from '../../../node/daemon/control-server.ts'
import { alreadyMember } from '../../../node/daemon/errors.ts'
import { invitationUnknown } from '../../../node/identity/errors.ts'
import { agreedLevel } from '../../../node/peer/feature-levels.ts'
import { lastPeer, peerUnknown } from '../../../node/peer/errors.ts'
import { systemClock } from '../../../node/platform/clock.ts'
import { FakeApi } from '../../support/fake-api.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { TestCluster } from '../../support/peers.ts'

interface Asked {
  readonly argument?: string
  readonly query?: string
  readonly body?: unknown
}

function ask(routes: ControlRoutes, route: string, asked: Asked = {}): Promise<unknown> {
  const run = routes[route]
  ok(run, `no route ${route}`)
  const call: ControlCall = { argument: asked.argument ?? '', query: new URLSearchParams(asked.query), body: () => Promise.resolve(asked.body), stream: Readable.from(['archive']) }
  return run(call)
}

describe('daemon / control routes / member', () => {
  const cluster = new TestCluster()
  const timers = new ManualClock()
  const api = new FakeApi()
  let routes: ControlRoutes
  let informers: Informers
  let left = 0
  before(async () => {
    const { store, peer } = await cluster.init('ant')
    await cluster.leader()
    await peer.agreed.barrier(5_000)
    const real = systemClock()
    const clock = { wallMs: () => real.wallMs(), bootMs: () => real.bootMs(), after: timers.after.bind(timers) }
    const client = createClient(api)
    informers = new Informers({ client, clock: api.clock, logger: silentLogger })
    const access = new ClusterAccess({ peer, kubeletPort: 10250 })
    access.follow(informers.of(nodes), informers.of(services), '192.0.2.1')
    api.put('/api/v1/nodes', { metadata: { name: 'ant' }, status: { conditions: [{ type: 'Ready', status: 'True' }] } } as never)
    api.put('/api/v1/nodes', { metadata: { name: 'bee' }, status: { conditions: [{ type: 'Ready', status: 'Unknown' }] } } as never)
    informers.start()
    await informers.whenSynced()
    const parts: MemberParts = { store, peer, access, client, informers, clock, manage: { store, clock, commit: peer.agreed.commit.bind(peer.agreed) }, logger: silentLogger, name: 'ant', address: '192.0.2.1', apiPort: 6443, leave: () => Promise.resolve(void left++) }
    routes = memberRoutes(parts)
  })
  after(async () => {
    await informers.stop()
    await cluster.end()
  })

  it('refuses to become a member again', async () => {
    deepEqual(await ask(routes, 'GET /state'), { state: 'member', name: 'ant', pid: process.pid })
    await rejects(ask(routes, 'POST /init'), alreadyMember.is)
    await rejects(ask(routes, 'POST /join'), alreadyMember.is)
  })

  it('tells the status and which Nodes are Ready', async () => {
    const status = (await ask(routes, 'GET /status')) as ClusterStatus
    deepEqual(status.peers.map((peer) => [peer.name, peer.role]), [['ant', 'leader']])
    equal(status.leader, 'ant')
    equal(status.featureLevel, agreedLevel(cluster.get('ant').store))
    deepEqual(await ask(routes, 'GET /ready-nodes'), { ready: ['ant'] })
  })

  it('makes, lists and deletes invitations', async () => {
    const { invitation } = (await ask(routes, 'POST /tokens', { body: { uses: 2, ttlSeconds: 60, role: 'witness' } })) as { readonly invitation: string }
    match(invitation, /^shoal/)
    const [listed, ...more] = (await ask(routes, 'GET /tokens')) as readonly { readonly id: string; readonly usesLeft: number; readonly role: string }[]
    deepEqual([listed?.usesLeft, listed?.role, more.length], [2, 'witness', 0])
    await ask(routes, 'DELETE /tokens/*', { argument: listed?.id ?? '' })
    deepEqual(await ask(routes, 'GET /tokens'), [])
    await rejects(ask(routes, 'DELETE /tokens/*', { argument: 'none' }), invitationUnknown.is)
  })

  it('gives a kubeconfig for the named server, or for this peer', async () => {
    match(String(await ask(routes, 'GET /kubeconfig', { query: 'server=https%3A%2F%2Frelay%3A1' })), /server: https:\/\/relay:1\n/)
    match(String(await ask(routes, 'GET /kubeconfig')), /server: https:\/\/192\.0\.2\.1:6443\n/)
  })

  it('removes no unknown peer, and lets the last one not leave', async () => {
    await rejects(ask(routes, 'DELETE /peers/*', { argument: 'dog' }), peerUnknown.is)
    await rejects(ask(routes, 'POST /leave'), lastPeer.is)
    timers.advance(60_000)
    equal(left, 0)
  })

  it('says which peers did not take an image, and why', async () => {
    deepEqual(await ask(routes, 'POST /images'), { loaded: [], failed: [{ peer: 'ant', error: 'ant did not answer: its address is not known' }] })
  })
})
