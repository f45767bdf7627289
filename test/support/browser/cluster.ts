// A small cluster in the API fixture as the dashboard's tests and pictures show it: nodes, workloads, Pods of every health,
// Services with endpoints, events, peers of which two do not see each other, and a stand-in for a kubelet that has logs and
// a shell.
import { createServer } from 'node:https'
import type { Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import type { KubeletEndpoint } from '../../../node/apiserver/kubelet-connection.ts'
import { dashboardToken } from '../../../node/daemon/dashboard-access.ts'
import type { JsonObject } from '../../../node/objects/json.ts'
import { ApiFixture } from '../api-fixture.ts'
import { SpdyStandIn } from '../spdy-stand-in.ts'

const names = ['amber', 'basil', 'coral', 'delta', 'ember']

export const script = '<img src=x onerror="window.hurt=1"><script>window.hurt=1</script>'

const peers = (): JsonObject => ({
  cluster: 'c0ffee', incarnation: 1, term: 3, leader: 'amber', revision: 4211, removed: false,
  peers: names.map((name, i) => ({ name, peerId: `id-${name}`, address: `10.77.0.${i + 1}`, apiServer: '', role: i === 0 ? 'leader' : i < 3 ? 'voter' : i === 3 ? 'learner' : 'mirror', state: i === 4 ? 'suspect' : 'alive', lag: i === 3 ? 12 : 0, runtime: '', rootless: false })),
  works: [{ work: 'controllers', peer: 'basil', epoch: 2 }],
  views: names.map((name) => ({ name, answers: true, sees: [], misses: name === 'coral' ? ['ember'] : [] })),
  findings: [{ level: 'broken', text: 'coral does not see ember, which answers here: the way between the two is broken' }], viewsAgeMs: 300,
})

const long = (agoMs: number): string => new Date(Date.now() - agoMs).toISOString().replace(/\.\d+Z$/, 'Z')

/** An hour of an autoscaler: load that rises, replicas that follow, and both down again. */
const pastOf = (uid: string): JsonObject => ({
  spanMs: 3_600_000,
  autoscalers: {
    [uid]: Array.from({ length: 360 }, (_, i) => {
      const load = Math.round(70 + 60 * Math.sin(i / 40) + 8 * Math.sin(i / 3))
      const wanted = Math.max(3, Math.min(8, Math.round(5.5 + 3 * Math.sin(i / 40 - 0.5))))
      return [Date.now() - (360 - i) * 10_000, Math.max(3, Math.min(8, Math.round(5.5 + 3 * Math.sin(i / 40 - 0.9)))), wanted, load]
    }),
  },
})

export class BrowserCluster {
  readonly api: ApiFixture
  readonly #kubelet: Server
  /** Whose past the peers tell. */
  readonly #past: { uid: string }
  #count = 0

  private constructor(api: ApiFixture, kubelet: Server, past: { uid: string }) {
    this.api = api
    this.#past = past
    this.#kubelet = kubelet
  }

  static async start(): Promise<BrowserCluster> {
    let endpoint: KubeletEndpoint | undefined
    const past: { uid: string } = { uid: '' }
    const api = await ApiFixture.start({ endpoint: () => endpoint }, undefined, { '/shoal/peers': peers, '/shoal/autoscalers': () => pastOf(past.uid) })
    const serving = await api.serving()
    const kubelet = createServer({ cert: serving.certificate, key: serving.privateKey }, (request, response) => {
      if (!(request.url ?? '').startsWith('/containerLogs/')) {
        response.writeHead(404).end()
        return
      }
      response.writeHead(200, { 'content-type': 'text/plain' })
      response.write('listening on port 8080\n')
      const timer = setTimeout(() => response.write(`GET / 200 ${script}\n`), 150)
      response.on('close', () => clearTimeout(timer))
    })
    kubelet.on('upgrade', (_request, socket: Duplex, head: Buffer) => {
      socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\nX-Stream-Protocol-Version: v4.channel.k8s.io\r\n\r\n')
      // Opened in this order: error, input, output, size. What is typed comes back in capitals.
      const spdy: SpdyStandIn = new SpdyStandIn(socket, head, () => undefined, (stream, bytes) => { if (stream === spdy.opened[1]) spdy.send(spdy.opened[2] ?? 0, Buffer.from(bytes.toString().toUpperCase()), false) })
    })
    await new Promise<void>((resolve) => kubelet.listen(0, '127.0.0.1', resolve))
    const { port } = kubelet.address() as AddressInfo
    endpoint = { host: '127.0.0.1', port, ca: api.authority.certificate, serverName: 'n1', certificate: api.admin.certificate, privateKey: api.admin.privateKey }
    return new BrowserCluster(api, kubelet, past)
  }

  get address(): string {
    return `https://127.0.0.1:${this.api.server.port}/dashboard/`
  }

  async token(seconds = 3_600): Promise<string> {
    return (await dashboardToken(this.api.transport(), seconds)).token
  }

  async create(path: string, body: object, status?: object): Promise<JsonObject> {
    const made = await this.api.transport().send({ method: 'POST', path, body }) as JsonObject & { metadata: { name: string } }
    if (status === undefined) return made
    return await this.api.transport().send({ method: 'PATCH', path: `${path}/${made.metadata.name}/status`, contentType: 'application/merge-patch+json', body: { status } }) as JsonObject
  }

  async fill(): Promise<void> {
    for (const [i, name] of names.entries()) {
      await this.create('/api/v1/nodes', { metadata: { name }, spec: i === 3 ? { unschedulable: true } : {} }, {
        capacity: { cpu: '4', memory: '8Gi', pods: '110' }, addresses: [{ type: 'InternalIP', address: `10.77.0.${i + 1}` }],
        nodeInfo: { containerRuntimeVersion: 'containerd://1.7.24' }, conditions: [{ type: 'Ready', status: i === 4 ? 'Unknown' : 'True' }],
      })
    }
    for (const [name, replicas] of [['web-server', 6], ['checkout', 3], ['search', 4]] as const) await this.deploy(name, replicas)
    for (let i = 0; i < 13; i++) await this.pod(i < 6 ? 'web-server' : i < 9 ? 'checkout' : 'search', i, i === 8 ? 'CrashLoopBackOff' : i === 12 ? 'ContainerCreating' : '')
    const scaler = await this.create('/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers', {
      metadata: { name: 'web-server' }, spec: { minReplicas: 3, maxReplicas: 8, scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web-server' }, metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 60 } } }] },
    }, { currentReplicas: 6, desiredReplicas: 6, conditions: [{ type: 'ScalingActive', status: 'True', reason: 'ValidMetricFound', lastTransitionTime: long(60_000) }] }) as { metadata: { uid: string } }
    this.#past.uid = scaler.metadata.uid
    await this.loss()
    await this.create('/api/v1/namespaces/default/persistentvolumeclaims', { metadata: { name: 'ledger-data' }, spec: { accessModes: ['ReadWriteOnce'], storageClassName: 'local-path', resources: { requests: { storage: '10Gi' } } } })
    const { metadata } = await this.create('/api/v1/namespaces/default/services', { metadata: { name: 'web-server' }, spec: { selector: { app: 'web-server' }, ports: [{ port: 80 }] } }) as { metadata: { name: string } }
    await this.create('/apis/discovery.k8s.io/v1/namespaces/default/endpointslices', {
      metadata: { name: 'web-server-x', labels: { 'kubernetes.io/service-name': metadata.name } }, addressType: 'IPv4', ports: [{ port: 80 }],
      endpoints: [0, 1, 2].map((i) => ({ addresses: [`10.244.${i}.2`], conditions: { ready: i < 2 }, targetRef: { kind: 'Pod', namespace: 'default', name: `web-server-7d4b9-${i}` } })),
    })
  }

  deploy(name: string, replicas: number): Promise<JsonObject> {
    return this.create('/apis/apps/v1/namespaces/default/deployments', {
      metadata: { name, labels: { app: name } },
      spec: { replicas, selector: { matchLabels: { app: name } }, template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: 'main', image: 'example/web:1' }] } } },
    }, { replicas, readyReplicas: name === 'web-server' ? replicas : replicas - 1, updatedReplicas: replicas, availableReplicas: replicas })
  }

  async pod(app: string, i: number, waiting: string): Promise<void> {
    const name = `${app}-7d4b9-${i}`
    const made = await this.create('/api/v1/namespaces/default/pods', {
      metadata: { name, labels: { app }, annotations: { note: script } }, spec: { nodeName: names[i % 4], containers: [{ name: 'main', image: 'example/web:1' }] },
    }, {
      phase: waiting === 'ContainerCreating' ? 'Pending' : 'Running', podIP: `10.244.${i}.2`, conditions: [{ type: 'Ready', status: waiting === '' ? 'True' : 'False' }],
      containerStatuses: [{ name: 'main', ready: waiting === '', restartCount: waiting === 'CrashLoopBackOff' ? 7 : 0, image: 'example/web:1', imageID: '', state: waiting === '' ? { running: { startedAt: long(60_000) } } : { waiting: { reason: waiting } } }],
    }) as { metadata: { uid: string } }
    if (waiting === 'CrashLoopBackOff') await this.event(name, made.metadata.uid, 'Warning', 'BackOff', `Back-off restarting failed container ${script}`, 40_000)
    else if (i === 3) {
      await this.event(name, made.metadata.uid, 'Warning', 'Unhealthy', 'Readiness probe failed: connection refused', 1_500_000)
      await this.event(name, made.metadata.uid, 'Normal', 'Started', 'Started container main', 1_320_000)
    }
  }

  /** Basil was gone for a while, and a Pod that ran there was replaced. */
  async loss(): Promise<void> {
    const turned = { type: 'Ready', status: 'True', reason: 'KubeletReady', message: 'kubelet is posting ready status', lastTransitionTime: long(588_000) }
    await this.api.transport().send({ method: 'PATCH', path: '/api/v1/nodes/basil/status', contentType: 'application/merge-patch+json', body: { status: { conditions: [turned] } } })
    await this.create('/api/v1/namespaces/default/events', {
      metadata: { name: 'basil.lost', namespace: 'default' }, involvedObject: { kind: 'Node', name: 'basil' }, type: 'Normal', reason: 'NodeNotReady', message: 'Node basil status is now: NodeNotReady', count: 1, firstTimestamp: long(600_000), lastTimestamp: long(600_000), source: { component: 'node-controller' },
    })
    // The API server dates what is made, so the Pod that this one replaces was lost just now.
    await this.event('orders-5c6d7-lost1', 'uid-of-the-lost', 'Normal', 'TaintManagerEviction', 'Replacing Pod default/orders-5c6d7-lost1: the lease of its node basil is over', 1_000)
    await this.create('/api/v1/namespaces/default/pods', {
      metadata: { name: 'orders-5c6d7-next2', ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'orders-5c6d7', uid: 'uid-of-the-owner', controller: true }] }, spec: { nodeName: 'coral', containers: [{ name: 'main', image: 'example/web:1' }] },
    }, { phase: 'Running', conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: long(-6_000) }] })
  }

  event(name: string, uid: string, type: string, reason: string, message: string, agoMs: number): Promise<JsonObject> {
    return this.create('/api/v1/namespaces/default/events', {
      metadata: { name: `${name}.${++this.#count}` }, involvedObject: { kind: 'Pod', namespace: 'default', name, uid }, type, reason, message, count: 1, firstTimestamp: long(agoMs), lastTimestamp: long(agoMs), source: { component: 'kubelet' },
    })
  }

  async stop(): Promise<void> {
    this.#kubelet.closeAllConnections()
    await new Promise<void>((resolve) => this.#kubelet.close(() => resolve()))
    await this.api.stop()
  }
}
