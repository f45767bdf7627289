// The kubelet's server over TLS: certificates, plain answers, uploads, and streams passed through to the runtime's address.
import { deepEqual, equal, match, rejects } from 'node:assert/strict'
import { request } from 'node:https'
import { createServer } from 'node:net'
import type { AddressInfo, Server, Socket } from 'node:net'
import { Readable } from 'node:stream'
import { silentLogger } from '../../../../node/base/logger.ts'
import { kubeletCannotListen } from '../../../../node/kubelet/errors.ts'
import { KubeletServer } from '../../../../node/kubelet/server/server.ts'
import type { MachineStats } from '../../../../node/kubelet/stats/summary.ts'
import { systemClock } from '../../../../node/platform/clock.ts'
import { FakeRuntime } from '../../../support/fake-runtime.ts'
import { makeContainer, makePod } from '../../../support/pod-fixtures.ts'
import { testCertificates } from '../../../support/test-certificates.ts'
import type { TestCertificates } from '../../../support/test-certificates.ts'

const portOf = (server: Server): number => {
  const address: AddressInfo | string | null = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

const stats: MachineStats = { nodeName: 'n1', node: { atMs: 1_000, windowMs: 5_000, cpuNanos: 2_000_000_000, cpuNanoCores: 4_000_000, memoryBytes: 1024 }, containers: [] }

describe('kubelet / server', () => {
  const clock = systemClock()
  const runtime = new FakeRuntime(clock)
  let certificates: TestCertificates
  let server: KubeletServer
  let upstream: Server
  let loaded = ''
  let upstreamHead = ''

  before(async () => {
    certificates = await testCertificates()
    runtime.containers.set('c', makeContainer({ id: 'c' }))
    server = new KubeletServer({
      runtime, clock, logger: silentLogger, metrics: { text: () => Promise.resolve('kubelet_running_pods 1\n') }, waitEndpointOut: (address) => Promise.resolve(address === '10.0.0.1'), pods: () => [makePod()], logFolder: () => '/nowhere', stats: () => stats,
      loadImage: async (archive: Readable) => {
        for await (const chunk of archive) loaded += String(chunk)
      },
      archiveOf: (image) => Promise.resolve(image === 'web:1' ? () => Promise.resolve(Readable.from(['arch', 'ive'])) : undefined),
    }, { port: 0, listenAddress: '127.0.0.1', certificates: certificates.server })
    await server.start()
    upstream = createServer((socket: Socket) => {
      socket.once('data', (chunk) => {
        upstreamHead = chunk.toString()
        socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\n\r\n')
        socket.on('data', (more) => socket.write(`echo ${more.toString()}`))
      })
    })
    await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve))
    runtime.execUrl = () => Promise.resolve(`http://127.0.0.1:${portOf(upstream)}/exec/token`)
  })
  after(async () => {
    upstream.close()
    await server.stop()
    await server.stop()
  })

  it('names a port that is taken', async () => {
    const second = new KubeletServer({
      runtime, clock, logger: silentLogger, metrics: { text: () => Promise.resolve('kubelet_running_pods 1\n') }, waitEndpointOut: () => Promise.resolve(true), pods: () => [], logFolder: () => '/nowhere', stats: () => stats, loadImage: () => Promise.resolve(), archiveOf: () => Promise.resolve(undefined),
    }, { port: server.port(), listenAddress: '127.0.0.1', certificates: certificates.server })
    await rejects(second.start(), kubeletCannotListen.is)
  })

  const ask = (path: string, client: object = certificates.admin, body?: string): Promise<string> => new Promise((resolve, reject) => {
    const outgoing = request({ host: '127.0.0.1', port: server.port(), path, method: body === undefined ? 'GET' : 'POST', ...client, agent: false }, (response) => {
      let text = ''
      response.on('data', (chunk: Buffer) => {
        text += chunk.toString()
      })
      response.on('end', () => resolve(`${response.statusCode} ${text.trim()}`))
    })
    outgoing.on('error', reject)
    outgoing.end(body)
  })

  it('answers whoever has the right certificate', async () => {
    equal(await ask('/metrics'), '200 kubelet_running_pods 1')
    equal(await ask('/metrics', certificates.user), '403 the certificate does not allow this')
    equal(await ask('/healthz'), '200 ok')
    equal(await ask('/healthz', certificates.user), '403 the certificate does not allow this')
    match(await ask('/stats/summary'), /^200 .*"nodeName":"n1".*"usageNanoCores":4000000/)
    match(await ask('/metrics/resource'), /node_cpu_usage_seconds_total 2 1000/)
    match(await ask('/pods'), /^200 .*"kind":"PodList"/)
    equal(await ask('/shoal/endpoint-out?ip=10.0.0.1'), '200 {"out":true}')
    equal(await ask('/shoal/endpoint-out?ip=10.0.0.2'), '200 {"out":false}')
    match(await ask('/nothing'), /^404/)
  })
  it('hangs up on strangers', async () => {
    const stranger = await testCertificates()
    const error: unknown = await ask('/healthz', { ...stranger.admin, ca: certificates.ca }).catch((caught: unknown) => caught)
    equal(error instanceof Error, true)
    equal(await ask('/healthz', { ca: certificates.ca }).catch(() => 'refused'), 'refused')
  })
  it('takes image archives', async () => {
    equal(await ask('/shoal/images', certificates.admin, 'archive'), '200 {"loaded":true}')
    equal(loaded, 'archive')
    match(await ask('/shoal/images'), /^405/)
  })
  it('hands on an image that was loaded here', async () => {
    equal(await ask('/shoal/image?name=web:1'), '200 archive')
    equal(await ask('/shoal/image?name=other:1'), '404 other:1 was not loaded here')
  })
  it('says why there is no log', async () => {
    equal(await ask('/containerLogs/default/web/none'), '404 container "none" not found in pod "web"')
    equal(await ask('/containerLogs/default/none/main'), '404 pod "none" not found')
    equal(await ask('/containerLogs/default/web/main?previous=true'), '400 previous terminated container "main" in pod "web" not found')
  })
  it('passes a stream through, both ways, and its ends', async () => {
    const answer = await new Promise<string>((resolve, reject) => {
      const outgoing = request({
        host: '127.0.0.1', port: server.port(), path: '/exec/default/web/main?command=sh&output=1', method: 'POST', ...certificates.admin, agent: false,
        headers: { connection: 'Upgrade', upgrade: 'SPDY/3.1', 'x-stream-protocol-version': 'v4.channel.k8s.io' },
      })
      outgoing.on('upgrade', (response, socket) => {
        socket.on('data', (chunk: Buffer) => {
          socket.destroy()
          resolve(`${response.statusCode} ${chunk.toString()}`)
        })
        socket.write('hello')
      })
      outgoing.on('error', reject)
      outgoing.end()
    })
    equal(answer, '101 echo hello')
    match(upstreamHead, /^POST \/exec\/token HTTP\/1\.1\r\n/)
    deepEqual([/x-stream-protocol-version: v4\.channel\.k8s\.io/i.test(upstreamHead), /host: 127\.0\.0\.1/i.test(upstreamHead)], [true, true])
  })
  it('refuses streams to what does not run', async () => {
    const status = await new Promise<number>((resolve, reject) => {
      const outgoing = request({ host: '127.0.0.1', port: server.port(), path: '/exec/default/none/main', method: 'POST', ...certificates.admin, agent: false, headers: { connection: 'Upgrade', upgrade: 'SPDY/3.1' } })
      outgoing.on('response', (response) => {
        response.resume()
        resolve(response.statusCode ?? 0)
      })
      outgoing.on('error', reject)
      outgoing.end()
    })
    equal(status, 404)
  })
})
