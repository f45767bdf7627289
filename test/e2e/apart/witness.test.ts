// A witness on real machines: the third of two. It votes and keeps a log, but holds no state, runs no Pods and serves no API;
// with it the cluster goes on when either of the two machines dies.
import { deepEqual, equal, match } from 'node:assert/strict'
import { report, TestCluster } from '../../support/cluster.ts'
import { eventually } from '../../support/eventually.ts'

describe('e2e / witness', function () {
  this.timeout(90_000)
  let cluster: TestCluster

  before(async function () {
    this.timeout(180_000)
    cluster = await TestCluster.up('--apart')
  })
  after(async function () {
    this.timeout(60_000)
    await cluster?.purge()
  })

  const told = async (name: string, ...args: readonly string[]): Promise<string> => {
    const { status, stdout, stderr } = await cluster.shoal(...args, '--data-dir', cluster.dataDirectory(name))
    equal(status, 0, `${args.join(' ')} on ${name}: ${stderr}`)
    return stdout.trim()
  }
  const roles = async (through: string): Promise<Record<string, string>> => {
    const { peers } = await cluster.local.status(through)
    return Object.fromEntries(peers.map((peer) => [peer.name, peer.role === 'leader' ? 'voter' : peer.role]))
  }

  it('is invited as one, votes, and lets the cluster go on without the first machine', async () => {
    await told('peer-1', 'init')
    await told('peer-2', 'join', await told('peer-1', 'token', 'create'))
    await told('peer-3', 'join', await told('peer-1', 'token', 'create', '--witness'))
    cluster.file('kubeconfig-peer-2', await told('peer-2', 'kubeconfig'), 0o600)
    await eventually('three to vote', async () => {
      const now = await roles('peer-1')
      return now['peer-2'] === 'voter' && now['peer-3'] === 'witness'
    }, 60_000)
    equal((await cluster.kubectlOn('peer-2', ['create', 'configmap', 'before'])).status, 0)
    const nodes = await cluster.kubectlOn('peer-2', ['get', 'nodes', '-o', 'name'])
    deepEqual(nodes.stdout.trim().split('\n').sort(), ['node/peer-1', 'node/peer-2'])
    const startMs = performance.now()
    await cluster.local.killMachine('peer-1')
    await eventually('a write without the first machine', async () => (await cluster.kubectlOn('peer-2', ['create', 'configmap', 'after', '--request-timeout=5s'])).status === 0, 30_000)
    report('writes again, the witness and one machine left', startMs)
    // What status says is told to it twenty times a second; the write was quicker than that.
    await eventually('status to name the new leader', async () => (await cluster.local.status('peer-2')).leader === 'peer-2')
    const refused = await cluster.shoal('kubeconfig', '--data-dir', cluster.dataDirectory('peer-3'))
    equal(refused.status === 0, false)
    match(refused.stderr, /witness/)
    await cluster.local.startMachine('peer-1')
    await eventually('the first machine to vote again', async () => (await roles('peer-2'))['peer-1'] === 'voter', 60_000)
  })
})
