// Containers that are replaced one after the other while the cluster goes on: with their data, with nothing, with somebody
// else's data; and a founder that dies in the middle of founding. There is one cluster, whatever happens.
import { deepEqual, equal, match, notEqual, ok } from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { report } from '../../support/cluster.ts'
import { ComposeCluster } from '../../support/compose/cluster.ts'
import { docker, tryDocker } from '../../support/compose/docker.ts'
import { imageName } from '../../support/compose/image.ts'
import { eventually } from '../../support/eventually.ts'

const examples = join(import.meta.dirname, '../../../docs/examples')
const all = ['peer-1', 'peer-2', 'peer-3']
const numbers = [1, 2, 3]

describe('e2e / compose / replacing', function () {
  this.timeout(300_000)
  const cluster = new ComposeCluster('shoalreplacing')
  const stranger = new ComposeCluster('shoalstranger')
  let name = ''
  let port = 0

  after(async () => {
    await tryDocker('rm', '--force', 'shoal-lost')
    await cluster.purge()
    await stranger.purge()
  })
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') process.stdout.write(await cluster.logs())
  })

  const identity = async (number: number, by: number): Promise<string | undefined> => (await cluster.seen(by, cluster.node(number)))?.peerId
  const mountpoint = async (volume: string): Promise<string> => (await docker('volume', 'inspect', '--format', '{{.Mountpoint}}', `${cluster.project}_${volume}`)).trim()
  /** A new container in the place of one that is removed by force. */
  async function replace(number: number, between: () => Promise<unknown> = () => Promise.resolve()): Promise<void> {
    await docker('rm', '--force', cluster.container(number))
    await between()
    await cluster.up(3, '--no-recreate')
    await cluster.find(3)
  }
  const empty = (number: number): Promise<string> => cluster.withVolumes('sh', '-c', `rm -rf /data/${cluster.node(number)}/*`)

  it('a founder that crashes while it founds is overtaken by the others, and joins them when it is back', async () => {
    await cluster.up(3)
    const pids = new Map(await Promise.all(numbers.map(async (number) => [number, Number(await docker('inspect', '--format', '{{.State.Pid}}', cluster.container(number)))] as const)))
    const data = await mountpoint('data')
    const meeting = await mountpoint('meeting')
    const founder = await eventually('somebody begins to found', () => numbers.find((number) => existsSync(join(data, cluster.node(number), 'var/lib/shoal/unpublished'))), 60_000)
    // Not by docker kill, which is slower than founding, and after which Docker would not start it again.
    process.kill(pids.get(founder) ?? 0, 'SIGKILL')
    ok(!existsSync(join(meeting, 'invitation.json')), 'the invitation was not out yet')
    const startMs = performance.now()
    await cluster.ready(founder % 3 + 1, all)
    report('one cluster of three after the founder crashed', startMs)
    match((await tryDocker('logs', cluster.container(founder))).stdout, /"step":"found"[^]*"step":"(join|yield)"/)
    name = (await cluster.status(founder))?.cluster ?? ''
    for (const number of numbers) equal((await cluster.status(number))?.cluster, name)
    await cluster.loadWebImage(1)
    await (await cluster.kubectl(1)).ok(['apply', '-f', examples])
    await cluster.webReady(2)
    port = await cluster.webPort(3)
    await cluster.serves(numbers, port)
  })

  it('every container is replaced by one with the same data: the same peers, and the page all along', async () => {
    for (const number of numbers) {
      const rest = numbers.filter((other) => other !== number)
      const before = await identity(number, rest[0] ?? 0)
      const startMs = performance.now()
      await replace(number)
      await cluster.serves(rest, port)
      await cluster.ready(number, all)
      report(`peer ${number} in a new container`, startMs)
      equal(await identity(number, rest[0] ?? 0), before)
    }
    await cluster.webReady(1)
    await cluster.serves(numbers, port)
  })

  it('every container is replaced by one with nothing: new peers of the same cluster, and the page all along', async () => {
    for (const number of numbers) {
      const rest = numbers.filter((other) => other !== number)
      const before = await identity(number, rest[0] ?? 0)
      const startMs = performance.now()
      await cluster.shoal(number, 'leave')
      await replace(number, () => empty(number))
      await cluster.serves(rest, port)
      await cluster.ready(number, all)
      await eventually('everybody votes', async () => (await cluster.status(number))?.peers.every((peer) => peer.role === 'voter' || peer.role === 'leader'), 30_000)
      await cluster.loadWebImage(number)
      report(`peer ${number} anew`, startMs)
      const after = await identity(number, rest[0] ?? 0)
      ok(after !== undefined)
      notEqual(after, before)
      equal((await cluster.status(number))?.cluster, name)
    }
    await cluster.webReady(2)
    await cluster.serves(numbers, port)
  })

  it('a container whose data was lost joins under a new name, and the old peer is taken out', async () => {
    const startMs = performance.now()
    await replace(2, () => empty(2))
    const newcomer = await eventually('a new name', async () => (await cluster.status(1))?.peers.find((peer) => /^peer-2-[a-z0-9]{4}$/.test(peer.name))?.name, 60_000)
    match(await cluster.shoal(1, 'peer', 'remove', 'peer-2'), /peer-2 is removed/)
    await cluster.ready(3, ['peer-1', newcomer, 'peer-3'])
    report('a new peer in the place of the lost one', startMs)
    equal((await cluster.status(2))?.cluster, name)
    deepEqual((await cluster.status(3))?.peers.map((peer) => peer.name), ['peer-1', newcomer, 'peer-3'])
    await cluster.serves(numbers, port)
  })

  it("a peer with another cluster's data says so, ends, and changes nothing", async () => {
    await stranger.up(1)
    await stranger.ready(1, ['peer-1'])
    const theirs = (await stranger.status(1))?.cluster ?? ''
    await docker('stop', '--time', '10', stranger.container(1))
    const capabilities = ['--cap-add', 'SYS_ADMIN', '--cap-add', 'NET_ADMIN', '--security-opt', 'apparmor=unconfined', '--security-opt', 'seccomp=unconfined', '--tmpfs', '/run']
    await docker(
      'run', '--detach', '--name', 'shoal-lost', '--network', cluster.network, ...capabilities, '--env', 'SHOAL_NAME=peer-1',
      '--volume', `${stranger.project}_data:/data`, '--volume', `${cluster.project}_meeting:/meeting`, imageName,
    )
    equal((await docker('wait', 'shoal-lost')).trim(), '78')
    const { stderr } = await tryDocker('logs', 'shoal-lost')
    match(stderr, new RegExp(`belongs to a peer of cluster ${theirs}, but the meeting place /meeting is that of cluster ${name}`))
    equal((await cluster.status(1))?.peers.length, 3)
    await docker('start', stranger.container(1))
    await stranger.ready(1, ['peer-1'])
    equal((await stranger.status(1))?.cluster, theirs)
  })
})
