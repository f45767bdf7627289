// The Node object and its lease, kept on the fake API in manual time.
import { deepEqual, equal } from 'node:assert/strict'
import { eventually } from '../../../support/eventually.ts'
import { KubeletBench } from '../../../support/kubelet-bench.ts'

describe('kubelet / node / agent', () => {
  let bench: KubeletBench
  beforeEach(async () => {
    bench = new KubeletBench()
    await bench.start()
  })
  afterEach(() => bench.stop())
  const ready = async (): Promise<string | undefined> => (await bench.node())?.status?.conditions?.find((each) => each.type === 'Ready')?.status
  const lease = async (): Promise<string> => JSON.stringify(await bench.api.send({ method: 'GET', path: '/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/n1' }).catch(() => ''))

  it('registers the Node, with labels and status', async () => {
    await eventually('the node', async () => await ready() === 'True')
    equal((await bench.node())?.metadata.labels?.['kubernetes.io/os'], 'linux')
  })
  it('reports a network that goes and comes', async () => {
    await eventually('ready', async () => await ready() === 'True')
    bench.networkReady = false
    await eventually('not ready', async () => {
      bench.clock.advance(1_000)
      return await ready() === 'False'
    })
    bench.networkReady = true
    await eventually('ready again', async () => {
      bench.clock.advance(500)
      return await ready() === 'True'
    })
  })
  it('writes nothing while nothing changes, but renews its lease', async () => {
    await eventually('the lease', async () => (await lease()).includes('"holderIdentity":"n1"'))
    await eventually('ready', async () => await ready() === 'True')
    const before = await lease()
    await eventually('a renewal', async () => {
      bench.clock.advance(2_000)
      return await lease() !== before
    })
    deepEqual(bench.api.writes.filter((each) => each.includes('nodes/n1')).length <= 2, true)
  })
  it('registers again when somebody deleted the Node', async () => {
    await eventually('ready', async () => await ready() === 'True')
    await bench.api.send({ method: 'DELETE', path: '/api/v1/nodes/n1', body: {} })
    await eventually('it is back', async () => {
      bench.clock.advance(2_000)
      return await ready() === 'True'
    })
  })
})
