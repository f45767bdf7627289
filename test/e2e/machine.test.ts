// What `shoal up` and `shoal down` promise the machine they run on: data that is kept, nothing left behind whatever was
// killed before, peers that leave, invitations, images for everybody, and clear words for what cannot work.
import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { yardId } from '../../node/cli/machines/yard-process.ts'
import { freshHome, report, rootless, run, shoal, TestCluster } from '../support/cluster.ts'
import { required } from '../../protocol/base/assert.ts'
import { eventually } from '../support/eventually.ts'
import { makeVolume, onNode } from '../support/volume-fixtures.ts'

/** Processes, mounts, interfaces, cgroups and tables of a home that are there now. */
async function leftOf(home: string): Promise<readonly string[]> {
  const id = yardId(home)
  const processes = readdirSync('/proc').filter((name) => /^\d+$/.test(name)).flatMap((pid) => {
    try {
      const state = /^State:\s+(\S)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
      const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
      const cgroup = readFileSync(`/proc/${pid}/cgroup`, 'utf8')
      return state !== 'Z' && Number(pid) !== process.pid && (words.includes(home) || cgroup.includes(`shoal-${id}`)) ? [`process ${pid} ${words}`] : []
    } catch {
      // It ended while we looked.
      return []
    }
  })
  const mounts = readFileSync('/proc/self/mounts', 'utf8').split('\n').filter((line) => line.includes(home))
  const links = (await run('ip', ['-o', 'link'])).stdout.split('\n').filter((line) => line.includes(`shoal-${id}`))
  const tables = rootless ? [] : (await run('nft', ['list', 'tables'])).stdout.split('\n').filter((line) => line.includes(`shoal-${id}`))
  const root = '/sys/fs/cgroup'
  const cgroups = !existsSync(root) ? [] : ['', ...readdirSync(root)].map((name) => join(root, name, `shoal-${id}`)).filter((path) => existsSync(path))
  return [...processes, ...mounts, ...links, ...tables, ...cgroups]
}

const pidIn = (home: string, file: string): number => Number(readFileSync(join(home, file), 'utf8'))

const childrenOf = (pid: number): readonly number[] => readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter((word) => word !== '').map(Number)

describe('e2e / machine', function () {
  this.timeout(120_000)
  let cluster: TestCluster
  let home = ''

  before(async function () {
    this.timeout(180_000)
    cluster = await TestCluster.up()
    home = cluster.home
  })
  after(async function () {
    this.timeout(60_000)
    await cluster?.purge()
  })

  it('bad input: YAML, fields, types, names, sizes', async () => {
    const refused = async (text: string, words: RegExp, ...more: readonly string[]): Promise<void> => {
      const { status, stderr } = await cluster.kubectl.run(['create', '-f', '-', ...more], text)
      equal(status, 1, text.slice(0, 80))
      match(stderr, words)
    }
    await refused('apiVersion: v1\nkind: ConfigMap\n metadata: [', /error converting YAML|error parsing/)
    const misspelt = 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\ndatta: { a: b }\n'
    await refused(misspelt, /^Error from server \(BadRequest\): error when creating "STDIN": ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: unknown field "datta"\n$/)
    const warned = await cluster.kubectl.run(['create', '-f', '-', '--validate=warn', '--dry-run=server'], misspelt)
    equal(warned.status, 0)
    match(warned.stderr, /^Warning: unknown field "datta"\n$/)
    await refused('apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\ndata: { a: 7 }\n', /ConfigMap in version "v1" cannot be handled as a ConfigMap: json: cannot unmarshal number into Go struct field ConfigMap\.data of type string\n$/, '--validate=false')
    await refused('apiVersion: v1\nkind: ConfigMap\nmetadata: { name: Not_A_Name }\n', /^The ConfigMap "Not_A_Name" is invalid: metadata\.name: Invalid value: "Not_A_Name": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '\.', and must start and end with an alphanumeric character/)
    await refused('apiVersion: v1\nkind: Nothing\nmetadata: { name: a }\n', /no matches for kind "Nothing" in version "v1"/, '--validate=false')
    await refused(JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'huge' }, data: { a: 'x'.repeat(3 * 1024 * 1024 + 1) } }), /Request entity too large: limit is 3145728\n$/, '--validate=false')
    await refused('apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: a }\nspec: { selector: { matchLabels: { a: b } }, template: { metadata: { labels: { c: d } }, spec: { containers: [{ name: a, image: a }] } } }\n', /`selector` does not match template `labels`/)
    equal((await cluster.kubectl.run(['get', 'configmap', 'a'])).status, 1)
  })

  it('invitations: made, listed, taken back; damaged and unknown ones are refused with the reason', async () => {
    const target = ['--data-dir', join(home, 'm1/lib/shoal')]
    const { stdout } = await cluster.shoal('token', 'create', '--uses', '2', ...target)
    match(stdout, /^shoal1\./)
    const listed = await cluster.shoal('token', 'list', ...target)
    const id = listed.stdout.trim().split('\n').slice(1).map((line) => line.split(/\s+/)[0]).at(-1) ?? ''
    match(listed.stdout, /USES LEFT/)
    equal((await cluster.shoal('token', 'delete', id, ...target)).status, 0)
    ok(!(await cluster.shoal('token', 'list', ...target)).stdout.includes(id))
    const join_ = async (invitation: string): Promise<{ readonly status: number; readonly stderr: string }> =>
      cluster.shoal('join', invitation, '--data-dir', join(home, 'joiner'), '--name', 'late')
    const damaged = await join_(`${stdout.trim().slice(0, -6)}AAAAAA`)
    ok(damaged.status !== 0)
    match(damaged.stderr, /invitation/)
    const nonsense = await join_('shoal1.nonsense')
    ok(nonsense.status !== 0)
    match(nonsense.stderr, /invitation/)
  })

  it('a second peer of the same name, an expired invitation and a data directory in use are refused with the reason', async () => {
    const target = ['--data-dir', join(home, 'm1/lib/shoal')]
    const token = async (...args: readonly string[]): Promise<string> => (await cluster.shoal('token', 'create', ...args, ...target)).stdout.trim()
    const inMachine = async (...args: readonly string[]): Promise<string> => {
      const { node, main } = cluster.local.config
      return cluster.inside('peer-1', 'timeout', '30', node, main, ...args).then(() => 'it worked', (error: Error) => error.message)
    }
    const expired = await token('--ttl', '1')
    match(await inMachine('join', await token(), '--name', 'peer-2', '--data-dir', '/var/lib/second'), /already has a peer named peer-2/)
    // The first question took longer than its second of life.
    match(await inMachine('join', expired, '--name', 'late', '--data-dir', '/var/lib/second'), /expired/)
    match(await inMachine('daemon', '--data-dir', '/var/lib/shoal'), /another daemon runs with the data directory/)
    equal((await cluster.local.daemonState('peer-1')).state, 'member')
  })

  it('a used-up invitation and ports that are taken are refused with the reason', async () => {
    const { stdout: token } = await cluster.shoal('token', 'create', '--uses', '1', '--data-dir', join(home, 'm1/lib/shoal'))
    const { node, main } = cluster.local.config
    const inMachine = (...args: readonly string[]): Promise<string> => cluster.inside('peer-1', 'timeout', '40', node, main, ...args).then(() => 'it worked', (error: Error) => error.message)
    const late = ['--data-dir', '/var/lib/late', '--name', 'late']
    match(await inMachine('join', token.trim(), ...late), /ended with 1: [^]*cannot listen on \/ip4\/0\.0\.0\.0\/tcp\/7447\n[^]*ss -ltnp[^]*--listen/)
    match(await inMachine('join', token.trim(), '--data-dir', '/var/lib/later', '--name', 'later'), /ended with 2: [^]*was good for 1 peer, and all have joined\n[^]*shoal token create/)
    match(await inMachine('daemon', ...late, '--listen', '/ip4/0.0.0.0/tcp/7448'), /ended with 1: [^]*6443[^]*--api-port/)
    const removed = await cluster.shoal('peer', 'remove', 'late', '--data-dir', join(home, 'm1/lib/shoal'))
    equal(removed.status, 0, removed.stderr)
  })

  it('an image that is loaded is on every peer', async () => {
    const startMs = performance.now()
    const { status, stdout, stderr } = await cluster.shoal('image', 'load', join(home, 'images/busybox.tar'), '--data-dir', join(home, 'm1/lib/shoal'))
    equal(status, 0, stderr)
    report('image on three peers', startMs)
    for (const name of cluster.names) match(stdout, new RegExp(`${name}: `))
  })

  it('a port that is taken is named', async () => {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    const other = freshHome()
    try {
      const { status, stdout, stderr } = await shoal(other, 'up', '--api-port', String(port))
      ok(status !== 0, stdout)
      match(stderr, new RegExp(String(port)))
      match(stderr, /in use|taken/)
    } finally {
      server.close()
      await shoal(other, 'down', '--purge')
    }
    deepEqual(await leftOf(other), [])
  })

  it('user namespaces that are forbidden are named, with what allows them', async () => {
    const own = freshHome()
    // The kernel's limit holds below the namespace in which it is set, so this machine's own stays as it is. A user who has
    // no subordinate ids is refused before the kernel is asked: where nobody has any, that is what is tested.
    const script = cluster.file('forbidden.sh', `
mkfifo ${own}/go
uid=$(id -u "$(head -n 1 /etc/subuid | cut -d: -f1)" 2> /dev/null || echo 1000)
unshare --user --map-user=$uid --map-group=$uid sh -c 'read go < ${own}/go; exec "$@"' sh "$@" &
while [ "$(cat /proc/$!/comm)" = unshare ]; do sleep 0.02; done
echo 0 > /proc/sys/user/max_user_namespaces
echo > ${own}/go
wait $!
`)
    const { status, stderr } = await run('unshare', ['--user', '--map-root-user', 'sh', script, join(import.meta.dirname, '../../shoal'), 'up', '--home', own])
    equal(status, 1, stderr)
    match(stderr, /does not let an ordinary user make a user namespace: unshare: .+\n[^]*uidmap[^]*\/etc\/subuid[^]*user\.max_user_namespaces/)
    equal((await shoal(own, 'down', '--purge')).status, 0)
    deepEqual(await leftOf(own), [])
  })

  it('peers leave: by their own wish, and removed when they are gone', async () => {
    const victim = 'peer-3'
    await cluster.local.killMachine(victim)
    const gone = await cluster.shoal('peer', 'remove', victim, '--data-dir', join(home, 'm1/lib/shoal'))
    equal(gone.status, 0, gone.stderr)
    await eventually('two peers', async () => (await cluster.local.status('peer-1')).peers.filter((peer) => peer.state !== 'left').length === 2)
    equal((await cluster.kubectl.run(['get', 'node', victim])).status, 1)
    equal((await cluster.kubectl.run(['create', 'configmap', 'still-writes', '--request-timeout=20s'])).status, 0)
    await cluster.apply(JSON.stringify({ apiVersion: 'v1', kind: 'PersistentVolume', ...makeVolume('only-here', { nodeAffinity: onNode('peer-2'), local: { path: '/nowhere' } }) }))
    const held = await cluster.shoal('leave', '--data-dir', join(home, 'm2/lib/shoal'))
    deepEqual([held.status, /peer-2 has data that no other peer has: the volumes of only-here[.] [^]*--force/.test(held.stderr)], [1, true], held.stderr)
    const left = await cluster.shoal('leave', '--force', '--data-dir', join(home, 'm2/lib/shoal'))
    equal(left.status, 0, left.stderr)
    await eventually('one peer', async () => (await cluster.local.status('peer-1')).peers.filter((peer) => peer.state !== 'left').length === 1)
    await eventually('a write with one peer', async () => (await cluster.kubectl.run(['create', 'configmap', 'alone', '--request-timeout=5s'])).status === 0)
  })

  it('down leaves nothing, though supervisor and containerd of a machine were killed', async () => {
    await cluster.local.close()
    const { machinePid, pid } = required((await cluster.local.pids()).get('peer-1'), 'peer-1')
    const supervisors = childrenOf(machinePid).filter((child) => !childrenOf(child).includes(pid ?? 0))
    for (const child of [...supervisors.flatMap(childrenOf), ...childrenOf(machinePid)]) process.kill(child, 'SIGKILL')
    const startMs = performance.now()
    equal((await shoal(home, 'down')).status, 0)
    report('shoal down', startMs)
    deepEqual(await leftOf(home), [])
    match((await shoal(home, 'status')).stderr, /shoal up/)
  })

  for (const victim of ['yard.pid', 'relay.pid', 'the first process of the yard']) {
    it(`kill -9 of ${victim.replace('.pid', '')}: ${victim === 'yard.pid' ? 'up again has the data, and ' : ''}down still leaves nothing`, async () => {
      const own = freshHome()
      const one = await TestCluster.upIn(own, '--peers', '1')
      await one.kubectl.ok(['create', 'configmap', 'kept', '--from-literal=a=b'])
      const yard = pidIn(own, 'yard.pid')
      process.kill(victim.endsWith('.pid') ? pidIn(own, victim) : (childrenOf(yard)[0] ?? yard), 'SIGKILL')
      if (victim === 'yard.pid') {
        await one.local.close()
        equal(await (await TestCluster.upIn(own, '--peers', '1')).kubectl.ok(['get', 'configmap', 'kept', '-o', 'jsonpath={.data.a}']), 'b')
      }
      await one.purge()
      deepEqual(await leftOf(own), [])
      ok(!existsSync(own))
    })
  }

  it('kill -9 of up itself, at any stage: down leaves nothing', async () => {
    // With namespaces not yet, half and wholly made; machines on their way; a cluster that forms.
    for (const afterSeconds of ['0.6', '0.9', '1.3', '3']) {
      const own = freshHome()
      const killed = run('timeout', ['-s', 'KILL', afterSeconds, join(import.meta.dirname, '../../shoal'), 'up', '--home', own])
      ok((await killed).status !== 0)
      equal((await shoal(own, 'down', '--purge')).status, 0)
      deepEqual(await leftOf(own), [], `killed after ${afterSeconds} s`)
    }
  })
})
