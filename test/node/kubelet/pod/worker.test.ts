// The worker of one Pod through the whole kubelet: probes, hooks, sidecars, jobs, changes on the way.
import { deepEqual, equal, ok } from 'node:assert/strict'
import { KubeletBench } from '../../../support/kubelet-bench.ts'
import { named } from '../../../support/pod-fixtures.ts'

const encode = (text: string): Uint8Array => new TextEncoder().encode(text)
const result = (exitCode: number, output = ''): { stdout: Uint8Array; stderr: Uint8Array; exitCode: number } => ({ stdout: encode(output), stderr: encode(''), exitCode })

describe('kubelet / pod / worker', () => {
  let bench: KubeletBench
  beforeEach(async () => {
    bench = new KubeletBench()
    await bench.start()
  })
  afterEach(() => bench.stop())
  const calls = (): readonly string[] => bench.runtime.calls

  it('is ready only when the readiness probe passes', async () => {
    let isOpen = false
    bench.runtime.exec = () => Promise.resolve(result(isOpen ? 0 : 1))
    await bench.create('web', { containers: [named('main', { readinessProbe: { exec: { command: ['check'] }, periodSeconds: 1 } })] })
    await bench.until('it runs', 'web', (pod) => pod?.status?.phase === 'Running')
    equal((await bench.pod('web'))?.status?.containerStatuses?.[0]?.ready, false)
    isOpen = true
    await bench.ready('web')
    isOpen = false
    await bench.until('it is out', 'web', (pod) => pod?.status?.containerStatuses?.[0]?.ready === false, 200)
  })

  it('restarts what fails its liveness probe, and tells why', async () => {
    bench.runtime.exec = () => Promise.resolve(result(1, 'dead'))
    await bench.create('web', { containers: [named('main', { livenessProbe: { exec: { command: ['check'] }, periodSeconds: 1, failureThreshold: 2 } })] })
    await bench.until('the restart', 'web', (pod) => (pod?.status?.containerStatuses?.[0]?.restartCount ?? 0) >= 1, 200)
    ok(calls().some((each) => each.startsWith('stopContainer main')))
  })

  it('gives a container the grace of the probe that failed', async () => {
    bench.runtime.exec = (_, command) => Promise.resolve(result(command[0] === 'alive' ? 0 : 1))
    const startupProbe = { exec: { command: ['started'] }, periodSeconds: 1, failureThreshold: 2, terminationGracePeriodSeconds: 3 }
    const livenessProbe = { exec: { command: ['alive'] }, terminationGracePeriodSeconds: 60 }
    await bench.create('web', { containers: [named('main', { startupProbe, livenessProbe })] })
    await bench.until('the restart', 'web', (pod) => (pod?.status?.containerStatuses?.[0]?.restartCount ?? 0) >= 1, 200)
    equal(calls().find((each) => each.startsWith('stopContainer main')), 'stopContainer main 3')
  })

  it('runs init containers first and shows how a job ends', async () => {
    await bench.create('job', { restartPolicy: 'Never', initContainers: [named('first')], containers: [named('main')] })
    await bench.until('the init container', 'job', (pod) => pod?.status?.initContainerStatuses?.[0]?.state?.running !== undefined)
    bench.runtime.endContainer('first', 0)
    await bench.ready('job')
    bench.runtime.endContainer('main', 0)
    await bench.until('the end', 'job', (pod) => pod?.status?.phase === 'Succeeded')
    deepEqual(calls().filter((each) => each.startsWith('startContainer')), ['startContainer first', 'startContainer main'])
  })

  it('runs hooks, and ends sidecars last', async () => {
    const commands: string[] = []
    bench.runtime.exec = (_, command) => {
      commands.push(command.join(' '))
      return Promise.resolve(result(0))
    }
    await bench.create('web', {
      initContainers: [named('side', { restartPolicy: 'Always' })],
      containers: [named('main', { lifecycle: { postStart: { exec: { command: ['hello'] } }, preStop: { exec: { command: ['bye'] } } } })],
    })
    await bench.ready('web')
    await bench.delete('web')
    await bench.until('the end', 'web', (pod) => pod === undefined)
    deepEqual(commands, ['hello', 'bye'])
    deepEqual(calls().filter((each) => each.startsWith('stopContainer')).map((each) => each.split(' ')[1]), ['main', 'side'])
  })

  it('restarts a container whose image was changed', async () => {
    await bench.create('web')
    await bench.ready('web')
    bench.runtime.addImage('docker.io/library/busybox:2')
    await bench.api.send({ method: 'PATCH', path: '/api/v1/namespaces/default/pods/web', contentType: 'application/merge-patch+json', body: { spec: { containers: [{ name: 'main', image: 'busybox:2' }] } } })
    await bench.until('the new image', 'web', (pod) => pod?.status?.containerStatuses?.[0]?.image === 'sha256:docker.io/library/busybox:2')
  })

  it('waits for a config map and starts when it comes', async () => {
    await bench.create('web', { containers: [named('main', { env: [{ name: 'A', valueFrom: { configMapKeyRef: { name: 'cm', key: 'k' } } }] })] })
    await bench.until('the reason', 'web', (pod) => pod?.status?.containerStatuses?.[0]?.state?.waiting?.reason === 'CreateContainerConfigError')
    equal((await bench.pod('web'))?.status?.containerStatuses?.[0]?.state?.waiting?.message, 'configmap "cm" not found')
    await bench.api.send({ method: 'POST', path: '/api/v1/namespaces/default/configmaps', body: { metadata: { name: 'cm', namespace: 'default' }, data: { k: 'v' } } })
    await bench.ready('web')
    deepEqual([...bench.runtime.configs.values()].at(-1)?.envs.find((each) => each.key === 'A'), { key: 'A', value: 'v' })
  })

  it('tries a sandbox that could not be made again, ever more slowly', async () => {
    bench.runtime.failures.set('runSandbox', 'no network')
    await bench.create('web')
    await bench.until('three attempts', 'web', () => calls().filter((each) => each.startsWith('runSandbox')).length >= 3, 100)
    bench.runtime.failures.delete('runSandbox')
    await bench.until('ready', 'web', (pod) => pod?.status?.phase === 'Running', 200)
  })

  it('ends at once what was deleted by force', async () => {
    await bench.create('web')
    await bench.ready('web')
    await bench.delete('web', 0)
    await bench.until('nothing runs', 'web', () => bench.runtime.containers.size === 0)
    ok(calls().some((each) => /^stopContainer main [12]$/.test(each)))
  })
})
