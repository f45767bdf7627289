// Faults of containers and of their network, as Docker makes them: killed, paused, cut off, deaf in one direction. Asked is what
// somebody sees who keeps using the other peers, and how long it takes until the page and writes are back.
import { equal, match, notEqual, ok } from 'node:assert/strict'
import { join } from 'node:path'
import { report } from '../../support/cluster.ts'
import { ComposeCluster } from '../../support/compose/cluster.ts'
import { docker } from '../../support/compose/docker.ts'
import { eventually } from '../../support/eventually.ts'

const examples = join(import.meta.dirname, '../../../docs/examples')
const all = ['peer-1', 'peer-2', 'peer-3']
const numbers = [1, 2, 3]

describe('e2e / compose / faults', function () {
  this.timeout(240_000)
  const cluster = new ComposeCluster('shoalfaults')
  let port = 0
  let notes = 0

  before(async function () {
    this.timeout(300_000)
    await cluster.up(3)
    await cluster.ready(1, all)
    await cluster.loadWebImage(1)
    await (await cluster.kubectl(1)).ok(['apply', '-f', examples])
    await cluster.webReady(1)
    port = await cluster.webPort(1)
    await cluster.serves(numbers, port)
  })
  after(() => cluster.purge())
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') process.stdout.write(await cluster.logs())
  })

  const others = (number: number): readonly number[] => numbers.filter((other) => other !== number)
  const leader = async (): Promise<number> => Number((await eventually('a leader', async () => (await cluster.status(1))?.leader)).split('-')[1])

  /** A peer that runs a Pod of the web example, and the Pod's address. After a fault Pods stay where they went. */
  async function runner(): Promise<{ readonly number: number; readonly podAddress: string }> {
    const [pod] = await cluster.pods(1, 'app=web-svr')
    return { number: Number(pod?.spec?.nodeName?.split('-')[1]), podAddress: pod?.status?.podIP ?? '' }
  }

  /** Waits until a write through a peer is acknowledged, and reports how long that took since the fault. */
  async function writes(through: number, since: string, sinceMs: number, withinMs = 30_000): Promise<void> {
    const kubectl = await cluster.kubectl(through)
    await eventually(`a write through peer ${through}`, async () => {
      const { status } = await kubectl.run(['annotate', 'deployment', 'web-svr', '--overwrite', `note=${notes++}`, '--request-timeout=5s'])
      return status === 0
    }, withinMs)
    report(`a write, ${since}`, sinceMs)
  }

  async function whole(): Promise<void> {
    await cluster.ready(1, all)
    await eventually('all alive in the eyes of all', async () => {
      const views = await Promise.all(numbers.map((number) => cluster.status(number)))
      return views.every((view) => view?.peers.every((peer) => peer.state === 'alive') === true)
    }, 30_000)
    await cluster.webReady(1)
    await cluster.serves(numbers, port)
  }

  it('docker kill: the leader is replaced, its Pod runs elsewhere, and it comes back as itself', async () => {
    const victim = await leader()
    const [other = 0, third = 0] = others(victim)
    const identity = (await cluster.seen(other, cluster.node(victim)))?.peerId
    const startMs = performance.now()
    await docker('kill', cluster.container(victim))
    await writes(other, 'after the leader was killed', startMs)
    await cluster.webReady(other, [cluster.node(victim)])
    report('three Pods Ready elsewhere, after docker kill', startMs)
    await cluster.serves([other, third], port)
    const backMs = performance.now()
    await docker('start', cluster.container(victim))
    await whole()
    report('back after docker start', backMs)
    equal((await cluster.seen(other, cluster.node(victim)))?.peerId, identity)
  })

  it('docker pause: the silent leader is replaced and found dead, and goes on when it is woken', async () => {
    const victim = await leader()
    const [other = 0, third = 0] = others(victim)
    const startMs = performance.now()
    await docker('pause', cluster.container(victim))
    await writes(other, 'after the leader was paused', startMs)
    await eventually('death is agreed', async () => (await cluster.seen(other, cluster.node(victim)))?.state === 'dead', 20_000)
    report('dead, after docker pause', startMs)
    await cluster.webReady(third, [cluster.node(victim)])
    await cluster.serves([other, third], port)
    await docker('unpause', cluster.container(victim))
    const backMs = performance.now()
    await whole()
    report('back after docker unpause', backMs)
  })

  it('network disconnect of one: the majority goes on, the one serves what it runs, and it comes back', async () => {
    const { number: victim, podAddress } = await runner()
    const [other = 0, third = 0] = others(victim)
    const startMs = performance.now()
    await docker('network', 'disconnect', cluster.network, cluster.container(victim))
    await writes(other, 'after one was cut off', startMs)
    await cluster.webReady(other, [cluster.node(victim)])
    report('three Pods Ready on the other side', startMs)
    await cluster.serves([other, third], port)
    const alone = await cluster.inside(victim, 'node', '-e', `fetch('http://${podAddress}/').then((answer) => answer.text()).then(console.log)`)
    match(alone.stdout, /Welcome to nginx/, `the one that is cut off runs its Pod on: ${alone.stderr}`)
    const backMs = performance.now()
    await cluster.reconnect(victim)
    await whole()
    report('back after docker network connect', backMs)
  })

  it('network disconnect of two: the one that is left reads and serves, says why it does not write, and all come back', async () => {
    const { number: left } = await runner()
    const [other = 0, third = 0] = others(left)
    const startMs = performance.now()
    for (const number of [other, third]) await docker('network', 'disconnect', cluster.network, cluster.container(number))
    const kubectl = await cluster.kubectl(left)
    await cluster.serves([left], port)
    report('the page through the one that is left', startMs)
    match(await kubectl.ok(['get', 'pods', '-l', 'app=web-svr', '-o', 'name']), /pod\/web-svr/)
    const refused = await kubectl.run(['annotate', 'deployment', 'web-svr', '--overwrite', 'note=refused'])
    notEqual(refused.status, 0)
    match(refused.stderr, /no majority/)
    const backMs = performance.now()
    await cluster.reconnect(third, other)
    await whole()
    await writes(other, 'after two were connected again', backMs)
    const notesNow = await (await cluster.kubectl(left)).ok(['get', 'deployment', 'web-svr', '-o', 'jsonpath={.metadata.annotations.note}'])
    ok(notesNow !== 'refused', 'what was refused did not happen')
  })

  it('a leader that hears nobody but is heard gives way, and comes back', async () => {
    const victim = await leader()
    const [other = 0, third = 0] = others(victim)
    const addresses = await Promise.all([other, third].map((number) => cluster.address(number)))
    const startMs = performance.now()
    const rules = `add table inet oneway; add chain inet oneway input { type filter hook input priority -300; }; add rule inet oneway input ip saddr { ${addresses.join(', ')} } drop`
    equal((await cluster.inside(victim, 'nft', rules)).status, 0)
    await writes(other, 'after the leader went deaf', startMs)
    notEqual((await cluster.status(other))?.leader, cluster.node(victim))
    await cluster.serves([other, third], port)
    report('the page through the others', startMs)
    equal((await cluster.inside(victim, 'nft', 'delete table inet oneway')).status, 0)
    const backMs = performance.now()
    await whole()
    report('back after it hears again', backMs)
  })
})
