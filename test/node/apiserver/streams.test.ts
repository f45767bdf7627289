// exec, logs and port-forward by kubectl through the server to a stand-in for a kubelet, which speaks SPDY as the container
// runtime does: it answers a command's standard input in capitals, and what is forwarded as it came.
import { match, strictEqual } from 'node:assert/strict'
import { createServer } from 'node:https'
import type { Server } from 'node:https'
import { connect } from 'node:net'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { ApiFixture } from '../../support/api-fixture.ts'
import { SpdyStandIn } from '../../support/spdy-stand-in.ts'
import type { KubeletEndpoint } from '../../../node/apiserver/kubelet-connection.ts'

/** error, stdin, stdout, stderr in the order in which the API server opens them. */
function serveExec(socket: Duplex, head: Buffer, url: URL): void {
  const wantsInput = url.searchParams.get('input') === '1'
  const status = Buffer.from(JSON.stringify({ metadata: {}, status: 'Success' }))
  const finish = (spdy: SpdyStandIn, text: string): void => {
    const [error = 0, ...streams] = spdy.opened
    const [out = 0, ...others] = wantsInput ? streams.slice(1) : streams
    spdy.send(out, Buffer.from(text), true)
    for (const other of others) spdy.send(other, Buffer.alloc(0), true)
    spdy.send(error, status, true)
  }
  const expected = 2 + (wantsInput ? 1 : 0) + (url.searchParams.get('error') === '1' ? 1 : 0)
  let input = ''
  const spdy: SpdyStandIn = new SpdyStandIn(socket, head, () => {
    if (spdy.opened.length === expected && !wantsInput) finish(spdy, url.searchParams.getAll('command').join(' '))
  }, (_stream, bytes, fin) => {
    input += bytes.toString()
    if (fin) finish(spdy, input.toUpperCase())
  })
}

describe('apiserver / streams', function () {
  this.timeout(30_000)
  let fixture: ApiFixture
  let kubelet: Server
  let endpoint: KubeletEndpoint | undefined

  before(async () => {
    fixture = await ApiFixture.start({ endpoint: (node) => (node === 'n1' ? endpoint : undefined) })
    const serving = await fixture.serving()
    kubelet = createServer({ cert: serving.certificate, key: serving.privateKey, ca: fixture.authority.certificate, requestCert: true, rejectUnauthorized: true })
    kubelet.on('request', (request, response) => {
      if ((request.url ?? '').includes('/broken/')) response.writeHead(404).end('container "c" not found in pod "broken"')
      else response.writeHead(200, { 'content-type': 'text/plain' }).end(`log of ${request.url}\n`)
    })
    kubelet.on('upgrade', (request, socket: Duplex, head: Buffer) => {
      const url = new URL(request.url ?? '/', 'https://kubelet')
      socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\nX-Stream-Protocol-Version: v4.channel.k8s.io\r\n\r\n')
      if (url.pathname.startsWith('/exec/')) serveExec(socket, head, url)
      else socket.pipe(socket)
    })
    await new Promise<void>((resolve) => kubelet.listen(0, '127.0.0.1', resolve))
    const { port } = kubelet.address() as AddressInfo
    endpoint = { host: '127.0.0.1', port, ca: fixture.authority.certificate, serverName: 'localhost', certificate: fixture.admin.certificate, privateKey: fixture.admin.privateKey }
    for (const name of ['talker', 'broken']) {
      await fixture.transport().send({ method: 'POST', path: '/api/v1/namespaces/default/pods', body: { metadata: { name }, spec: { nodeName: 'n1', containers: [{ name: 'c', image: 'i' }] } } })
      await fixture.transport().send({ method: 'PATCH', path: `/api/v1/namespaces/default/pods/${name}/status`, contentType: 'application/merge-patch+json', body: { status: { phase: 'Running' } } })
    }
  })

  after(async () => {
    await fixture.stop()
    kubelet.closeAllConnections()
    await new Promise((resolve) => kubelet.close(resolve))
  })

  it('logs come from the kubelet of the Pod\'s node', async () => {
    match(await fixture.kubectl.ok(['logs', 'talker', '--tail=5', '-f']), /log of \/containerLogs\/default\/talker\/c\?follow=true&tailLines=5/)
  })

  it('a refusal of the kubelet is the answer', async () => {
    const refused = await fixture.kubectl.run(['logs', 'broken'])
    match(refused.stderr, /container "c" not found in pod "broken"/)
  })

  it('exec gives the command\'s output', async () => {
    strictEqual(await fixture.kubectl.ok(['exec', 'talker', '--', 'say', 'this']), 'say this')
  })

  it('exec -i passes standard input and its end', async () => {
    strictEqual(await fixture.kubectl.ok(['exec', '-i', 'talker', '--', 'cat'], 'hello\nworld\n'), 'HELLO\nWORLD\n')
  })

  it('exec -i passes much of it', async () => {
    const input = 'abcdefghij'.repeat(200_000)
    strictEqual((await fixture.kubectl.ok(['exec', '-i', 'talker', '--', 'cat'], input)).length, input.length)
  })

  it('exec for an older client is SPDY all the way', async () => {
    const answer = await new Promise<string>((resolve, reject) => {
      const socket = fixture.tls()
      let seen = ''
      socket.on('data', (chunk: Buffer) => {
        seen += chunk.toString('latin1')
        if (seen.includes('\r\n\r\n')) {
          socket.destroy()
          resolve(seen)
        }
      })
      socket.on('error', reject)
      socket.write('POST /api/v1/namespaces/default/pods/talker/exec?command=x&stdout=true HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\nX-Stream-Protocol-Version: v4.channel.k8s.io\r\nContent-Length: 0\r\n\r\n')
    })
    match(answer, /^HTTP\/1\.1 101 Switching Protocols/)
    match(answer, /X-Stream-Protocol-Version: v4\.channel\.k8s\.io/)
  })

  it('without rights there is no stream', async () => {
    const refused = await fixture.kubectl.run(['exec', 'talker', '--as', 'jane', '--', 'x'])
    match(refused.stderr, /cannot get resource "pods" in API group "" in the namespace "default"/)
    const exec = await fixture.http('POST', '/api/v1/namespaces/default/pods/talker/exec?command=x', { as: await fixture.user('jane', []) })
    match(exec.text, /cannot create resource \\"pods\/exec\\"/)
  })

  it('port-forward tunnels SPDY inside a WebSocket', async () => {
    const forwarding = fixture.kubectl.start(['port-forward', 'pod/talker', ':80'])
    const port = await new Promise<number>((resolve, reject) => {
      let seen = ''
      forwarding.stdout?.on('data', (chunk: Buffer) => {
        seen += chunk.toString()
        const found = /127\.0\.0\.1:(\d+) -> 80/.exec(seen)
        if (found !== null) resolve(Number(found[1]))
      })
      forwarding.stderr?.on('data', (chunk: Buffer) => reject(new Error(chunk.toString())))
      forwarding.on('exit', () => reject(new Error('kubectl port-forward ended')))
    })
    // The stand-in sends SPDY frames back as they came, which no client takes for an answer: that the connection to the
    // forwarded port is taken shows that the tunnel stands.
    await new Promise<void>((resolve, reject) => {
      const socket = connect(port, '127.0.0.1', () => {
        socket.destroy()
        resolve()
      })
      socket.on('error', reject)
    })
    forwarding.kill()
  })
})
