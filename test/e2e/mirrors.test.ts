// Five peers of which three vote: the others have the whole state, are fed by gossip, and serve the API as everybody does.
import { deepEqual, equal, ok } from 'node:assert/strict'
import type { ClusterStatus } from '../../node/base/control.ts'
import { report, TestCluster } from '../support/cluster.ts'
import { eventually } from '../support/eventually.ts'

describe('e2e / mirrors', function () {
  this.timeout(60_000)
  let cluster: TestCluster
  let mirrors: readonly string[] = []

  before(async function () {
    this.timeout(240_000)
    cluster = await TestCluster.up('--peers', '5', '--voters', '3')
  })
  after(async function () {
    this.timeout(60_000)
    await cluster?.purge()
  })

  const through = async (name: string, ...args: readonly string[]): Promise<string> => {
    const { status, stdout, stderr } = await cluster.kubectlOn(name, args)
    equal(status, 0, stderr)
    return stdout
  }

  it('three vote, two mirror, and none lags', async () => {
    const settled = await eventually('three voters', async () => {
      const status: ClusterStatus = await cluster.local.status()
      return status.peers.filter((peer) => peer.role === 'mirror').length === 2 && status.peers.every((peer) => peer.state === 'alive') ? status : undefined
    }, 30_000)
    deepEqual(settled.peers.map((peer) => peer.role).sort(), ['leader', 'mirror', 'mirror', 'voter', 'voter'])
    mirrors = settled.peers.filter((peer) => peer.role === 'mirror').map((peer) => peer.name)
  })

  it('a mirror accepts a write, and the other mirror reads it at once', async () => {
    const [one = '', two = ''] = mirrors
    const startMs = performance.now()
    await through(one, 'create', 'configmap', 'by-a-mirror', '--from-literal=a=b')
    equal(await through(two, 'get', 'configmap', 'by-a-mirror', '-o', 'jsonpath={.data.a}'), 'b')
    report('written through one mirror, read through the other', startMs)
  })

  it('a mirror that was dead catches up by itself, and the leader may die meanwhile', async () => {
    const [one = '', two = ''] = mirrors
    await cluster.local.killMachine(one)
    for (let i = 0; i < 20; i++) await cluster.kubectl.ok(['create', 'configmap', `missed-${i}`])
    const { leader } = await cluster.local.status(two)
    await cluster.local.killMachine(leader)
    const startMs = performance.now()
    await eventually('a write through the other mirror', () => through(two, 'create', 'configmap', 'after-the-leader', '--request-timeout=5s').then(() => true, () => false), 20_000)
    report('a mirror accepts writes again after the leader died', startMs)
    const backMs = performance.now()
    await Promise.all([cluster.local.startMachine(one), cluster.local.startMachine(leader)])
    await eventually('the mirror to be there', async () => (await cluster.local.daemonState(one).catch(() => undefined))?.state === 'member', 40_000)
    const names = await eventually('all that it missed', async () => {
      const found = await through(one, 'get', 'configmaps', '-o', 'name').catch(() => '')
      return found.includes('after-the-leader') ? found : undefined
    }, 20_000)
    report('a mirror switched on until it has everything', backMs)
    for (let i = 0; i < 20; i++) ok(names.includes(`configmap/missed-${i}\n`), `missed-${i}`)
  })
})
