// What every container runtime must do for the kubelet: the suite that the CRI client on a real containerd and the fake in
// memory both run. The image must hold a shell and be there already.
import { deepEqual, equal, ok, rejects } from 'node:assert/strict'
import { isRuntimeNotFound } from '../../node/kubelet/errors.ts'
import type { ContainerConfig, Runtime, SandboxConfig } from '../../node/kubelet/runtime/types.ts'

export interface RuntimeUnderTest {
  readonly runtime: Runtime
  readonly image: string
  readonly logDirectory: string
  /** The control group of the sandboxes. */
  readonly cgroup: string
  /** The runtime really runs programs. */
  readonly isReal: boolean
}

const namespaceOptions = { network: 'POD', pid: 'CONTAINER', ipc: 'POD' } as const

const sandboxConfig = (uid: string, logDirectory: string, cgroup: string): SandboxConfig => ({
  metadata: { name: 'pod', uid, namespace: 'default', attempt: 0 },
  hostname: 'pod', logDirectory, portMappings: [], annotations: {},
  labels: { 'io.kubernetes.pod.uid': uid },
  linux: { cgroupParent: `${cgroup}/${uid}`, securityContext: { namespaceOptions } },
})

const containerConfig = (uid: string, image: string, command: readonly string[], attempt = 0): ContainerConfig => ({
  metadata: { name: 'main', attempt }, image: { image }, command, args: [], envs: [{ key: 'COLOUR', value: 'blue' }], mounts: [],
  labels: { 'io.kubernetes.pod.uid': uid }, annotations: { kept: 'yes' }, logPath: `main_${attempt}.log`, stdin: false, stdinOnce: false, tty: false,
  linux: {
    securityContext: {
      privileged: false, namespaceOptions, readonlyRootfs: false, supplementalGroups: [], noNewPrivs: false, maskedPaths: [], readonlyPaths: [],
      seccomp: { profileType: 'Unconfined' },
    },
  },
})

/** Declares the suite. */
export function runtimeContract(setUp: () => Promise<RuntimeUnderTest>, tearDown: () => Promise<void>): void {
  let given: RuntimeUnderTest
  before(async () => {
    given = await setUp()
  })
  after(tearDown)

  it('says its version and that it is ready', async () => {
    ok((await given.runtime.version()).name !== '')
    equal((await given.runtime.status()).runtimeReady, true)
  })

  it('has the image, and has no other', async () => {
    const image = await given.runtime.imageStatus(given.image)
    ok(image !== undefined && image.tags.includes(given.image))
    equal(await given.runtime.imageStatus('docker.io/library/absent:latest'), undefined)
  })

  it('runs a sandbox with an address and forgets it when removed', async () => {
    const id = await given.runtime.runSandbox(sandboxConfig('uid-a', `${given.logDirectory}/a`, given.cgroup))
    const [sandbox] = await given.runtime.listSandboxes('uid-a')
    deepEqual([sandbox?.id, sandbox?.podUid, sandbox?.ready], [id, 'uid-a', true])
    equal((await given.runtime.sandboxAddresses(id)).length, 1)
    await given.runtime.stopSandbox(id)
    equal((await given.runtime.listSandboxes('uid-a'))[0]?.ready, false)
    await given.runtime.stopSandbox(id)
    await given.runtime.removeSandbox(id)
    deepEqual(await given.runtime.listSandboxes('uid-a'), [])
  })

  it('runs a container through its states, with labels, annotations and attempt', async () => {
    const { runtime } = given
    const config = sandboxConfig('uid-b', `${given.logDirectory}/b`, given.cgroup)
    const sandbox = await runtime.runSandbox(config)
    const id = await runtime.createContainer(sandbox, containerConfig('uid-b', given.image, ['sh', '-c', 'trap "exit 0" TERM; while :; do sleep 0.1; done'], 3), config)
    equal((await runtime.containerStatus(id)).state, 'created')
    await runtime.startContainer(id)
    const running = await runtime.containerStatus(id)
    deepEqual([running.state, running.name, running.attempt, running.annotations['kept']], ['running', 'main', 3, 'yes'])
    ok(running.startedMs > 0)
    const [listed] = await runtime.listContainers('uid-b')
    deepEqual([listed?.id, listed?.sandboxId, listed?.state], [id, sandbox, 'running'])
    equal((await runtime.execSync(id, ['true'], 5_000)).exitCode, 0)
    ok((await runtime.execUrl(id, ['sh'], { stdin: true, stdout: true, stderr: true, tty: false })).startsWith('http://'))
    const count = (await runtime.listContainerStats()).find((each) => each.id === id)
    ok(count !== undefined && count.cpuNanos > 0 && count.memoryBytes > 0)
    ok((await runtime.containerPid(id) ?? 0) > 0)
    await runtime.stopContainer(id, 5)
    equal(await runtime.containerPid(id), undefined)
    const ended = await runtime.containerStatus(id)
    deepEqual([ended.state, ended.exitCode], ['exited', 0])
    ok(ended.finishedMs >= ended.startedMs)
    await runtime.removeContainer(id)
    deepEqual(await runtime.listContainers('uid-b'), [])
    await runtime.stopSandbox(sandbox)
    await runtime.removeSandbox(sandbox)
  })

  it('says of what does not exist that it is not found', async () => {
    await rejects(given.runtime.containerStatus('0000'), (error) => isRuntimeNotFound(error))
    await rejects(given.runtime.execSync('0000', ['true'], 1_000), (error) => isRuntimeNotFound(error))
  })
}
