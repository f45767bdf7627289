// The kubelet on a real containerd: real images, real containers, real mounts; the API is the fake one. Needs root.
import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { request } from 'node:https'
import { join } from 'node:path'
import { silentLogger } from '../../node/base/logger.ts'
import { noMetrics } from '../../node/base/metrics.ts'
import { createKubelet } from '../../node/kubelet/kubelet.ts'
import { criRuntime } from '../../node/kubelet/runtime/cri.ts'
import type { Runtime } from '../../node/kubelet/runtime/types.ts'
import type { Kubelet } from '../../node/kubelet/types.ts'
import type { Pod, PodSpec } from '../../node/objects/generated/core-v1.ts'
import { systemClock } from '../../node/platform/clock.ts'
import { seededRandom } from '../../protocol/base/random.ts'
import { startContainerd, testImage } from '../support/containerd.ts'
import type { TestContainerd } from '../support/containerd.ts'
import { HandLease, HandTakeover } from '../support/control-plane.ts'
import { eventually } from '../support/eventually.ts'
import { FakeApi } from '../support/fake-api.ts'
import { testOptions } from '../support/kubelet-bench.ts'
import { testCertificates } from '../support/test-certificates.ts'
import type { TestCertificates } from '../support/test-certificates.ts'


interface Answer {
  readonly status: number
  readonly text: string
}

describe('integration / kubelet on containerd', function () {
  this.timeout(60_000)
  let containerd: TestContainerd
  let runtime: Runtime
  let kubelet: Kubelet
  let certificates: TestCertificates
  const api = new FakeApi()

  const make = (): Kubelet => createKubelet({
    lease: new HandLease(), takeover: new HandTakeover(), transport: api, volumeTransport: api, runtime, clock: systemClock(), logger: silentLogger, metrics: noMetrics, random: seededRandom(1),
    endpointsWithdrawn: () => Promise.resolve(), rulesInForce: () => Promise.resolve(), waitEndpointOut: () => Promise.resolve(true), networkReady: () => true,
  }, { ...testOptions(containerd.folder), criEndpoint: containerd.endpoint, rootless: false, cgroupParent: containerd.cgroup, certificates: certificates.server, listenAddress: '127.0.0.1' })

  before(async () => {
    certificates = await testCertificates()
    containerd = await startContainerd(['busybox'])
    runtime = criRuntime(containerd.endpoint)
    kubelet = make()
    await kubelet.start()
  })
  after(async () => {
    await kubelet.stop()
    runtime.close()
    await containerd.stop()
  })

  const create = async (name: string, spec: Partial<PodSpec>): Promise<void> => {
    const body = { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'default' }, spec: { nodeName: 'n1', restartPolicy: 'Always', terminationGracePeriodSeconds: 5, ...spec } }
    await api.send({ method: 'POST', path: '/api/v1/namespaces/default/pods', body })
  }
  const put = (resource: string, name: string, data: object): Promise<unknown> =>
    api.send({ method: 'POST', path: `/api/v1/namespaces/default/${resource}`, body: { metadata: { name, namespace: 'default' }, data } })
  const pod = async (name: string): Promise<Pod | undefined> => await api.send({ method: 'GET', path: `/api/v1/namespaces/default/pods/${name}` }).catch(() => undefined) as Pod | undefined
  const until = (what: string, name: string, holds: (found: Pod) => boolean): Promise<Pod> => eventually(what, async () => {
    const found = await pod(name)
    return found !== undefined && holds(found) ? found : undefined
  }, 20_000)
  const isReady = (found: Pod): boolean => found.status?.conditions?.some((each) => each.type === 'Ready' && each.status === 'True') === true
  const ask = (path: string, client = certificates.admin): Promise<Answer> => new Promise((resolve, reject) => {
    const outgoing = request({ host: '127.0.0.1', port: kubelet.port(), path, ...client, agent: false }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString() }))
    })
    outgoing.on('error', reject)
    outgoing.end()
  })
  const sleeper = ['sh', '-c', 'trap "exit 0" TERM; echo up; while :; do sleep 0.1; done']

  it('makes a Pod with its image present ready within 3 s', async () => {
    const startMs = performance.now()
    await create('quick', { containers: [{ name: 'main', image: 'busybox', command: sleeper }] })
    await until('ready', 'quick', isReady)
    ok(performance.now() - startMs < 3_000, `took ${performance.now() - startMs} ms`)
  })

  it('loads an image for a Pod that waits for it', async () => {
    await create('web', { containers: [{ name: 'web', image: 'nginx', imagePullPolicy: 'Never' }] })
    await until('the reason', 'web', (found) => found.status?.containerStatuses?.[0]?.state?.waiting?.reason === 'ErrImageNeverPull')
    await kubelet.loadImage(await testImage('nginx'))
    const address = (await until('ready', 'web', isReady)).status?.podIP ?? ''
    match(containerd.exec('busybox', 'wget', '-qO-', `http://${address}/`), /Welcome to nginx!/)
  })

  it('gives containers their volumes, environment, names and messages', async () => {
    await put('configmaps', 'cm', { a: 'from map', b: 'only b' })
    await put('secrets', 'sec', { pass: btoa('geheim') })
    const script = 'cat /cm/a /one/b /sec/pass /data/x /up/labels; echo $A; stat -c %a /sec/..data/pass; hostname; echo because > /dev/termination-log; exit 3'
    const data = { name: 'data', mountPath: '/data' }
    await create('job', {
      restartPolicy: 'Never',
      initContainers: [{ name: 'first', image: 'busybox', command: ['sh', '-c', 'echo init > /data/x'], volumeMounts: [data] }],
      containers: [{
        name: 'main', image: 'busybox', command: ['sh', '-c', script], env: [{ name: 'A', valueFrom: { configMapKeyRef: { name: 'cm', key: 'a' } } }],
        volumeMounts: [data, { name: 'cm', mountPath: '/cm' }, { name: 'cm', mountPath: '/one/b', subPath: 'b' }, { name: 'sec', mountPath: '/sec' }, { name: 'up', mountPath: '/up' }],
      }],
      volumes: [
        { name: 'data', emptyDir: { medium: 'Memory', sizeLimit: '1Mi' } }, { name: 'cm', configMap: { name: 'cm' } }, { name: 'sec', secret: { secretName: 'sec', defaultMode: 0o400 } },
        { name: 'up', downwardAPI: { items: [{ path: 'labels', fieldRef: { fieldPath: 'metadata.name' } }] } },
      ],
    })
    const ended = (await until('the end', 'job', (found) => found.status?.phase === 'Failed')).status?.containerStatuses?.[0]?.state?.terminated
    deepEqual([ended?.exitCode, ended?.message], [3, 'because\n'])
    const log = await ask('/containerLogs/default/job/main')
    equal(log.text, 'from maponly bgeheiminit\njobfrom map\n400\njob\n')
    equal((await ask('/containerLogs/default/job/main?tailLines=2')).text, '400\njob\n')
  })

  it('sets limits in control groups', async () => {
    await create('limited', { containers: [{ name: 'main', image: 'busybox', command: sleeper, resources: { limits: { memory: '64Mi', cpu: '500m' } } }] })
    await until('ready', 'limited', isReady)
    const [container] = (await runtime.listContainers((await pod('limited'))?.metadata.uid))
    const path = `/sys/fs/cgroup/memory${containerd.cgroup}/guaranteed/pod${(await pod('limited'))?.metadata.uid}/${container?.id}/memory.limit_in_bytes`
    // With control groups v2 the file has another name.
    if (existsSync('/sys/fs/cgroup/memory')) equal(readFileSync(path, 'utf8').trim(), String(64 * 1024 * 1024))
  })

  it('adopts running containers after a restart of the daemon', async () => {
    const before = await pod('quick')
    await kubelet.stop()
    kubelet = make()
    await kubelet.start()
    await until('still ready', 'quick', isReady)
    await create('later', { containers: [{ name: 'main', image: 'busybox', command: sleeper }] })
    await until('ready', 'later', isReady)
    equal((await pod('quick'))?.status?.containerStatuses?.[0]?.containerID, before?.status?.containerStatuses?.[0]?.containerID)
  })

  it('follows logs and lets only certificates of peers and administrators in', async () => {
    equal((await ask('/containerLogs/default/quick/main')).text, 'up\n')
    equal((await ask('/containerLogs/default/quick/none')).status, 404)
    equal((await ask('/healthz', certificates.user)).status, 403)
    const following = ask('/containerLogs/default/quick/main?follow=true')
    await api.send({ method: 'DELETE', path: '/api/v1/namespaces/default/pods/quick', body: {} })
    equal((await following).text, 'up\n')
    await eventually('it is gone', async () => await pod('quick') === undefined)
  })

  it('leaves no mount, folder or control group of a Pod behind', async () => {
    const uid = (await pod('limited'))?.metadata.uid ?? ''
    for (const name of ['web', 'job', 'limited', 'later']) await api.send({ method: 'DELETE', path: `/api/v1/namespaces/default/pods/${name}`, body: {} })
    for (const name of ['web', 'job', 'limited', 'later']) await eventually(`${name} is gone`, async () => await pod(name) === undefined)
    await eventually('the runtime is empty', async () => (await runtime.listSandboxes()).length === 0)
    equal(readFileSync('/proc/self/mounts', 'utf8').includes(join(containerd.folder, 'data/pods')), false)
    await eventually('the control group is gone', () => !existsSync(`/sys/fs/cgroup/memory${containerd.cgroup}/guaranteed/pod${uid}`))
  })

  it('says what is wrong with an archive', async () => {
    const path = join(containerd.folder, 'bad.tar')
    writeFileSync(path, 'no archive')
    const error: unknown = await kubelet.loadImage(path).catch((caught: unknown) => caught)
    match(error instanceof Error ? error.message : '', /could not be loaded/)
  })
})
