// A cluster in compose as its user meets it: peers that find each other without a first one, the web example through each of
// them, more peers and fewer, everything restarted, everything taken down and up again. Real containers in every peer.
import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { join } from 'node:path'
import { report } from '../../support/cluster.ts'
import { ComposeCluster, isReady } from '../../support/compose/cluster.ts'
import { eventually } from '../../support/eventually.ts'

const examples = join(import.meta.dirname, '../../../docs/examples')

describe('e2e / compose / peers', function () {
  this.timeout(240_000)
  const cluster = new ComposeCluster('shoalpeers')
  let port = 0
  /** Peer id by name, as the first three were. */
  let first = new Map<string, string>()

  after(() => cluster.purge())
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') process.stdout.write(await cluster.logs())
  })

  const identities = async (by: number): Promise<Map<string, string>> => new Map(((await cluster.status(by))?.peers ?? []).map((peer) => [peer.name, peer.peerId]))

  it('three containers that start at once are one cluster', async () => {
    const startMs = performance.now()
    await cluster.up(3)
    await cluster.ready(2, ['peer-1', 'peer-2', 'peer-3'])
    report('from nothing to three Ready peers', startMs)
    first = await identities(2)
    for (const number of [1, 3]) deepEqual(await identities(number), first)
  })

  it('kubectl reaches the API on the published port of any peer', async () => {
    for (const number of [1, 2, 3]) match(await (await cluster.kubectl(number)).ok(['get', 'nodes', '-o', 'name']), /node\/peer-1\nnode\/peer-2\nnode\/peer-3\n/)
  })

  it('runs the web example in real containers and serves it through each peer', async () => {
    await cluster.loadWebImage(2)
    const startMs = performance.now()
    match(await (await cluster.kubectl(1)).ok(['apply', '-f', examples]), /deployment.apps\/web-svr created/)
    await cluster.webReady(3)
    report('three Pods Ready', startMs)
    deepEqual((await cluster.pods(2, 'app=web-svr')).map((pod) => pod.spec?.nodeName).sort(), ['peer-1', 'peer-2', 'peer-3'])
    port = await cluster.webPort(1)
    await cluster.serves([1, 2, 3], port)
  })

  it("a Pod's limit is a limit of its cgroup inside the container", async () => {
    const kubectl = await cluster.kubectl(1)
    const overrides = { spec: { containers: [{ name: 'small', image: 'nginx', imagePullPolicy: 'IfNotPresent', command: ['sleep', '1000'], resources: { limits: { memory: '48Mi' } } }], nodeName: 'peer-1' } }
    await kubectl.ok(['run', 'small', '--image=nginx', `--overrides=${JSON.stringify(overrides)}`])
    await kubectl.ok(['wait', '--for=condition=Ready', 'pod/small', '--timeout=30s'])
    const { stdout } = await cluster.inside(1, 'sh', '-c', 'find /sys/fs/cgroup -path "*kubepods*" \\( -name memory.limit_in_bytes -o -name memory.max \\) -exec cat {} +')
    ok(stdout.split('\n').includes(String(48 * 1024 * 1024)), stdout)
    await kubectl.ok(['delete', 'pod', 'small', '--grace-period=0', '--wait=false'])
  })

  it('more peers join by themselves', async () => {
    const startMs = performance.now()
    await cluster.up(5, '--no-recreate')
    await cluster.ready(1, ['peer-1', 'peer-2', 'peer-3', 'peer-4', 'peer-5'])
    report('from three to five Ready peers', startMs)
    await cluster.serves([4, 5], port)
    equal((await cluster.status(4))?.peers.filter((peer) => peer.state === 'alive').length, 5)
  })

  it('peers that leave are gone, and the others go on', async () => {
    for (const number of [5, 4]) await cluster.shoal(number, 'leave')
    await cluster.up(3, '--no-recreate')
    const startMs = performance.now()
    await eventually('three Nodes', async () => (await cluster.nodes(1)).filter(isReady).length === 3 && (await cluster.nodes(1)).length === 3, 20_000)
    report('two peers gone', startMs)
    await cluster.webReady(2)
    await cluster.serves([1, 2, 3], port)
  })

  it('a restart of everything loses nothing', async () => {
    const startMs = performance.now()
    equal((await cluster.compose('restart')).status, 0)
    await cluster.ready(1, ['peer-1', 'peer-2', 'peer-3'])
    await cluster.webReady(1)
    await cluster.serves([1, 2, 3], port, 30_000)
    report('restart of everything to the page through each peer', startMs)
    deepEqual(await identities(3), first)
  })

  it('taken down and up again, with other containers and a new network, it is the same cluster', async () => {
    const startMs = performance.now()
    equal((await cluster.compose('down', '--timeout', '5')).status, 0)
    await cluster.up(3)
    await cluster.ready(3, ['peer-1', 'peer-2', 'peer-3'])
    await cluster.webReady(3)
    await cluster.serves([1, 2, 3], port, 30_000)
    report('down and up to the page through each peer', startMs)
    deepEqual(await identities(1), first)
  })
})
