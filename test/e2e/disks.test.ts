// Disks that fail under three real peers and under a lone one: a full disk, a truncated and a bit-flipped log, a damaged
// state. The others go on, the peer says what is wrong, comes back by itself, and nothing that was acknowledged is lost;
// a peer that has no others refuses with the file, the offset and the remedy.
import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { freshHome, report, TestCluster } from '../support/cluster.ts'
import { eventually } from '../support/eventually.ts'

/** One Pod on one peer, which stays while that peer is away. */
const steady = (node: string): string => `
apiVersion: v1
kind: Pod
metadata: { name: steady }
spec:
  nodeName: ${node}
  terminationGracePeriodSeconds: 1
  tolerations: [{ operator: Exists, effect: NoExecute }]
  containers:
  - { name: main, image: busybox, imagePullPolicy: IfNotPresent, command: [sleep, "1000000"] }
`

const lastSegment = (cluster: TestCluster, name: string): string => {
  const folder = join(cluster.dataDirectory(name), 'log')
  return join(folder, readdirSync(folder).filter((entry) => entry.endsWith('.segment')).sort().at(-1) ?? '')
}

/** Changes one bit in the middle of what a peer's log has in its last file; answers that file's name. */
function flip(cluster: TestCluster, name: string): string {
  const path = lastSegment(cluster, name)
  const bytes = readFileSync(path)
  const at = Math.floor(bytes.findLastIndex((byte) => byte !== 0) / 2)
  bytes[at] = (bytes[at] ?? 0) ^ 1
  writeFileSync(path, bytes)
  return basename(path)
}

describe('e2e / disks of three peers', function () {
  this.timeout(90_000)
  let cluster: TestCluster
  const kept: string[] = []

  before(async function () {
    this.timeout(180_000)
    cluster = await TestCluster.up()
  })
  after(async function () {
    this.timeout(60_000)
    await cluster?.purge()
  })

  /** Writes a ConfigMap through the API of one peer; true when it was acknowledged. */
  const write = async (through: string, name: string, size = 10): Promise<boolean> => {
    const text = JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { a: 'x'.repeat(size) } })
    const { status } = await cluster.kubectlOn(through, ['create', '--validate=false', '-f', '-', '--request-timeout=8s'], text)
    if (status === 0) kept.push(name)
    return status === 0
  }
  const nothingLost = async (through: string): Promise<void> => {
    const names = new Set((await cluster.kubectlOn(through, ['get', 'configmaps', '-o', 'name'])).stdout.split('\n'))
    deepEqual(kept.filter((name) => !names.has(`configmap/${name}`)), [])
  }
  const voterAgain = async (name: string): Promise<void> => {
    await cluster.member(name)
    await eventually('its words that it votes again', () => cluster.log(name).includes('the damaged log is made good'), 20_000)
  }

  it('a flipped bit: the peer says so, does not vote, and is made good by the others (P4)', async () => {
    const { leader } = await cluster.local.status()
    const victim = cluster.others(leader)[0] ?? ''
    ok(await write(leader, 'before-the-flip'))
    const startMs = performance.now()
    let file = ''
    await cluster.whileDown(victim, async () => {
      file = flip(cluster, victim)
      ok(await write(leader, 'during-the-flip'))
    })
    await voterAgain(victim)
    report('flipped bit made good', startMs)
    match(cluster.log(victim), new RegExp(`${file} is damaged at \\d+[^\\n]*the log is damaged; this peer fetches what is missing and does not vote meanwhile`))
    await nothingLost(victim)
  })

  it('a truncated log, of the leader: another leads, and the peer is made good by the others (P4)', async () => {
    const { leader } = await cluster.local.status()
    const other = cluster.others(leader)[0] ?? ''
    await cluster.whileDown(leader, async () => {
      const path = lastSegment(cluster, leader)
      truncateSync(path, Math.floor(readFileSync(path).findLastIndex((byte) => byte !== 0) / 2))
      await eventually('a write without it', () => write(other, `without-${leader}`), 20_000)
    })
    await voterAgain(leader)
    match(cluster.log(leader), /"kind":"lost"/)
    await nothingLost(leader)
  })

  it('a log that is gone: the peer joins anew under a new id, as the same Node with its Pods (P6)', async () => {
    const { leader, peers } = await cluster.local.status()
    const victim = cluster.others(leader)[0] ?? ''
    const idOf = async (name: string): Promise<string | undefined> => (await cluster.local.status(name)).peers.find((peer) => peer.name === victim)?.peerId
    const old = peers.find((peer) => peer.name === victim)?.peerId
    await cluster.apply(steady(victim))
    await cluster.kubectl.ok(['wait', '--for=condition=Ready', 'pod/steady', '--timeout=30s'])
    const of = (kind: string, name: string, field: string): Promise<string> => cluster.kubectl.ok(['get', kind, name, '-o', `jsonpath={${field}}`])
    const same = async (): Promise<readonly string[]> => [
      await of('node', victim, '.metadata.uid'), await of('node', victim, '.spec.podCIDR'), await of('pod', 'steady', '.metadata.uid'),
      await of('pod', 'steady', '.status.containerStatuses[0].containerID'), await of('pod', 'steady', '.status.podIP'),
    ]
    const before = await same()
    ok(await write(leader, 'before-the-loss'))
    const startMs = performance.now()
    await cluster.whileDown(victim, async () => {
      rmSync(join(cluster.dataDirectory(victim), 'log'), { recursive: true })
      ok(await write(leader, 'during-the-loss'))
    })
    await eventually('its new id to vote', async () => {
      const found = (await cluster.local.status(leader)).peers.filter((peer) => peer.name === victim)
      return found.length === 1 && found[0]?.peerId !== old && found[0]?.role === 'voter'
    }, 40_000)
    await eventually('its Node to be Ready', async () => (await of('node', victim, '.status.conditions[?(@.type=="Ready")].status')) === 'True', 20_000)
    report('lost log until the new id votes and the Node is Ready', startMs)
    ok(await eventually('its own status', async () => (await idOf(victim).catch(() => undefined)) !== old, 20_000))
    match(cluster.log(victim), /the log was gone, and votes with it: this peer joined anew under a new id/)
    match((await cluster.shoal('status')).stdout, new RegExp(`${victim}: its log was lost: at \\S+ it joined anew under a new id`))
    await cluster.kubectl.ok(['wait', '--for=condition=Ready', 'pod/steady', '--timeout=20s'])
    deepEqual(await same(), before)
    equal(await cluster.kubectlOn(victim, ['exec', 'steady', '--', 'echo', 'here']).then(({ stdout }) => stdout), 'here\n')
    ok(await write(victim, 'through-the-new-id'))
    await nothingLost(victim)
    await cluster.kubectl.ok(['delete', 'pod', 'steady', '--grace-period=1'])
  })

  it('a full disk: writes go on through the others, the peer says so and takes part again when there is room (P7)', async () => {
    const { leader: victim } = await cluster.local.status()
    const [other = ''] = cluster.others(victim)
    await cluster.whileDown(victim, async () => {
      await cluster.inside(victim, 'sh', '-c', 'mkdir /run/small && mount -t tmpfs -o size=100m tmpfs /run/small && cd /var/lib/shoal && rm -f shoal.sock && for d in log state kubelet; do cp -a $d /run/small/ && mount --bind /run/small/$d $d; done')
    })
    await cluster.member(victim)
    const trouble = async (): Promise<string | undefined> => (await cluster.local.status(victim)).peers.find((peer) => peer.name === victim)?.trouble
    await cluster.inside(victim, 'sh', '-c', 'dd if=/dev/zero of=/run/small/ballast bs=64k 2> /dev/null || true')
    const startMs = performance.now()
    const full = 'its disk is full: no writes through it'
    for (let i = 0; i < 40 && (await trouble()) !== full; i += 4) {
      const written = await Promise.all([0, 1, 2, 3].map((lane) => write(other, `big-${i + lane}`, 900_000)))
      deepEqual(written, [true, true, true, true])
    }
    report('until its log had no room', startMs)
    equal(await trouble(), full)
    ok(await write(other, 'while-it-is-full'))
    const refused = await cluster.kubectlOn(victim, ['create', 'configmap', 'refused', '--request-timeout=8s'])
    equal(refused.status, 1)
    match(refused.stderr, /this peer's disk is full, so it takes no part in writes and its copy is old; free space on it, or ask another peer/)
    match(cluster.log(victim), /the disk is full: nothing can be agreed through this peer until there is room/)
    equal((await cluster.kubectlOn(victim, ['get', '--raw', '/metrics'])).stdout.match(/^shoal_peer_disk_full (\d)$/m)?.[1], '1')
    ok((await cluster.local.status(other)).leader !== victim)
    const roomMs = performance.now()
    await cluster.inside(victim, 'rm', '/run/small/ballast')
    await eventually('a write through it', () => write(victim, 'there-is-room'), 20_000)
    report('room until it writes again', roomMs)
    ok((await trouble()) !== full)
    await nothingLost(victim)
  })
})

describe('e2e / disk of a lone peer', function () {
  this.timeout(60_000)
  let cluster: TestCluster

  before(async function () {
    this.timeout(180_000)
    cluster = await TestCluster.upIn(freshHome(), '--peers', '1')
  })
  after(async function () {
    this.timeout(60_000)
    await cluster?.purge()
  })

  it('a flipped bit in its log: refused with file, offset and remedy; it goes on as the remedy says', async () => {
    await cluster.kubectl.ok(['create', 'configmap', 'kept'])
    // What the state on disk has is not lost with the log.
    const indexOf = async (gauge: string): Promise<number> => Number(new RegExp(`^${gauge} (\\d+)$`, 'm').exec(await cluster.kubectl.ok(['get', '--raw', '/metrics']))?.[1])
    const index = await indexOf('shoal_store_applied_index')
    await eventually('it to be in the state on disk', async () => (await indexOf('shoal_store_durable_index')) >= index)
    let file = ''
    await cluster.whileDown('peer-1', () => {
      file = flip(cluster, 'peer-1')
    })
    const words = new RegExp(`the log in /var/lib/shoal/log is damaged, and no other peer has a copy: ${file} is damaged at \\d+\\n[^]*remove the file \`problem\``)
    await eventually('the refusal', () => words.test(cluster.log('peer-1')))
    await eventually('its exit status', async () => /daemon ended with status 1\n/.test(await cluster.inside('peer-1', 'cat', '/var/log/supervisor.log')))
    rmSync(join(cluster.dataDirectory('peer-1'), 'log/problem'))
    await eventually('a write', async () => (await cluster.kubectl.run(['create', 'configmap', 'after', '--request-timeout=5s'])).status === 0, 40_000)
    await cluster.kubectl.ok(['get', 'configmap', 'kept'])
  })

  it('a damaged state: refused, and nothing of it is removed', async () => {
    const folder = join(cluster.dataDirectory('peer-1'), 'state')
    const journal = (): string => readdirSync(folder).find((name) => name.startsWith('MANIFEST')) ?? ''
    let before: Buffer | undefined
    await cluster.whileDown('peer-1', () => {
      before = readFileSync(join(folder, journal()))
      truncateSync(join(folder, journal()), 20)
    })
    await eventually('the refusal', () => /the state in \/var\/lib\/shoal\/state is damaged, and no other peer has a copy[^]*Restore the data directory from a copy/.test(cluster.log('peer-1')))
    await cluster.whileDown('peer-1', () => writeFileSync(join(folder, journal()), before ?? ''))
    await eventually('a read', async () => (await cluster.kubectl.run(['get', 'configmap', 'kept', '--request-timeout=5s'])).status === 0, 40_000)
  })
})
