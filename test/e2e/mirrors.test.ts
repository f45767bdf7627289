// Five peers of which three vote: the others have the whole state, are fed by gossip, and serve the API as everybody does.
// What must be unique runs on two of them when one is cut off and the daemon of the other stands still (P24).
import { deepEqual, equal, ok } from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ClusterStatus } from '../../node/base/control.ts'
import { fencedPodsAnnotation } from '../../node/objects/pods/fence.ts'
import type { Node, Pod } from '../../node/objects/generated/core-v1.ts'
import { isPodReady } from '../../node/objects/pods/lifecycle.ts'
import { leaseMs, leaseStopMs } from '../../protocol/ownership/limits.ts'
import { report, TestCluster } from '../support/cluster.ts'
import { eventually } from '../support/eventually.ts'

/** Pods that write what time it is, many times a second, into a folder of their machine: all machines share one clock. */
const beating = ['StatefulSet', 'Deployment'].map((kind) => `
apiVersion: apps/v1
kind: ${kind}
metadata: { name: ${kind === 'StatefulSet' ? 'only' : 'steady'} }
spec:
  replicas: 2
  ${kind === 'StatefulSet' ? 'serviceName: only\n  podManagementPolicy: Parallel' : ''}
  selector: { matchLabels: { app: ${kind === 'StatefulSet' ? 'only' : 'steady'} } }
  template:
    metadata: { labels: { app: ${kind === 'StatefulSet' ? 'only' : 'steady'} } }
    spec:
      terminationGracePeriodSeconds: 1
      affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: kubernetes.io/hostname, labelSelector: { matchLabels: { app: ${kind === 'StatefulSet' ? 'only' : 'steady'} } } }] } }
      containers:
      - name: writer
        image: busybox
        imagePullPolicy: IfNotPresent
        command: [sh, -c, 'while read now rest < /proc/uptime; do echo $now >> /beats/$HOSTNAME; sleep 0.05; done']
        volumeMounts: [{ name: beats, mountPath: /beats }]
      volumes: [{ name: beats, hostPath: { path: /var/lib/beats, type: DirectoryOrCreate } }]
`).join('---')
const uptimeMs = (): number => Number.parseFloat(readFileSync('/proc/uptime', 'utf8')) * 1000
/** Promised within 17.5 s of the last answer, on an idle machine. */
const readyElsewhereMs = 40_000
/** The end comes 10 s after the lease was asked for, on an idle machine. */
const lateMs = 2_000

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

  const beatsFolder = (name: string): string => join(cluster.local.machine(name).lib, 'beats')
  /** When a Pod wrote on a machine, by the boot-time clock. */
  const beats = (name: string, pod: string): readonly number[] => readFileSync(join(beatsFolder(name), pod), 'utf8').trim().split('\n').map((line) => Number.parseFloat(line) * 1000)
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

  it('what must be unique is stopped before it starts elsewhere, where the link is down and where the daemon stands still; all else runs on', async function () {
    this.timeout(90_000)
    const [cut = '', still = ''] = mirrors
    const others = cluster.names.filter((name) => !mirrors.includes(name))
    await cluster.kubectl.ok(['cordon', ...others])
    await cluster.apply(beating)
    await cluster.kubectl.ok(['rollout', 'status', 'statefulset/only', '--timeout=50s'])
    await cluster.kubectl.ok(['rollout', 'status', 'deployment/steady', '--timeout=50s'])
    await cluster.kubectl.ok(['uncordon', ...others])
    const place = async (): Promise<ReadonlyMap<string, string>> => {
      const { items }: { readonly items: readonly Pod[] } = JSON.parse(await through(others[0] ?? '', 'get', 'pods', '-l', 'app=only', '-o', 'json'))
      return new Map(items.filter(isPodReady).map((pod) => [pod.metadata.name ?? '', pod.spec?.nodeName ?? '']))
    }
    const before = await place()
    deepEqual([...before.values()].sort(), [cut, still].sort())
    const pid = (await cluster.local.pids()).get(still)?.pid
    ok(pid !== undefined)
    const cutMs = uptimeMs()
    await cluster.local.setLink(cut, false)
    process.kill(pid, 'SIGSTOP')
    const startMs = performance.now()
    const after = await eventually('both Ready elsewhere', async () => {
      const now = await place()
      return now.size === 2 && [...now.values()].every((name) => others.includes(name)) ? now : undefined
    }, readyElsewhereMs).finally(async () => {
      process.kill(pid, 'SIGCONT')
      await cluster.local.setLink(cut, true)
    })
    report('both Ready elsewhere', startMs)
    await cluster.kubectl.ok(['wait', '--for=condition=Ready', `node/${cut}`, `node/${still}`, '--timeout=40s'])
    for (const [pod, victim] of before) {
      const first = beats(victim, pod)
      const second = beats(after.get(pod) ?? '', pod)
      const [lastMs = 0, firstMs = 0] = [first.at(-1), second[0]]
      process.stdout.write(`        ${pod} ${victim === cut ? 'cut off' : 'without its daemon'}: its last write after ${((lastMs - cutMs) / 1000).toFixed(2)} s, the first elsewhere after ${((firstMs - cutMs) / 1000).toFixed(2)} s\n`)
      ok(lastMs > cutMs && firstMs > cutMs, 'both ran')
      ok(lastMs < firstMs, `${pod} wrote twice at a time: here until ${lastMs}, there from ${firstMs}`)
      ok(lastMs - cutMs <= leaseMs + leaseStopMs + lateMs, 'stopped when its lease was over')
    }
    for (const name of [cut, still]) {
      const [steady = ''] = readdirSync(beatsFolder(name)).filter((file) => file.startsWith('steady-'))
      const gaps = beats(name, steady).map((atMs, index, all) => atMs - (all[index - 1] ?? atMs))
      ok(Math.max(...gaps) < 5_000, 'the Pod of the Deployment ran on')
      ok((beats(name, steady).at(-1) ?? 0) > cutMs + leaseMs + leaseStopMs, 'and longer than the lease')
      await eventually('its fence to be lifted', async () => (await cluster.get<Node>('node', name)).metadata.annotations?.[fencedPodsAnnotation] === undefined, 20_000)
    }
    await cluster.kubectl.ok(['delete', 'statefulset/only', 'deployment/steady', '--wait=false'])
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
    await cluster.member(one)
    const names = await eventually('all that it missed', async () => {
      const found = await through(one, 'get', 'configmaps', '-o', 'name').catch(() => '')
      return found.includes('after-the-leader') ? found : undefined
    }, 20_000)
    report('a mirror switched on until it has everything', backMs)
    for (let i = 0; i < 20; i++) ok(names.includes(`configmap/missed-${i}\n`), `missed-${i}`)
  })
})
