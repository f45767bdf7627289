// What must be unique, through the whole kubelet: it starts under a lease and after a claim, is stopped when the lease ends
// and comes back with it, and never starts what another machine may still run (P24).
import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Pod, PodSpec } from '../../../../node/objects/generated/core-v1.ts'
import { claimAnnotation } from '../../../../node/kubelet/unique/guard.ts'
import { leaseStartMarginMs } from '../../../../node/kubelet/limits.ts'
import { readMachine } from '../../../../node/kubelet/machine.ts'
import { KubeletBench } from '../../../support/kubelet-bench.ts'
import { settle } from '../../../support/fake-api.ts'

const path = '/api/v1/namespaces/default/pods'
const owner = { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'db', uid: 'db', controller: true }
const leaseMs = 8_000

describe('kubelet / unique / guard', () => {
  let bench: KubeletBench
  beforeEach(async () => {
    bench = new KubeletBench()
    bench.lease.set(bench.clock.bootMs() + leaseMs)
    await bench.start()
  })
  afterEach(() => bench.stop())

  const create = async (name: string, annotations: { readonly [name: string]: string } = {}, spec: Partial<PodSpec> = {}): Promise<Pod> => {
    const body = { metadata: { name, namespace: 'default', annotations, ownerReferences: [owner] }, spec: { nodeName: 'n1', restartPolicy: 'Always', containers: [{ name: 'main', image: 'busybox' }], ...spec } }
    return await bench.api.send({ method: 'POST', path, body }) as Pod
  }
  const running = (): readonly string[] => [...bench.runtime.containers.values()].filter(({ state }) => state === 'running').map(({ name }) => name)
  const waits = (name: string): Promise<unknown> => bench.until('it waits for a lease', name, (pod) => pod?.status?.containerStatuses?.[0]?.state?.waiting?.reason === 'NoLease')
  const warden = (...names: readonly string[]): string => join(bench.folder, 'warden', ...names)
  const renew = (): void => bench.lease.set(bench.clock.bootMs() + leaseMs)
  const endLease = async (): Promise<void> => {
    bench.clock.advance(bench.lease.untilMs() - bench.clock.bootMs())
    for (let look = 0; look < 10; look++) {
      await settle(10)
      bench.clock.advance(20)
    }
  }

  it('claims a Pod before it starts it, and tells the warden of its lease and its sandbox', async () => {
    const { metadata } = await create('db-0')
    await bench.ready('db-0')
    match((await bench.pod('db-0'))?.metadata.annotations?.[claimAnnotation] ?? '', /^self \d{4}-/)
    equal(readFileSync(warden('pods', metadata.uid ?? ''), 'utf8'), `${[...bench.runtime.sandboxes.keys()][0]}\n`)
    equal(readFileSync(warden('lease'), 'utf8'), `${bench.lease.untilMs()} ${(await readMachine()).bootId} self\n`)
    await bench.delete('db-0', 0)
    await bench.until('it is gone', 'db-0', () => !existsSync(warden('pods', metadata.uid ?? '')))
  })

  it('stops it when the lease ends, leaves all others alone, and starts it again with the lease', async () => {
    const { metadata: { uid = '' } } = await create('db-0')
    await bench.create('web')
    await bench.ready('db-0')
    await bench.ready('web')
    const claimed = (await bench.pod('db-0'))?.metadata.annotations?.[claimAnnotation]
    await endLease()
    ok(bench.runtime.calls.includes('stopContainer main 1'))
    equal(running().length, 1)
    await waits('db-0')
    await bench.until('the warden has nothing to do', 'db-0', () => !existsSync(warden('pods', uid)))
    equal((await bench.pod('web'))?.status?.phase, 'Running')
    renew()
    await bench.ready('db-0')
    equal(running().length, 2)
    ok(existsSync(warden('pods', uid)))
    ok((await bench.pod('db-0'))?.metadata.annotations?.[claimAnnotation] !== claimed, 'each lease has its own claim')
  })

  it('a lease that is renewed in time changes nothing', async () => {
    await create('db-0')
    await bench.ready('db-0')
    const claimed = (await bench.pod('db-0'))?.metadata.annotations?.[claimAnnotation]
    for (let round = 0; round < 10; round++) {
      bench.clock.advance(2_000)
      renew()
      await settle(10)
    }
    bench.runtime.endContainer('main', 1)
    await bench.until('it starts again', 'db-0', (pod) => pod?.status?.containerStatuses?.[0]?.restartCount === 1)
    equal((await bench.pod('db-0'))?.metadata.annotations?.[claimAnnotation], claimed)
  })

  it('does not start without a lease, nor with one that is about to end', async () => {
    await endLease()
    await create('db-0')
    await waits('db-0')
    bench.lease.set(bench.clock.bootMs() + leaseStartMarginMs - 500)
    await waits('db-0')
    deepEqual(running(), [])
    renew()
    await bench.ready('db-0')
  })

  it('a Pod that was replaced meanwhile is not started, whatever its copy says', async () => {
    await create('db-0')
    await bench.ready('db-0')
    await endLease()
    await waits('db-0')
    bench.api.remove(`${path}/db-0`)
    renew()
    for (let look = 0; look < 10; look++) {
      await settle(10)
      bench.clock.advance(100)
    }
    deepEqual(running(), [])
  })

  it('what another peer ran under this name waits until that one has no lease', async () => {
    await create('db-0', { [claimAnnotation]: 'before 2026-01-01T00:00:00Z' })
    await waits('db-0')
    match((await bench.pod('db-0'))?.status?.containerStatuses?.[0]?.state?.waiting?.message ?? '', /peer before/)
    bench.takeover.over.add('before')
    await bench.until('it runs', 'db-0', (pod) => pod?.status?.phase === 'Running', 300)
  })

  it('a new daemon goes on under the lease of the one before, and stops what runs when it ends', async () => {
    await create('db-0')
    await bench.ready('db-0')
    const starts = bench.runtime.calls.filter((call) => call.startsWith('startContainer')).length
    const untilMs = bench.lease.untilMs()
    await bench.restart(() => {
      bench.lease.set(0)
      return Promise.resolve()
    })
    bench.clock.advance(untilMs - bench.clock.bootMs() - 200)
    await settle(20)
    equal(running().length, 1)
    equal(bench.runtime.calls.filter((call) => call.startsWith('startContainer')).length, starts)
    await bench.until('the end', 'db-0', () => running().length === 0)
  })

  it('a claim decides: one writer only makes it unique, many do not', async () => {
    for (const [name, mode] of [['one', 'ReadWriteOnce'], ['many', 'ReadWriteMany']]) {
      await bench.api.send({ method: 'POST', path: '/api/v1/namespaces/default/persistentvolumeclaims', body: { metadata: { name, namespace: 'default' }, spec: { accessModes: [mode] } } })
      await bench.create(name ?? '', { volumes: [{ name: 'data', persistentVolumeClaim: { claimName: name ?? '' } }] })
      await bench.until('a look', name ?? '', (pod) => pod?.status?.containerStatuses?.[0] !== undefined)
    }
    await endLease()
    await waits('one')
    ok((await bench.pod('many'))?.status?.containerStatuses?.[0]?.state?.waiting?.reason !== 'NoLease')
  })

  it('a peer that was removed ends all its Pods and starts none', async () => {
    await create('db-0')
    await bench.create('web')
    await bench.ready('db-0')
    await bench.ready('web')
    bench.kubelet.dismiss()
    await bench.until('nothing runs', 'web', () => running().length === 0 && bench.runtime.sandboxes.size === 0)
    ok((await bench.pod('web')) !== undefined, 'others decide about the objects')
    await bench.create('late')
    for (let look = 0; look < 10; look++) {
      await settle(10)
      bench.clock.advance(100)
    }
    deepEqual(running(), [])
  })
})
