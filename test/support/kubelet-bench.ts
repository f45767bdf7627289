// A kubelet on the fake API and the fake runtime, with a clock that the test moves, and folders of its own.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLogger } from '../../node/base/logger.ts'
import { noMetrics } from '../../node/base/metrics.ts'
import { createKubelet } from '../../node/kubelet/kubelet.ts'
import type { Kubelet, KubeletOptions } from '../../node/kubelet/types.ts'
import type { Node, Pod, PodSpec } from '../../node/objects/generated/core-v1.ts'
import { seededRandom } from '../../protocol/base/random.ts'
import { eventually } from './eventually.ts'
import { HandLease, HandTakeover } from './control-plane.ts'
import { FakeApi } from './fake-api.ts'
import { FakeRuntime } from './fake-runtime.ts'
import { ManualClock } from './manual-clock.ts'

export const testOptions = (folder: string): KubeletOptions => ({
  nodeName: 'n1', addresses: ['192.168.1.1'], labels: {}, dataDirectory: join(folder, 'data'), volumesDirectory: join(folder, 'volumes'), volatileDirectory: join(folder, 'volatile'),
  podLogDirectory: join(folder, 'logs'), wardenDirectory: join(folder, 'warden'), criEndpoint: '/none', ctrPath: 'ctr', port: 0, listenAddress: undefined, certificates: undefined, rootless: true,
  cgroupParent: '', clusterDomain: 'cluster.local', clusterDns: ['10.96.0.10'], version: 'v1.32.3+shoal', capacity: {},
})

export class KubeletBench {
  readonly clock = new ManualClock()
  readonly api = new FakeApi({ clock: this.clock })
  readonly runtime = new FakeRuntime(this.clock)
  readonly folder = mkdtempSync(join(tmpdir(), 'shoal-kubelet-'))
  readonly withdrawn: string[] = []
  readonly lease = new HandLease()
  readonly takeover = new HandTakeover()
  networkReady = true
  kubelet: Kubelet = this.make()

  make(): Kubelet {
    return createKubelet({
      lease: this.lease, takeover: this.takeover, transport: this.api, volumeTransport: this.api, runtime: this.runtime, clock: this.clock, logger: silentLogger, metrics: noMetrics, random: seededRandom(1),
      endpointsWithdrawn: (addresses) => {
        this.withdrawn.push(...addresses)
        this.runtime.calls.push('withdrawn')
        return Promise.resolve()
      },
      preferAddress: (address) => {
        this.runtime.calls.push(`prefer ${address}`)
      },
      rulesInForce: () => Promise.resolve(),
      waitEndpointOut: () => Promise.resolve(true),
      networkReady: () => this.networkReady,
    }, testOptions(this.folder))
  }

  async start(): Promise<void> {
    this.runtime.addImage('docker.io/library/busybox:latest')
    await this.kubelet.start()
  }

  /** A new daemon in the place of the old one; the runtime goes on. */
  async restart(whileAway: () => Promise<void> = () => Promise.resolve()): Promise<void> {
    await this.kubelet.stop()
    await whileAway()
    this.kubelet = this.make()
    await this.kubelet.start()
  }

  async stop(): Promise<void> {
    await this.kubelet.stop()
    rmSync(this.folder, { recursive: true, force: true })
  }

  async create(name: string, spec: Partial<PodSpec> = {}): Promise<Pod> {
    const body = { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'default' }, spec: { nodeName: 'n1', restartPolicy: 'Always', terminationGracePeriodSeconds: 30, containers: [{ name: 'main', image: 'busybox' }], ...spec } }
    // The path names the kind of the answer.
    return await this.api.send({ method: 'POST', path: '/api/v1/namespaces/default/pods', body }) as Pod
  }

  async pod(name: string): Promise<Pod | undefined> {
    return await this.api.send({ method: 'GET', path: `/api/v1/namespaces/default/pods/${name}` }).catch(() => undefined) as Pod | undefined
  }

  async node(): Promise<Node | undefined> {
    return await this.api.send({ method: 'GET', path: '/api/v1/nodes/n1' }).catch(() => undefined) as Node | undefined
  }

  async delete(name: string, graceSeconds?: number): Promise<void> {
    await this.api.send({ method: 'DELETE', path: `/api/v1/namespaces/default/pods/${name}`, body: graceSeconds === undefined ? {} : { gracePeriodSeconds: graceSeconds } })
  }

  /** Waits until the Pod looks right, letting a little time pass with each look. */
  until(what: string, name: string, holds: (pod: Pod | undefined) => boolean, stepMs = 20): Promise<unknown> {
    return eventually(what, async () => {
      this.clock.advance(stepMs)
      return holds(await this.pod(name))
    })
  }

  ready(name: string): Promise<unknown> {
    return this.until(`${name} becomes ready`, name, (pod) => pod?.status?.conditions?.some((each) => each.type === 'Ready' && each.status === 'True') === true)
  }
}
