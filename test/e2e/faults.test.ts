// Real faults on three real peers that serve the web example: a daemon killed, the leader's machine killed and switched on
// again, a link cut, a majority lost, a machine that starts alone, and everything killed at once.
// The bounds are far above the promised times, since these tests share their machine; the measured times are printed.
import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { ConfigMap, Node, PersistentVolumeClaim, Pod, Service } from '../../node/objects/generated/core-v1.ts'
import { ranked } from '../../node/objects/announcer.ts'
import { report, TestCluster } from '../support/cluster.ts'
import { eventually } from '../support/eventually.ts'

const examples = join(import.meta.dirname, '../../docs/examples')
const selector = 'app=web-svr'
/** Pods that tolerate an unreachable peer for ever: however long a daemon takes to come back, they are its own. */
const steady = `
apiVersion: apps/v1
kind: Deployment
metadata: { name: steady }
spec:
  replicas: 3
  selector: { matchLabels: { app: steady } }
  template:
    metadata: { labels: { app: steady } }
    spec:
      terminationGracePeriodSeconds: 1
      tolerations:
      - { key: node.kubernetes.io/unreachable, operator: Exists, effect: NoExecute }
      - { key: node.kubernetes.io/not-ready, operator: Exists, effect: NoExecute }
      containers:
      - { name: sleeper, image: busybox, imagePullPolicy: IfNotPresent, command: [sleep, '100000'] }
`
/** Replacements of a killed machine's Pods are promised Ready by 8 s, of a silent one by 12 s, on an idle machine. */
const replacedWithinMs = 20_000
const replacedAfterSilenceWithinMs = 30_000

describe('e2e / faults', function () {
  this.timeout(90_000)
  let cluster: TestCluster
  let port = 0

  before(async function () {
    this.timeout(180_000)
    cluster = await TestCluster.up()
    await cluster.kubectl.ok(['apply', '-f', examples])
    await cluster.kubectl.ok(['rollout', 'status', 'deployment/web-svr', '--timeout=50s'])
    port = (await cluster.get<Service>('service', 'web-svr-lb')).spec?.ports?.[0]?.nodePort ?? 0
    await serves(cluster.names)
  })
  after(async function () {
    this.timeout(60_000)
    await cluster?.purge()
  })

  const serves = (names: readonly string[], withinMs = 20_000): Promise<void> => cluster.serves(names, port, withinMs)
  const ready = async (name: string): Promise<boolean> => {
    const answer = await cluster.kubectl.run(['get', 'node', name, '-o', 'json', '--request-timeout=5s'])
    if (answer.status !== 0) return false
    const node: Node = JSON.parse(answer.stdout)
    return node.status?.conditions?.some((condition) => condition.type === 'Ready' && condition.status === 'True') === true
  }
  const containers = (pods: readonly Pod[]): readonly string[] => pods.flatMap((pod) => (pod.status?.containerStatuses ?? []).map((status) => `${status.containerID} ${status.restartCount}`)).sort()
  const readyOn = async (names: readonly string[], count: number): Promise<boolean> => {
    const answer = await cluster.kubectl.run(['get', 'pods', '-l', selector, '-o', 'json', '--request-timeout=5s'])
    if (answer.status !== 0) return false
    const { items }: { readonly items: readonly Pod[] } = JSON.parse(answer.stdout)
    return items.filter((pod) => names.includes(pod.spec?.nodeName ?? '') && pod.metadata.deletionTimestamp === undefined && pod.status?.conditions?.some((condition) => condition.type === 'Ready' && condition.status === 'True')).length >= count
  }
  const healed = async (): Promise<void> => {
    await eventually('all peers alive and Ready', async () => (await Promise.all(cluster.names.map(ready))).every(Boolean), 60_000)
    await eventually('three Pods', () => readyOn(cluster.names, 3), 30_000)
    await serves(cluster.names)
  }
  /** Gives the API an address that this peer announces, and waits until kubectl, which knows the cluster's authority only, gets an answer there. */
  const sharedApiAt = async (name: string): Promise<void> => {
    const network = cluster.address(name).split('.').slice(0, 3).join('.')
    const address = Array.from({ length: 50 }, (_, at) => `${network}.${200 + at}`).find((one) => ranked(one, cluster.names)[0] === name) ?? ''
    await cluster.kubectl.ok(['patch', 'service', 'shoal-api', '-n', 'kube-system', '-p', JSON.stringify({ spec: { loadBalancerIP: address } })])
    await eventually('status to name the address', async () => (await cluster.local.status()).sharedApi === `https://${address}:6443`)
    let said = ''
    await eventually('an answer at the address', async () => {
      const { stdout, stderr } = await cluster.kubectlBeside(['get', 'nodes', '-o', 'name', '--request-timeout=3s'])
      said = stderr
      return stdout.split('\n').length > 3
    }).catch((error: unknown) => {
      throw new Error(`${String(error)}: ${said}`)
    })
    match(await cluster.inside(name, 'ip', 'addr'), new RegExp(`inet ${address.replaceAll('.', '[.]')}/32`))
  }
  /** The Pods on one peer each again, so that the next fault meets one. */
  const spread = async (): Promise<void> => {
    await cluster.kubectl.ok(['rollout', 'restart', 'deployment/web-svr'])
    await cluster.kubectl.ok(['rollout', 'status', 'deployment/web-svr', '--timeout=50s'])
    await serves(cluster.names)
  }

  it('a killed daemon: its Pods serve on, and are adopted when it is back', async () => {
    const victim = (await cluster.readyPods(selector))[0]?.spec?.nodeName ?? ''
    await cluster.apply(steady)
    await cluster.kubectl.ok(['rollout', 'status', 'deployment/steady', '--timeout=50s'])
    const before = containers(await cluster.readyPods('app=steady'))
    const through = [...cluster.names].map((name) => cluster.requests(name, port))
    const startMs = performance.now()
    const killed = await cluster.local.killDaemon(victim)
    await eventually('a new daemon', async () => {
      const pid = (await cluster.local.pids()).get(victim)?.pid
      return pid !== undefined && pid !== killed
    })
    await cluster.member(victim)
    await eventually('the Node to be Ready', () => ready(victim), 30_000)
    report('daemon killed until its Node is Ready', startMs)
    for (const requests of through) {
      const { good, failures } = await requests.stop()
      deepEqual(failures, [], `beside ${good} good ones`)
    }
    await eventually('three Ready Pods', () => readyOn(cluster.names, 3), 20_000)
    deepEqual(containers(await cluster.pods('app=steady')), before)
    await cluster.kubectl.ok(['delete', 'deployment', 'steady'])
  })

  it('a clock an hour off: status, doctor and the log name it; Pods, Events and writes are untouched, and nobody else minds', async () => {
    const { leader, peers } = await cluster.local.status()
    const victim = cluster.others(leader)[0] ?? ''
    await cluster.apply(steady)
    await cluster.kubectl.ok(['rollout', 'status', 'deployment/steady', '--timeout=50s'])
    const pods = containers(await cluster.readyPods('app=steady'))
    const events = async (): Promise<readonly string[]> => (await cluster.get<{ readonly items: readonly { readonly metadata: { readonly uid?: string } }[] }>('events')).items.map((event) => event.metadata.uid ?? '')
    const before = await events()
    ok(before.length > 0)
    for (const offMs of [3_600_000, -3_600_000]) {
      await cluster.whileClockIsOff(victim, offMs, async () => {
        const said = offMs > 0 ? /its clock is 36\d\d s ahead of the leader's/ : /its clock is 36\d\d s behind the leader's/
        await eventually('status to name it', async () => said.test((await cluster.shoal('status', '--data-dir', cluster.dataDirectory(victim))).stdout), 30_000)
        await eventually('its Node to be Ready', () => ready(victim), 30_000)
        const doctor = await cluster.shoal('doctor', '--data-dir', cluster.dataDirectory(leader))
        match(doctor.stdout, new RegExp(`the clock of ${victim} is 36\\d\\d s ${offMs > 0 ? 'ahead of' : 'behind'} that of ${leader}`))
        match(cluster.log(victim), /this machine's clock and the cluster's disagree/)
        await cluster.kubectl.ok(['create', 'configmap', `beside-a-clock-${offMs > 0 ? 'ahead' : 'behind'}`])
        await serves(cluster.names)
      })
      await cluster.member(victim)
      await eventually('its Node to be Ready again', () => ready(victim), 30_000)
    }
    const after = await events()
    deepEqual(before.filter((uid) => !after.includes(uid)), [])
    deepEqual(containers(await cluster.readyPods('app=steady')), pods)
    await cluster.kubectl.ok(['delete', 'deployment', 'steady'])
    equal((await cluster.local.status()).peers.length, peers.length)
  })

  it("the leader's machine killed: kubectl, Service and Pods go on elsewhere; switched on, it rejoins by itself", async () => {
    const { leader } = await cluster.local.status()
    const others = cluster.others(leader)
    await sharedApiAt(leader)
    const startMs = performance.now()
    await cluster.local.killMachine(leader)
    await Promise.all([
      eventually('the API at the shared address', async () => (await cluster.kubectlBeside(['get', 'nodes', '--request-timeout=2s'])).status === 0, replacedWithinMs).then(() => report('the API answers at its address again', startMs)),
      eventually('a write through another peer', async () => (await cluster.kubectl.run(['create', 'configmap', 'after-the-leader', '--request-timeout=5s'])).status === 0, replacedWithinMs).then(() => report('writes again', startMs)),
      serves(others, replacedWithinMs).then(() => report('20 requests in a row through each other peer', startMs)),
      eventually('Pods elsewhere', () => readyOn(others, 3), replacedWithinMs).then(() => report('lost Pods Ready elsewhere', startMs)),
    ])
    ok((await cluster.local.status(others[0])).leader !== leader)
    equal(await ready(leader), false)
    const backMs = performance.now()
    await cluster.local.startMachine(leader)
    await eventually('its Node to be Ready', () => ready(leader), 60_000)
    await serves([leader])
    report('switched on until it serves', backMs)
    await healed()
  })

  it('a link down: the others replace its Pods; up again, it comes back without a restart', async () => {
    await spread()
    const victim = cluster.names.find((name) => name !== 'peer-1') ?? ''
    const others = cluster.others(victim)
    const pids = (await cluster.local.pids()).get(victim)
    const startMs = performance.now()
    await cluster.local.setLink(victim, false)
    await serves(others, replacedAfterSilenceWithinMs)
    report('20 requests in a row through each other peer', startMs)
    await eventually('Pods elsewhere', () => readyOn(others, 3), replacedAfterSilenceWithinMs)
    report('lost Pods Ready elsewhere', startMs)
    const upMs = performance.now()
    await cluster.local.setLink(victim, true)
    await eventually('its Node to be Ready', () => ready(victim), 60_000)
    await serves([victim])
    report('link up until it serves', upMs)
    deepEqual((await cluster.local.pids()).get(victim), pids)
    await healed()
    equal((await cluster.pods(selector)).filter((pod) => pod.metadata.deletionTimestamp === undefined).length, 3)
  })

  it('two of three gone: the survivor reads, logs, serves, and says why it does not write; it starts its Pods alone', async () => {
    await spread()
    const survivor = (await cluster.local.status()).leader
    const lost = cluster.others(survivor)
    const pod = (await cluster.readyPods(selector)).find((one) => one.spec?.nodeName === survivor)
    const name = pod?.metadata.name ?? ''
    ok(name !== '', 'the survivor has a Pod')
    await Promise.all(lost.map((one) => cluster.local.killMachine(one)))
    const cutMs = performance.now()
    await serves([survivor], replacedWithinMs)
    report('20 requests in a row through the survivor', cutMs)
    const read = await eventually('a read that says how old it is', async () => {
      const answer = await cluster.kubectl.run(['get', 'pod', name, '-v=8', '--request-timeout=15s'])
      return answer.status === 0 && /X-Shoal-Revision-Age-Ms/i.test(answer.stderr) ? answer : undefined
    }, 30_000)
    match(read.stdout, new RegExp(name))
    match(await cluster.kubectl.ok(['logs', name, '--tail=3']), /GET/)
    equal(await cluster.kubectl.ok(['exec', name, '--', 'echo', 'still here']), 'still here\n')
    const refused = await cluster.kubectl.run(['create', 'configmap', 'refused'])
    equal(refused.status, 1)
    match(refused.stderr, /majority/)
    await cluster.local.killMachine(survivor)
    const bootMs = performance.now()
    await cluster.local.startMachine(survivor)
    await serves([survivor], 60_000)
    report('a machine that starts alone serves', bootMs)
    await Promise.all(lost.map((one) => cluster.local.startMachine(one)))
    await healed()
    report('whole again', bootMs)
    equal((await cluster.kubectl.run(['get', 'configmap', 'refused'])).status, 1)
  })

  it('everything killed at once while writing: what was acknowledged is there afterwards', async () => {
    const acknowledged: string[] = []
    let on = true
    const writer = async (lane: number): Promise<void> => {
      for (let i = 0; on; i++) {
        const name = `kept-${lane}-${i}`
        if ((await cluster.kubectl.run(['create', 'configmap', name, `--from-literal=lane=${lane}`, '--request-timeout=5s'])).status === 0) acknowledged.push(name)
      }
    }
    const writers = [writer(0), writer(1)]
    await eventually('some writes', () => acknowledged.length >= 20, 30_000)
    await Promise.all(cluster.names.map((name) => cluster.local.killMachine(name)))
    on = false
    await Promise.all(writers)
    const startMs = performance.now()
    await Promise.all(cluster.names.map((name) => cluster.local.startMachine(name)))
    await healed()
    report(`whole again after everything was killed, ${acknowledged.length} writes kept`, startMs)
    const { items } = await cluster.get<{ readonly items: readonly ConfigMap[] }>('configmaps')
    const there = new Set(items.map((item) => item.metadata.name ?? ''))
    deepEqual(acknowledged.filter((name) => !there.has(name)), [])
  })

  it('Pods on volumes of their peers: one waits for its peer and goes on where it was; claims go or stay; a volume given up begins empty', async () => {
    const kubectl = (...args: readonly string[]): Promise<string> => cluster.kubectl.ok(args)
    const inCounter = (name: string, command: string): Promise<string> => kubectl('exec', name, '--', 'sh', '-c', command)
    const counted = async (name: string): Promise<readonly [first: string, lines: number]> => [await inCounter(name, 'head -1 /data/log'), Number(await inCounter(name, 'wc -l < /data/log'))]
    const startMs = performance.now()
    await kubectl('apply', '-f', join(examples, 'volumes/counter-statefulset.yaml'))
    await kubectl('rollout', 'status', 'statefulset/counter', '--timeout=50s')
    report('three counters with a volume each', startMs)
    const victim = (await cluster.get<Pod>('pod', 'counter-1')).spec?.nodeName ?? ''
    const [first, lines] = await counted('counter-1')
    await cluster.local.killMachine(victim)
    const killedMs = performance.now()
    const waits = await eventually('its Pod to say what it waits for', async () => {
      const answer = await cluster.kubectl.run(['get', 'events', '--field-selector', 'involvedObject.name=counter-1,reason=WaitingForPeer', '-o', 'jsonpath={.items[*].message}', '--request-timeout=5s'])
      return answer.status === 0 && answer.stdout !== '' ? answer.stdout : undefined
    }, 30_000)
    report('killed until its Pod says so', killedMs)
    match(waits, new RegExp(`on the peer ${victim}, which is gone.*shoal volume abandon default/data-counter-1.*shoal.dev/on-peer-loss=recreate`))
    await cluster.local.startMachine(victim)
    const backMs = performance.now()
    await eventually('three counters again', async () => (await cluster.readyPods('app=counter')).length === 3, 60_000)
    report('switched on until the counter goes on', backMs)
    const [again, more] = await counted('counter-1')
    deepEqual([again, more >= lines, (await cluster.get<Pod>('pod', 'counter-1')).spec?.nodeName], [first, true, victim])

    const home = (await cluster.get<Pod>('pod', 'counter-2')).spec?.nodeName ?? ''
    const folder = join(cluster.dataDirectory(home), 'volumes', (await cluster.get<PersistentVolumeClaim>('pvc', 'data-counter-2')).spec?.volumeName ?? '')
    equal(existsSync(folder), true)
    await kubectl('patch', 'statefulset', 'counter', '--type=merge', '-p', '{"spec":{"replicas":2,"persistentVolumeClaimRetentionPolicy":{"whenScaled":"Delete"}}}')
    // It does not hear the signal to stop, and the example gives it 30 s.
    await kubectl('wait', '--for=jsonpath={.metadata.deletionTimestamp}', 'pod/counter-2', '--timeout=20s')
    await kubectl('delete', 'pod', 'counter-2', '--grace-period=1')
    await eventually('its claim and its volume to go', async () => (await kubectl('get', 'pvc', '-o', 'name')).split('\n').length === 3 && (await kubectl('get', 'pv', '-o', 'name')).split('\n').length === 3, 20_000)
    equal(existsSync(folder), false)
    report('by then scaled down, claim, volume and folder gone', startMs)

    const refused = await cluster.shoal('volume', 'abandon', 'default/data-counter-0', '--yes')
    equal(refused.status, 1)
    match(refused.stderr, /which is alive: its data is there/)
    const [old] = await counted('counter-0')
    const given = cluster.shoal('volume', 'abandon', 'default/data-counter-0', '--yes', '--force')
    await kubectl('wait', '--for=jsonpath={.metadata.deletionTimestamp}', 'pvc/data-counter-0', '--timeout=20s')
    await kubectl('delete', 'pod', 'counter-0', '--grace-period=1')
    match((await given).stdout, /data-counter-0 is made anew/)
    await eventually('two counters again', async () => (await cluster.readyPods('app=counter')).length === 2, 30_000)
    ok((await counted('counter-0'))[0] !== old)
    report('by then a volume given up and the counter begun anew', startMs)
    await kubectl('delete', 'statefulset/counter', 'service/counter')
    equal((await kubectl('get', 'pvc', '-o', 'name')).split('\n').length, 3)
    await kubectl('delete', 'pvc', '--all', '--wait=false')
    await kubectl('delete', 'pod', '-l', 'app=counter', '--grace-period=1', '--wait=false')
    report('all that with volumes', startMs)
  })

  it('two machines lost for good: the third recovers alone, its Pods run on, and one that comes back follows by itself', async () => {
    const survivor = (await cluster.readyPods(selector))[0]?.spec?.nodeName ?? ''
    const [wiped = '', late = ''] = cluster.names.filter((name) => name !== survivor)
    await cluster.kubectl.ok(['create', 'configmap', 'before-the-loss'])
    const onSurvivor = async (): Promise<readonly string[]> => containers((await cluster.readyPods(selector)).filter((pod) => pod.spec?.nodeName === survivor))
    const own = await onSurvivor()
    ok(own.length > 0)
    await Promise.all([wiped, late].map((name) => cluster.local.killMachine(name)))
    rmSync(cluster.dataDirectory(wiped), { recursive: true, force: true })
    const lostMs = performance.now()
    const recovered = await eventually('the recovery', async () => {
      const ran = await cluster.shoal('recover', '--alone', '--yes', '--data-dir', cluster.dataDirectory(survivor))
      return ran.status === 0 ? ran : undefined
    }, 60_000)
    match(recovered.stdout, /may be lost/i)
    match(recovered.stdout, /went on alone: incarnation \d+/)
    await eventually('a write', async () => (await cluster.kubectl.run(['create', 'configmap', 'alone', '--request-timeout=5s'])).status === 0, 30_000)
    report('from the loss of two machines to a write after the recovery', lostMs)
    await cluster.kubectl.ok(['get', 'configmap', 'before-the-loss'])
    const now = await onSurvivor()
    deepEqual(own.filter((container) => !now.includes(container)), [])
    const backMs = performance.now()
    await cluster.local.startMachine(late)
    await eventually('the lost machine to follow', async () => {
      const status = await cluster.local.status(late).catch(() => undefined)
      return (status?.incarnation ?? 1) > 1 && status?.peers.find((peer) => peer.name === late)?.role === 'learner'
    }, 60_000)
    await eventually('its Node to be ready', () => ready(late), 60_000)
    report('a machine that comes back follows the new incarnation, Ready', backMs)
    const doctor = await cluster.shoal('doctor', '--data-dir', cluster.dataDirectory(survivor))
    equal(doctor.status, 1)
    match(doctor.stdout, new RegExp(`broken: (no answer from|there is no way to) ${wiped} `))
  })
})
