// What requests name: containers, logs, sandboxes, and the words for what is not there.
import { equal, rejects } from 'node:assert/strict'
import type { LogOptions } from '../../../../node/kubelet/logs/reader.ts'
import { Targets } from '../../../../node/kubelet/server/targets.ts'
import { FakeRuntime } from '../../../support/fake-runtime.ts'
import { ManualClock } from '../../../support/manual-clock.ts'
import { ended, makeContainer, makePod } from '../../../support/pod-fixtures.ts'

const options: LogOptions = { follow: false, tailLines: undefined, sinceMs: undefined, timestamps: false, limitBytes: undefined }

describe('kubelet / server / targets', () => {
  let runtime: FakeRuntime
  let targets: Targets
  beforeEach(() => {
    runtime = new FakeRuntime(new ManualClock())
    targets = new Targets({ runtime, pods: () => [makePod()], logFolder: () => '/logs/web' })
  })
  const log = (previous: boolean): ReturnType<Targets['log']> => targets.log({ kind: 'containerLogs', namespace: 'default', pod: 'web', container: 'main', previous, options })

  it('finds the newest log, and the one before', async () => {
    runtime.containers.set('a', ended(1, 0, { id: 'a' }))
    runtime.containers.set('b', makeContainer({ id: 'b', attempt: 1 }))
    const newest = await log(false)
    equal(newest.path, '/logs/web/main/1.log')
    equal(await newest.isRunning(), true)
    const previous = await log(true)
    equal(previous.path, '/logs/web/main/0.log')
    equal(await previous.isRunning(), false)
  })
  it('says that a container waits to start', async () => {
    await rejects(log(false), /container "main" in pod "web" is waiting to start: ContainerCreating/)
  })
  it('finds running containers and sandboxes only', async () => {
    const exec = { kind: 'exec', namespace: 'default', pod: 'web', container: 'main', command: [], streams: { stdin: false, stdout: true, stderr: true, tty: false } } as const
    await rejects(targets.stream(exec), /container not found \("main"\)/)
    runtime.containers.set('b', makeContainer({ id: 'b' }))
    equal(await targets.stream(exec), 'http://127.0.0.1:1/exec/b')
    await rejects(targets.stream({ kind: 'portForward', namespace: 'default', pod: 'web', ports: [80] }), /the sandbox of pod "web" does not run/)
  })
})
