// The web example on three real peers with real containers, driven by kubectl as a user does it: the three files applied
// unchanged, reached through every kind of Service, and then every command of kubectl that people use on it.
import { match, equal, deepEqual, ok } from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Deployment, ReplicaSet } from '../../node/objects/generated/apps-v1.ts'
import type { Node, Pod, Service } from '../../node/objects/generated/core-v1.ts'
import { report, TestCluster } from '../support/cluster.ts'
import { eventually } from '../support/eventually.ts'

const examples = join(import.meta.dirname, '../../docs/examples')
const page = /Welcome to nginx/

describe('e2e / web example', function () {
  this.timeout(60_000)
  let cluster: TestCluster

  before(async function () {
    this.timeout(180_000)
    cluster = await TestCluster.up()
  })
  after(async function () {
    this.timeout(60_000)
    await cluster?.purge()
  })

  const kubectl = (...args: readonly string[]): Promise<string> => cluster.kubectl.ok(args)
  const web = (): Promise<Deployment> => cluster.get<Deployment>('deployment', 'web-svr')
  const newestSet = async (): Promise<ReplicaSet | undefined> => {
    const sets = await cluster.get<{ readonly items: readonly ReplicaSet[] }>('replicasets', '-l', 'app=web-svr')
    return sets.items.find((set) => (set.spec?.replicas ?? 0) > 0)
  }
  const somePod = async (): Promise<string> => (await cluster.readyPods('app=web-svr'))[0]?.metadata.name ?? ''

  it('the three files are applied unchanged, and every peer runs a Pod', async () => {
    const startMs = performance.now()
    for (const file of ['web-svr-deployment.yaml', 'web-svr-clusterip.yaml', 'web-svr-lb.yaml']) match(await kubectl('apply', '-f', join(examples, file)), /created/)
    match(await kubectl('rollout', 'status', 'deployment/web-svr', '--timeout=50s'), /successfully rolled out/)
    report('three Pods Ready', startMs)
    const pods = await cluster.readyPods('app=web-svr')
    deepEqual(pods.map((pod) => pod.spec?.nodeName).sort(), cluster.names)
    match(await kubectl('apply', '-f', examples), /web-svr unchanged[^]*|unchanged/)
  })

  it('answers through the node port on every peer, and through each peer reaches all Pods', async () => {
    const service = await cluster.get<Service>('service', 'web-svr-lb')
    const port = service.spec?.ports?.[0]?.nodePort ?? 0
    ok(port >= 30_000 && port <= 32_767, `node port ${port}`)
    for (const name of cluster.names) {
      const answer = await eventually(`an answer through ${name}`, async () => {
        const got = await cluster.local.fetch(cluster.address(name), port)
        return got.ok ? got : undefined
      })
      match(answer.body, page)
      await cluster.serves([name], port, 0)
    }
  })

  it('answers at its load balancer address, which one peer announces', async () => {
    const address = await eventually('an address of the pool', async () => (await cluster.get<Service>('service', 'web-svr-lb')).status?.loadBalancer?.ingress?.[0]?.ip)
    match(await kubectl('get', 'service', 'web-svr-lb'), new RegExp(` ${address.replaceAll('.', '[.]')} `))
    const answer = await eventually('an answer from the address', async () => {
      const got = await cluster.local.fetch(address, 80)
      return got.ok ? got : undefined
    })
    match(answer.body, page)
    match(await kubectl('describe', 'service', 'web-svr-lb'), /AddressAssigned[^]*of the pool default/)
    match(await kubectl('get', 'addresspools'), /default +10\.213\./)
  })

  it('answers by host name on every peer, and at no other name', async () => {
    match(await kubectl('apply', '-f', join(examples, 'web-svr-ingress.yaml')), /web-svr-ingress (created|unchanged)/)
    match(await eventually('the addresses of the Ingress', async () => {
      const text = await kubectl('get', 'ingress', 'web-svr-ingress')
      return cluster.names.every((name) => text.includes(cluster.address(name))) ? text : undefined
    }), /web-svr-ingress +shoal +web\.example\.test/)
    for (const name of cluster.names) {
      const answer = await eventually(`a page by name from ${name}`, async () => {
        const got = await cluster.local.fetch(cluster.address(name), 80, '/', 1_000, 'web.example.test')
        return got.ok ? got : undefined
      })
      match(answer.body, page)
      equal((await cluster.local.fetch(cluster.address(name), 80, '/', 1_000, 'other.example.test')).status, 404)
    }
  })

  it('answers through the cluster address and the DNS name from inside a Pod on every peer', async () => {
    for (const name of cluster.names) {
      const overrides = JSON.stringify({ spec: { nodeName: name } })
      await kubectl('run', `client-${name}`, '--image=busybox', '--image-pull-policy=IfNotPresent', `--overrides=${overrides}`, '--', 'sleep', '100000')
    }
    await kubectl('wait', '--for=condition=Ready', ...cluster.names.map((name) => `pod/client-${name}`), '--timeout=40s')
    const service = await cluster.get<Service>('service', 'web-svr-clusterip')
    for (const name of cluster.names) {
      const exec = (...command: readonly string[]): Promise<string> => kubectl('exec', `client-${name}`, '--', ...command)
      match(await exec('wget', '-q', '-O', '-', `http://${service.spec?.clusterIP}/`), page)
      match(await exec('wget', '-q', '-O', '-', 'http://web-svr-clusterip.default.svc.cluster.local/'), page)
      match(await exec('wget', '-q', '-O', '-', 'http://web-svr-clusterip/'), page)
    }
  })

  it('get: wide, yaml, json, jsonpath, name, labels, fields, all namespaces', async () => {
    match(await kubectl('get', 'pods', '-o', 'wide', '-l', 'app=web-svr'), /NAME +READY +STATUS +RESTARTS +AGE +IP +NODE[^]*1\/1 +Running[^]*10\.244\./)
    match(await kubectl('get', 'deployment', 'web-svr', '-o', 'yaml'), /^apiVersion: apps\/v1\nkind: Deployment\n/)
    equal(await kubectl('get', 'deployment', 'web-svr', '-o', 'jsonpath={.status.readyReplicas}'), '3')
    deepEqual((await kubectl('get', 'nodes', '-o', 'name')).trim().split('\n').sort(), cluster.names.map((name) => `node/${name}`))
    const pod = await somePod()
    equal(await kubectl('get', 'pods', '--field-selector', `metadata.name=${pod}`, '-o', 'name'), `pod/${pod}\n`)
    const onFirst = await kubectl('get', 'pods', '--field-selector', 'spec.nodeName=peer-1', '-l', 'app=web-svr', '-o', 'name')
    equal(onFirst.trim().split('\n').length, 1)
    match(await kubectl('get', 'pods', '-A'), /^NAMESPACE +NAME/)
    match(await kubectl('get', 'all'), /deployment\.apps\/web-svr +3\/3/)
    match(await kubectl('get', 'nodes'), /peer-1 +Ready/)
    match(await kubectl('get', '--raw', '/api/v1/namespaces/default/services/web-svr-clusterip:80/proxy/'), /Welcome to nginx/)
    match(await kubectl('get', '--raw', '/api/v1/nodes/peer-2/proxy/metrics'), /^kubelet_running_pods \d/m)
  })

  it('describe shows containers, events, endpoints and node allocations', async () => {
    const text = await kubectl('describe', 'pod', await somePod())
    match(text, /Image: +nginx\n/)
    match(text, /Normal +Scheduled[^]*Normal +Started/)
    match(text, /Readiness: +http-get http:\/\/:80\//)
    match(await kubectl('describe', 'service', 'web-svr-clusterip'), /Endpoints: +10\.244\.\d+\.\d+:80,/)
    match(await kubectl('describe', 'deployment', 'web-svr'), /3 desired \| 3 updated \| 3 total \| 3 available/)
    match(await kubectl('describe', 'node', 'peer-1'), /Allocated resources:/)
  })

  it('scale, with a watch that sees the new Pods become Ready', async () => {
    const watch = cluster.kubectl.start(['get', 'pods', '-l', 'app=web-svr', '-w', '--no-headers'])
    let seen = ''
    watch.stdout?.on('data', (chunk: Buffer) => (seen += chunk.toString()))
    await eventually('the first rows', () => seen.split('\n').length > 3)
    const startMs = performance.now()
    await kubectl('scale', 'deployment/web-svr', '--replicas=5')
    await kubectl('wait', '--for=jsonpath={.status.readyReplicas}=5', 'deployment/web-svr', '--timeout=40s')
    report('scale from three to five', startMs)
    await eventually('five names with 1/1 in the watch', () => new Set([...seen.matchAll(/^(web-svr-\S+) +1\/1/gm)].map((found) => found[1])).size === 5)
    await kubectl('scale', 'deployment/web-svr', '--replicas=3')
    await eventually('three Pods', async () => (await cluster.pods('app=web-svr')).length === 3, 30_000)
    watch.kill()
    match(seen, /Terminating|Completed/)
  })

  it('label, annotate and the three patches', async () => {
    await kubectl('label', 'deployment', 'web-svr', 'tier=front')
    await kubectl('annotate', 'deployment', 'web-svr', 'note=from a test')
    await kubectl('patch', 'deployment', 'web-svr', '--type=json', '-p', '[{"op":"add","path":"/metadata/annotations/by-json","value":"1"}]')
    await kubectl('patch', 'deployment', 'web-svr', '--type=merge', '-p', '{"metadata":{"annotations":{"by-merge":"2"}}}')
    await kubectl('patch', 'deployment', 'web-svr', '-p', '{"metadata":{"annotations":{"by-strategic":"3"}}}')
    const { metadata } = await web()
    equal(metadata.labels?.['tier'], 'front')
    const { note, 'by-json': json, 'by-merge': merge, 'by-strategic': strategic } = metadata.annotations ?? {}
    deepEqual({ note, json, merge, strategic }, { note: 'from a test', json: '1', merge: '2', strategic: '3' })
    await kubectl('label', 'deployment', 'web-svr', 'tier-')
    equal((await web()).metadata.labels?.['tier'], undefined)
  })

  it('replace and edit', async () => {
    await kubectl('create', 'configmap', 'settings', '--from-literal=color=red')
    const text = (await kubectl('get', 'configmap', 'settings', '-o', 'yaml')).replace('red', 'green')
    await cluster.kubectl.ok(['replace', '-f', '-'], text)
    equal(await kubectl('get', 'configmap', 'settings', '-o', 'jsonpath={.data.color}'), 'green')
    const stale = await cluster.kubectl.run(['replace', '-f', '-'], text)
    equal(stale.status, 1)
    match(stale.stderr, /the object has been modified; please apply your changes to the latest version/)
    const editor = cluster.file('editor.sh', '#!/bin/sh\nsed -i s/green/blue/ "$1"\n', 0o755)
    const script = cluster.file('edit.sh', `#!/bin/sh\nexport KUBECONFIG=${cluster.kubeconfig} KUBE_EDITOR=${editor}\nexec ${cluster.kubectlPath} edit configmap settings\n`, 0o755)
    match(await cluster.must(script), /configmap\/settings edited/)
    equal(await kubectl('get', 'configmap', 'settings', '-o', 'jsonpath={.data.color}'), 'blue')
  })

  it('set image, rollout history, undo and restart replace Pods without an interruption', async () => {
    const service = await cluster.get<Service>('service', 'web-svr-lb')
    const port = service.spec?.ports?.[0]?.nodePort ?? 0
    const steady = cluster.requests('peer-1', port)
    const before = (await newestSet())?.metadata.name
    let startMs = performance.now()
    await kubectl('set', 'image', 'deployment/web-svr', 'nginx=docker.io/library/nginx:latest')
    await kubectl('rollout', 'status', 'deployment/web-svr', '--timeout=50s')
    report('rolling update', startMs)
    ok((await newestSet())?.metadata.name !== before)
    match(await kubectl('rollout', 'history', 'deployment/web-svr'), /REVISION[^]*1[^]*2/)
    startMs = performance.now()
    await kubectl('rollout', 'undo', 'deployment/web-svr')
    await kubectl('rollout', 'status', 'deployment/web-svr', '--timeout=50s')
    report('undo', startMs)
    equal((await newestSet())?.metadata.name, before)
    startMs = performance.now()
    await kubectl('rollout', 'restart', 'deployment/web-svr')
    await kubectl('rollout', 'status', 'deployment/web-svr', '--timeout=50s')
    report('restart', startMs)
    const { good, failures } = await steady.stop()
    deepEqual(failures, [], `beside ${good} good ones`)
    ok(good > 20, `${good} requests`)
  })

  it('logs -f follows, exec runs commands with input, status and a terminal', async () => {
    const pod = await somePod()
    const logs = cluster.kubectl.start(['logs', '-f', pod])
    let seen = ''
    logs.stdout?.on('data', (chunk: Buffer) => (seen += chunk.toString()))
    equal(await kubectl('exec', pod, '--', 'wget', '-q', '-O', '/dev/null', 'http://127.0.0.1/for-the-log').catch(() => 'refused'), 'refused')
    await eventually('the request in the log', () => seen.includes('/for-the-log'))
    logs.kill()
    equal((await cluster.kubectl.run(['exec', pod, '--', 'sh', '-c', 'exit 7'])).status, 7)
    equal(await cluster.kubectl.ok(['exec', '-i', 'client-peer-1', '--', 'sh', '-c', 'tr a-z A-Z'], 'typed\n'), 'TYPED\n')
    match(await cluster.terminal(['exec', '-it', 'client-peer-2', '--', 'sh'], 'tty\necho width $((40 + 2))\nexit\n'), /width 42/)
    match(await kubectl('logs', '-l', 'app=web-svr', '--tail=1', '--prefix'), /^\[pod\/web-svr/m)
  })

  it('port-forward carries a request, cp a file', async () => {
    const forward = cluster.kubectl.start(['port-forward', 'service/web-svr-clusterip', ':80', '--address=127.0.0.1'])
    let seen = ''
    forward.stdout?.on('data', (chunk: Buffer) => (seen += chunk.toString()))
    const port = await eventually('the forwarded port', () => /127\.0\.0\.1:(\d+) -> 80/.exec(seen)?.[1])
    match(await (await fetch(`http://127.0.0.1:${port}/`)).text(), page)
    forward.kill()
    const file = cluster.file('carried', 'some content\n')
    await kubectl('cp', file, 'client-peer-3:/tmp/carried')
    await kubectl('cp', 'client-peer-3:/tmp/carried', `${file}.back`)
    equal(readFileSync(`${file}.back`, 'utf8'), 'some content\n')
  })

  it('an image that was loaded on all peers but one is taken from another, without a registry', async () => {
    const ctr = (...words: readonly string[]): Promise<string> => cluster.inside('peer-2', 'ctr', '-n', 'k8s.io', 'images', ...words)
    await ctr('rm', '--sync', 'docker.io/library/busybox:latest')
    const startMs = performance.now()
    await kubectl('run', 'handed', '--image=busybox', '--image-pull-policy=Never', `--overrides=${JSON.stringify({ spec: { nodeName: 'peer-2' } })}`, '--', 'sleep', '100000')
    await kubectl('wait', '--for=condition=Ready', 'pod/handed', '--timeout=30s')
    report('an image from another peer, and Ready', startMs)
    match(await ctr('list', '-q'), /library\/busybox:latest/)
    await kubectl('delete', 'pod', 'handed', '--grace-period=1', '--wait=false')
  })

  it('cordon keeps new Pods away, uncordon lets them in', async () => {
    await kubectl('cordon', 'peer-2')
    match(await kubectl('get', 'node', 'peer-2'), /Ready,SchedulingDisabled/)
    await kubectl('create', 'deployment', 'elsewhere', '--image=busybox', '--replicas=3', '--', 'sh', '-c', 'trap exit TERM; sleep 100000 & wait')
    const pods = await eventually('three bound Pods', async () => {
      const bound = (await cluster.pods('app=elsewhere')).filter((pod) => pod.spec?.nodeName !== undefined)
      return bound.length === 3 ? bound : undefined
    })
    ok(!pods.some((pod) => pod.spec?.nodeName === 'peer-2'))
    await kubectl('uncordon', 'peer-2')
    equal((await cluster.get<Node>('node', 'peer-2')).spec?.unschedulable, undefined)
  })

  it('delete: foreground, orphan, grace, wait', async () => {
    await kubectl('delete', 'deployment', 'elsewhere', '--cascade=orphan')
    const left = await cluster.get<{ readonly items: readonly ReplicaSet[] }>('replicasets', '-l', 'app=elsewhere')
    await eventually('the owner to be forgotten', async () => (await cluster.get<{ readonly items: readonly ReplicaSet[] }>('replicasets', '-l', 'app=elsewhere')).items[0]?.metadata.ownerReferences === undefined)
    equal(left.items.length, 1)
    equal((await cluster.pods('app=elsewhere')).length, 3)
    const startMs = performance.now()
    await kubectl('delete', 'replicaset', '-l', 'app=elsewhere', '--cascade=foreground')
    deepEqual(await cluster.pods('app=elsewhere'), [])
    report('foreground deletion of a ReplicaSet', startMs)
    await kubectl('delete', 'pod', 'client-peer-2', '--grace-period=1')
    equal((await cluster.kubectl.run(['get', 'pod', 'client-peer-2'])).status, 1)
    await kubectl('delete', 'pod', 'client-peer-3', '--wait=false', '--grace-period=5')
    ok((await cluster.get<Pod>('pod', 'client-peer-3')).metadata.deletionTimestamp !== undefined)
    await kubectl('delete', 'pod', 'client-peer-1', '--now')
  })

  it('events, explain, auth can-i, api-resources, version', async () => {
    match(await kubectl('events', '--for', 'deployment/web-svr'), /ScalingReplicaSet/)
    match(await kubectl('explain', 'deployment.spec.strategy'), /rollingUpdate/)
    equal(await kubectl('auth', 'can-i', 'create', 'pods'), 'yes\n')
    equal((await cluster.kubectl.run(['auth', 'can-i', 'list', 'secrets', '--as=somebody'])).stdout, 'no\n')
    match(await kubectl('api-resources'), /deployments +deploy +apps\/v1 +true +Deployment/)
    match(await kubectl('version'), /Server Version: v1\.32\./)
    match(await kubectl('cluster-info'), /control plane/)
  })

  it('status --json names all peers, their roles and their real processes', async () => {
    const { status, stdout } = await cluster.shoal('status', '--json')
    equal(status, 0)
    const seen: { readonly cluster: string; readonly term: number; readonly leader: string; readonly revision: number; readonly peers: readonly { readonly [field: string]: unknown }[]; readonly works: readonly { readonly work: string; readonly peer: string; readonly epoch: number }[] } = JSON.parse(stdout)
    deepEqual(seen.peers.map((peer) => peer['name']).sort(), cluster.names)
    deepEqual(seen.peers.map((peer) => peer['role']).sort(), ['leader', 'voter', 'voter'])
    deepEqual(seen.works.map((work) => work.work).sort(), ['controllers', 'scheduler'])
    ok(seen.term > 0 && seen.revision > 0 && seen.cluster !== '' && cluster.names.includes(seen.leader))
    for (const peer of seen.peers) {
      equal(peer['state'], 'alive')
      const pid = Number(peer['pid'])
      const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
      ok(words.includes('daemon') && words.includes(String(peer['name'])), words.join(' '))
      match(readFileSync(`/proc/${Number(peer['machinePid'])}/cmdline`, 'utf8'), /init\.sh/)
      process.kill(pid, 0)
      for (const field of ['peerId', 'address', 'apiServer', 'runtime', 'rootless', 'lag']) ok(peer[field] !== undefined, `${field} of ${String(peer['name'])}`)
    }
  })

  it('kubectl top shows what is used, and the autoscaler follows the load up and down', async function () {
    this.timeout(150_000)
    match(await eventually('figures of all nodes', async () => {
      const { status, stdout } = await cluster.kubectl.run(['top', 'nodes', '--no-headers'])
      return status === 0 && !stdout.includes('unknown') ? stdout : undefined
    }), /peer-1 +\d+m +\d+%[^]*peer-3 +\d+m/)
    match(await eventually('figures of the containers', async () => {
      const { stdout } = await cluster.kubectl.run(['top', 'pods', '--containers', '-l', 'app=web-svr', '--no-headers'])
      return stdout.trim().split('\n').length === 3 ? stdout : undefined
    }, 20_000), /web-svr-\S+ +nginx +\d+m +\d+Mi/)
    await kubectl('apply', '-f', join(examples, 'autoscaling/web-svr-hpa.yaml'))
    await kubectl('wait', '--for=condition=ScalingActive', 'hpa/web-svr', '--timeout=30s')
    const startMs = performance.now()
    const busy = await somePod()
    const load = cluster.kubectl.start(['exec', busy, '--', 'sh', '-c', 'while :; do :; done'])
    await eventually('more Pods', async () => (await cluster.readyPods('app=web-svr')).length > 3, 60_000)
    report('load to the first new Pod Ready', startMs)
    load.kill()
    // The example's window of five minutes is too long for a test; everything else is the example's.
    await kubectl('patch', 'hpa', 'web-svr', '--type=merge', '-p', '{"spec":{"behavior":{"scaleDown":{"stabilizationWindowSeconds":5}}}}')
    // The command goes on in the container when its client is gone: it ends with its Pod.
    await kubectl('delete', 'pod', busy, '--wait=false', '--grace-period=1')
    await kubectl('wait', '--for=jsonpath={.spec.replicas}=3', 'deployment/web-svr', '--timeout=60s')
    match(await kubectl('describe', 'hpa', 'web-svr'), /ScalingActive +True +ValidMetricFound[^]*SuccessfulRescale[^]*above target/)
    match(await kubectl('get', 'horizontalpodautoscalers.v1.autoscaling', 'web-svr', '-o', 'jsonpath={.spec.targetCPUUtilizationPercentage} {.metadata.annotations}'), /^60 .*current-metrics.*currentAverageUtilization/)
    match(await kubectl('get', 'hpa', 'web-svr'), /Deployment\/web-svr +cpu: \d+%\/60% +3 +8/)
    await kubectl('patch', 'hpa', 'web-svr', '--type=merge', '-p', '{"spec":{"scaleTargetRef":{"name":"nobody"}}}')
    await kubectl('wait', '--for=condition=AbleToScale=false', 'hpa/web-svr', '--timeout=20s')
    match(await kubectl('describe', 'hpa', 'web-svr'), /FailedGetScale/)
  })
})
