// The whole kubelet on a fake API and runtime: Pods start, restart, end, are adopted and cleaned up.
import { deepEqual, equal, ok } from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { eventually } from '../../support/eventually.ts'
import { KubeletBench } from '../../support/kubelet-bench.ts'

describe('kubelet', () => {
  let bench: KubeletBench
  beforeEach(async () => {
    bench = new KubeletBench()
    await bench.start()
  })
  afterEach(() => bench.stop())

  const starts = (): number => bench.runtime.calls.filter((each) => each.startsWith('startContainer')).length

  it('runs a Pod and shows it ready, with address and host', async () => {
    await bench.create('web')
    await bench.ready('web')
    const status = (await bench.pod('web'))?.status
    deepEqual([status?.phase, status?.hostIP, status?.podIP?.startsWith('10.244.0.')], ['Running', '192.168.1.1', true])
  })

  it('leaves Pods of other nodes alone', async () => {
    await bench.create('other', { nodeName: 'n2' })
    await bench.create('web')
    await bench.ready('web')
    equal((await bench.pod('other'))?.status, undefined)
  })

  it('waits for the Pod network', async () => {
    bench.networkReady = false
    await bench.create('web')
    await bench.until('a first status', 'web', (pod) => pod?.status?.phase === 'Pending')
    equal(bench.runtime.sandboxes.size, 0)
    bench.networkReady = true
    await bench.ready('web')
  })

  it('restarts a crashed container at once, then after ten seconds', async () => {
    await bench.create('web')
    await bench.ready('web')
    bench.runtime.endContainer('main', 1)
    await bench.until('the first restart', 'web', (pod) => pod?.status?.containerStatuses?.[0]?.restartCount === 1 && pod.status.containerStatuses[0].ready)
    bench.runtime.endContainer('main', 1)
    await bench.until('the back-off', 'web', (pod) => pod?.status?.containerStatuses?.[0]?.state?.waiting?.reason === 'CrashLoopBackOff')
    equal(starts(), 2)
    bench.clock.advance(10_000)
    await bench.until('the second restart', 'web', (pod) => pod?.status?.containerStatuses?.[0]?.restartCount === 2)
  })

  it('says which image is missing, and starts as soon as it is loaded', async () => {
    bench.runtime.failures.set('pullImage', 'connection refused')
    await bench.create('web', { containers: [{ name: 'main', image: 'absent:1' }] })
    await bench.until('the pull error', 'web', (pod) => pod?.status?.containerStatuses?.[0]?.state?.waiting?.reason === 'ErrImagePull', 5)
    await bench.until('the back-off', 'web', (pod) => pod?.status?.containerStatuses?.[0]?.state?.waiting?.reason === 'ImagePullBackOff', 100)
    bench.runtime.addImage('docker.io/library/absent:1')
    bench.clock.advance(10_000)
    await bench.ready('web')
  })

  it('ends a Pod: endpoints first, then the container, then the object', async () => {
    await bench.create('web')
    await bench.ready('web')
    await bench.delete('web')
    await bench.until('the end', 'web', (pod) => pod === undefined)
    const order = bench.runtime.calls.filter((each) => /^(withdrawn|stopContainer|stopSandbox)/.test(each)).map((each) => each.split(' ')[0])
    deepEqual(order, ['withdrawn', 'stopContainer', 'stopSandbox'])
    equal(bench.withdrawn.length, 1)
    await eventually('nothing is left', () => bench.runtime.sandboxes.size === 0 && bench.runtime.containers.size === 0)
  })

  it('adopts what runs after a restart of the daemon', async () => {
    await bench.create('web')
    await bench.ready('web')
    await bench.restart()
    bench.clock.advance(2_000)
    await bench.ready('web')
    equal(starts(), 1)
    equal(bench.runtime.sandboxes.size, 1)
  })

  it('ends what was deleted while the daemon was away', async () => {
    await bench.create('web')
    await bench.create('stays')
    await bench.ready('web')
    await bench.ready('stays')
    await bench.restart(() => bench.delete('web', 0))
    await eventually('the orphan is gone', () => {
      bench.clock.advance(200)
      return [...bench.runtime.sandboxes.values()].every((each) => each.podName === 'stays')
    })
    equal(bench.runtime.sandboxes.size, 1)
  })

  it('starts its Pods again after a reboot, without being told by anyone', async () => {
    await bench.create('web')
    await bench.ready('web')
    const known = (await bench.pod('web'))?.status?.podIP
    ok(known !== undefined && !bench.runtime.calls.some((call) => call.startsWith('prefer ')))
    await bench.restart(async () => {
      for (const id of bench.runtime.sandboxes.keys()) await bench.runtime.stopSandbox(id)
    })
    await bench.until('the restart', 'web', (pod) => pod?.status?.containerStatuses?.[0]?.restartCount === 1 && pod.status.containerStatuses[0].ready)
    // With the address that the others know of, since nobody may be there to hear of a new one.
    ok(bench.runtime.calls.includes(`prefer ${known}`))
  })

  it('removes folders of Pods that are gone, and remembers how far it has seen', async () => {
    await bench.create('web')
    await bench.ready('web')
    const uid = (await bench.pod('web'))?.metadata.uid ?? ''
    ok(existsSync(join(bench.folder, 'data/pods', uid)))
    await bench.delete('web')
    await bench.until('the end', 'web', (pod) => pod === undefined)
    await eventually('the folder is gone', () => !existsSync(join(bench.folder, 'data/pods', uid)))
    await bench.kubelet.stop()
    ok(existsSync(join(bench.folder, 'data/observed-version')))
  })

  it('stops twice', async () => {
    await bench.kubelet.stop()
    await bench.kubelet.stop()
  })
})
