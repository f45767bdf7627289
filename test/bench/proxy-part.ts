// One server of `bench proxy` as a process of its own, so that what is measured shares no loop with what measures: the backend,
// a plain reverse proxy as one writes it with node:http, the Ingress proxy, or the DNS server. It prints its port and serves
// until it is killed.
import { Agent, createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { silentLogger } from '../../node/base/logger.ts'
import { noMetrics } from '../../node/base/metrics.ts'
import { DnsServer } from '../../node/network/dns/server.ts'
import { IngressServer } from '../../node/network/ingress/server.ts'
import { systemClock } from '../../node/platform/clock.ts'

const here = '127.0.0.1'
const [role = '', backendPort = '0'] = process.argv.slice(2)
const page = `<!doctype html>\n<title>Shoal</title>\n<h1>${'x'.repeat(400)}</h1>\n`

const say = (port: number): void => void process.stdout.write(`${port}\n`)

function listen(server: ReturnType<typeof createServer>): void {
  server.listen(0, here, () => say((server.address() as AddressInfo).port))
}

/** What everybody writes first: the same request to the other side, the same answer back. */
function plainProxy(port: number): ReturnType<typeof createServer> {
  const agent = new Agent({ keepAlive: true })
  return createServer((incoming, outgoing) => {
    const upstream = request({ host: here, port, method: incoming.method ?? 'GET', path: incoming.url ?? '/', headers: incoming.headers, agent }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(outgoing)
    })
    upstream.on('error', () => outgoing.destroy())
    incoming.pipe(upstream)
  })
}

async function ingress(port: number): Promise<void> {
  const server = new IngressServer(() => undefined)
  await server.start({ http: 0, https: 0 })
  server.use({ routes: [{ host: 'web.test', path: '/', match: 'prefix', isDefault: false, isHttp2: false, service: 'default/web', backends: [{ address: here, port }] }], certificates: [] })
  say(server.ports().http)
}

async function dns(): Promise<void> {
  const view = {
    domain: 'cluster.local', slices: () => [], hasNamespace: () => true, serviceByAddress: () => undefined, namedEndpoint: () => undefined,
    service: (namespace: string, name: string) => ({ metadata: { name, namespace }, spec: { clusterIP: '10.96.0.80' } }),
    trusted: <E>(endpoints: readonly E[]): readonly E[] => endpoints,
  }
  const server = new DnsServer({ view: () => view, version: () => 1, clock: systemClock(), logger: silentLogger, metrics: noMetrics }, { address: here, port: 0, upstreams: [] })
  await server.start()
  say(server.port())
}

switch (role) {
  case 'backend': listen(createServer((_, outgoing) => outgoing.writeHead(200, { 'content-type': 'text/html', 'content-length': page.length }).end(page))); break
  case 'plain': listen(plainProxy(Number(backendPort))); break
  case 'ingress': await ingress(Number(backendPort)); break
  case 'dns': await dns(); break
  default: throw new Error(`there is no part ${role}`)
}
