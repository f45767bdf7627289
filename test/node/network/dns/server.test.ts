// The DNS server over real sockets on the loopback: UDP, TCP, answers that are too long, and bytes that are no DNS.
import { deepEqual, equal, ok } from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { connect } from 'node:net'
import { once } from 'node:events'
import packet from 'dns-packet'
import { silentLogger } from '../../../../node/base/logger.ts'
import { noMetrics } from '../../../../node/base/metrics.ts'
import { DnsServer } from '../../../../node/network/dns/server.ts'
import type { ZoneView } from '../../../../node/network/dns/zone.ts'
import { systemClock } from '../../../../node/platform/clock.ts'

// An address that nothing else uses: a port chosen for UDP there is free for TCP as well.
const loopback = '127.0.0.53'

const many = Array.from({ length: 200 }, (_, i) => ({ addresses: [`10.244.1.${i}`], conditions: { ready: true } }))
let webAddress = ''
const view: ZoneView = {
  domain: 'cluster.local',
  service: (_namespace, name) =>
    name === 'web' ? { metadata: { name: 'web', namespace: 'default' }, spec: { clusterIP: webAddress } } : name === 'many' ? { metadata: { name, namespace: 'default' }, spec: { clusterIP: 'None' } } : undefined,
  slices: () => [{ metadata: { name: 'many-1' }, addressType: 'IPv4', endpoints: many, ports: [] }],
  hasNamespace: () => true,
  serviceByAddress: () => undefined,
  namedEndpoint: () => undefined,
  trusted: (endpoints) => endpoints,
}

describe('network / dns / server', () => {
  let server: DnsServer
  let version = 0
  beforeEach(async () => {
    webAddress = '10.96.0.80'
    server = new DnsServer({ view: () => view, version: () => version, clock: systemClock(), logger: silentLogger, metrics: noMetrics }, { address: loopback, port: 0, upstreams: [] })
    await server.start()
  })
  afterEach(() => server.stop())

  const query = (name: string, id = 7): Buffer => packet.encode({ type: 'query', id, flags: packet.RECURSION_DESIRED, questions: [{ type: 'A', name }] })

  async function overUdp(message: Buffer): Promise<packet.Packet & { flag_tc?: boolean; rcode?: string }> {
    const socket = createSocket('udp4')
    socket.send(message, server.port(), loopback)
    const [reply] = (await once(socket, 'message')) as [Buffer]
    socket.close()
    return packet.decode(reply)
  }

  it('answers over UDP', async () => {
    const reply = await overUdp(query('web.default.svc.cluster.local'))
    equal(reply.id, 7)
    deepEqual(reply.answers?.map((a) => ('data' in a ? a.data : undefined)), ['10.96.0.80'])
  })
  it('gives an answer again under the id of who asks, until something changes', async () => {
    const ask = async (id: number, name = 'web.default.svc.cluster.local'): Promise<readonly unknown[]> => {
      const { id: same, flags = 0, questions, answers } = await overUdp(query(name, id))
      return [same, flags & 0xf, questions?.[0]?.name, answers?.map((one) => ('data' in one ? one.data : undefined))]
    }
    const asked = 'web.default.svc.cluster.local'
    deepEqual(await ask(1), [1, 0, asked, ['10.96.0.80']])
    webAddress = '10.96.0.81'
    deepEqual(await ask(65_535), [65_535, 0, asked, ['10.96.0.80']], 'nothing has changed as far as it was told')
    version++
    deepEqual(await ask(2), [2, 0, asked, ['10.96.0.81']])
    deepEqual(await ask(3), [3, 0, asked, ['10.96.0.81']])
    // The case of a name comes back as it was asked (draft-vixie-dnsext-dns0x20): another question.
    deepEqual(await ask(4, 'WEB.default.svc.cluster.local'), [4, 0, 'WEB.default.svc.cluster.local', ['10.96.0.81']])
    deepEqual([await ask(5, 'nope.default.svc.cluster.local'), await ask(6, 'nope.default.svc.cluster.local')], [5, 6].map((id) => [id, 3, 'nope.default.svc.cluster.local', []]))
  })
  it('says that a name is missing', async () => {
    const reply = await overUdp(query('nope.default.svc.cluster.local'))
    equal((reply.flags ?? 0) & 0xf, 3)
  })
  it('a question that nobody can answer ends in a failure, not in silence', async () => {
    const reply = await overUdp(query('example.test'))
    equal((reply.flags ?? 0) & 0xf, 2)
  })
  it('cuts what is too long for UDP and gives all of it over TCP', async () => {
    const cut = await overUdp(query('many.default.svc.cluster.local'))
    ok((cut.flags ?? 0) & packet.TRUNCATED_RESPONSE)
    const socket = connect(server.port(), loopback)
    const message = query('many.default.svc.cluster.local')
    const length = Buffer.alloc(2)
    length.writeUInt16BE(message.length)
    // In two pieces, as a network may deliver them.
    socket.write(Buffer.concat([length, message.subarray(0, 5)]))
    socket.write(message.subarray(5))
    let received = Buffer.alloc(0)
    for await (const chunk of socket) {
      received = Buffer.concat([received, chunk as Buffer])
      if (received.length >= 2 && received.length >= 2 + received.readUInt16BE(0)) break
    }
    socket.destroy()
    equal(packet.decode(received.subarray(2)).answers?.length, 200)
  })
  it('survives bytes that are no DNS', async () => {
    const socket = createSocket('udp4')
    for (const bytes of [Buffer.alloc(0), Buffer.from([1]), Buffer.alloc(11, 255), Buffer.alloc(500, 0xc0)]) socket.send(bytes, server.port(), loopback)
    const reply = await overUdp(query('web.default.svc.cluster.local'))
    socket.close()
    equal(reply.answers?.length, 1)
  })
})
