// Starting containers on the fake runtime: what they get, and what is said when it cannot be.
import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLogger } from '../../../../node/base/logger.ts'
import type { Container } from '../../../../node/objects/generated/core-v1.ts'
import { Images } from '../../../../node/kubelet/images/images.ts'
import { Starter } from '../../../../node/kubelet/pod/starter.ts'
import type { Waiting } from '../../../../node/kubelet/pod/view.ts'
import type { StartFailure } from '../../../../node/kubelet/pod/starter.ts'
import { TokenKeeper } from '../../../../node/kubelet/volumes/tokens.ts'
import { Volumes } from '../../../../node/kubelet/volumes/volumes.ts'
import { FakeApi } from '../../../support/fake-api.ts'
import { FakeRuntime } from '../../../support/fake-runtime.ts'
import { ended, makePod, makeSandbox, makeView, named } from '../../../support/pod-fixtures.ts'

describe('kubelet / pod / starter', () => {
  let folder: string
  let runtime: FakeRuntime
  let starter: Starter
  let events: string[]
  let held: Waiting | undefined
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'shoal-starter-'))
    events = []
    held = undefined
    const api = new FakeApi()
    runtime = new FakeRuntime(api.clock)
    runtime.addImage('docker.io/library/busybox:latest')
    runtime.sandboxes.set('s0', { ...makeSandbox(), address: '10.0.0.1' })
    const deps = { runtime, clock: api.clock, logger: silentLogger, transport: api }
    starter = new Starter({
      ...deps,
      images: new Images(deps, { ctrPath: 'false', endpoint: '' }),
      volumes: new Volumes({ tokens: new TokenKeeper(deps), node: () => undefined }, { podsDirectory: join(folder, 'pods'), volumesDirectory: join(folder, 'claimed'), volatileDirectory: join(folder, 'volatile') }),
      recorder: { event: (_, type, reason, text) => events.push(`${type} ${reason} ${text}`) },
      heldNow: () => held,
      machine: () => ({
        hostAddresses: ['192.168.0.1'], allocatable: {}, memoryBytes: 1024 ** 3, machineName: 'm', clusterDomain: 'cluster.local', clusterDns: ['10.96.0.10'],
        machineResolver: { servers: [], searches: [], options: [] }, podLogDirectory: join(folder, 'logs'), cgroupParent: '/shoal/kubepods',
      }),
    })
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))
  const start = (container: Container): Promise<StartFailure | undefined> => starter.startContainer(
    makeView({ pod: makePod({ containers: [container] }), sandboxes: [makeSandbox()], containers: [...runtime.containers.values()] }), 's0', 0,
    { kind: 'startContainer', target: { kind: 'app', container }, attempt: 2, replaces: undefined })

  it('starts it with hosts file, termination message and limits, and tells so', async () => {
    equal(await start(named('main', { resources: { limits: { memory: '1Mi' } } })), undefined)
    const config = [...runtime.configs.values()][0]
    deepEqual(config?.mounts.map((each) => each.containerPath), ['/dev/termination-log', '/etc/hosts'])
    match(readFileSync(config?.mounts[1]?.hostPath ?? '', 'utf8'), /^10\.244\.0\.5\tweb$/m)
    deepEqual([config?.linux.resources?.memoryLimitInBytes, config?.metadata.attempt, config?.logPath], [1024 ** 2, 2, 'main/2.log'])
    deepEqual(events.map((each) => each.split(' ')[1]), ['Pulled', 'Created', 'Started'])
  })
  it('starts nothing that is held back meanwhile', async () => {
    held = { reason: 'NoLease', message: 'over' }
    deepEqual(await start(named('main')), { waiting: held, retryAtMs: undefined })
    ok(!runtime.calls.some((call) => call.startsWith('startContainer')))
  })
  it('removes what is in the way, and keeps the last end', async () => {
    for (const attempt of [0, 1]) runtime.containers.set(`old${attempt}`, ended(1, 1000 - attempt, { id: `old${attempt}`, attempt }))
    const view = makeView({ sandboxes: [makeSandbox()], containers: [...runtime.containers.values()].reverse() })
    await starter.startContainer(view, 's0', 0, { kind: 'startContainer', target: { kind: 'app', container: named('main') }, attempt: 2, replaces: undefined })
    deepEqual([...runtime.containers.values()].map((each) => each.attempt), [1, 2])
  })
  it('says what is missing or wrong', async () => {
    const reason = async (container: Container): Promise<string | undefined> => (await start(container))?.waiting.reason
    equal(await reason(named('main', { env: [{ name: 'A', valueFrom: { secretKeyRef: { name: 'none', key: 'k' } } }] })), 'CreateContainerConfigError')
    equal(await reason(named('main', { image: 'absent:1', imagePullPolicy: 'Never' })), 'ErrImageNeverPull')
    equal(await reason(named('main', { volumeMounts: [{ name: 'none', mountPath: '/x' }] })), 'ContainerCreating')
    match(events.at(-1) ?? '', /^Warning FailedMount MountVolume\.SetUp failed/)
    runtime.failures.set('startContainer', 'exec: "nope": not found')
    equal(await reason(named('main')), 'RunContainerError')
    runtime.failures.set('createContainer', 'full')
    equal(await reason(named('main')), 'CreateContainerError')
  })
  it('fails what its postStart hook refuses', async () => {
    runtime.exec = () => Promise.resolve({ stdout: new Uint8Array(), stderr: Buffer.from('no'), exitCode: 1 })
    const failure = await start(named('main', { lifecycle: { postStart: { exec: { command: ['x'] } } } }))
    equal(failure?.waiting.reason, 'PostStartHookError')
    equal(runtime.calls.at(-1)?.startsWith('stopContainer main'), true)
  })
})
