// What a Pod may ask for, on real containers: its inputs, its probes, its restarts, its limits and its end; and Pods that no
// machine can take, which say why. And what makes Pods beside Deployments: Jobs, StatefulSets, DaemonSets.
import { equal, match, ok } from 'node:assert/strict'
import type { Event, Pod } from '../../node/objects/generated/core-v1.ts'
import { report, rootless, TestCluster } from '../support/cluster.ts'
import { eventually } from '../support/eventually.ts'

const inputs = `
apiVersion: v1
kind: ConfigMap
metadata: { name: settings }
data: { color: green, file.txt: "from a config map\\n" }
---
apiVersion: v1
kind: Secret
metadata: { name: secrets }
stringData: { password: s3cret }
---
apiVersion: v1
kind: Pod
metadata: { name: inputs, labels: { kind: inputs }, annotations: { note: hello } }
spec:
  terminationGracePeriodSeconds: 1
  initContainers:
  - name: first
    image: busybox
    imagePullPolicy: IfNotPresent
    command: [sh, -c, 'echo written by init > /shared/init']
    volumeMounts: [{ name: shared, mountPath: /shared }]
  containers:
  - name: main
    image: busybox
    imagePullPolicy: IfNotPresent
    command: [sh, -c, 'sleep 100000']
    env:
    - { name: LITERAL, value: plain }
    - { name: EXPANDED, value: '$(LITERAL) and more' }
    - { name: COLOR, valueFrom: { configMapKeyRef: { name: settings, key: color } } }
    - { name: PASSWORD, valueFrom: { secretKeyRef: { name: secrets, key: password } } }
    - { name: NODE, valueFrom: { fieldRef: { fieldPath: spec.nodeName } } }
    - { name: POD_IP, valueFrom: { fieldRef: { fieldPath: status.podIP } } }
    - { name: MEMORY, valueFrom: { resourceFieldRef: { resource: limits.memory, divisor: 1Mi } } }
    envFrom: [{ prefix: ALL_, configMapRef: { name: settings } }]
    resources: { requests: { cpu: 10m, memory: 16Mi }, limits: { memory: 48Mi } }
    volumeMounts:
    - { name: shared, mountPath: /shared }
    - { name: settings, mountPath: /settings }
    - { name: secrets, mountPath: /secrets, readOnly: true }
    - { name: about, mountPath: /about }
    - { name: host, mountPath: /host, readOnly: true }
    - { name: token, mountPath: /token }
  volumes:
  - { name: shared, emptyDir: {} }
  - { name: settings, configMap: { name: settings } }
  - { name: secrets, secret: { secretName: secrets, defaultMode: 256 } }
  - { name: about, downwardAPI: { items: [{ path: labels, fieldRef: { fieldPath: metadata.labels } }] } }
  - { name: host, hostPath: { path: /etc, type: Directory } }
  - { name: token, projected: { sources: [{ serviceAccountToken: { path: token, audience: somebody, expirationSeconds: 600 } }] } }
`

const pod = (name: string, container: string, spec = ''): string => `
apiVersion: v1
kind: Pod
metadata: { name: ${name} }
spec:
  terminationGracePeriodSeconds: 3
${spec}  containers:
  - name: main
    image: busybox
    imagePullPolicy: IfNotPresent
${container}
---`

const workloads = `
apiVersion: v1
kind: Service
metadata: { name: seq }
spec: { clusterIP: None, selector: { app: seq }, ports: [{ port: 8080 }] }
---
apiVersion: apps/v1
kind: StatefulSet
metadata: { name: seq }
spec:
  serviceName: seq
  replicas: 2
  selector: { matchLabels: { app: seq } }
  template:
    metadata: { labels: { app: seq } }
    spec:
      terminationGracePeriodSeconds: 0
      containers:
      - name: main
        image: busybox
        imagePullPolicy: IfNotPresent
        command: [sh, -c, 'hostname > /tmp/index.html; exec httpd -f -p 8080 -h /tmp']
        readinessProbe: { periodSeconds: 1, tcpSocket: { port: 8080 } }
---
apiVersion: apps/v1
kind: DaemonSet
metadata: { name: every }
spec:
  selector: { matchLabels: { app: every } }
  template:
    metadata: { labels: { app: every } }
    spec:
      terminationGracePeriodSeconds: 0
      containers: [{ name: main, image: busybox, imagePullPolicy: IfNotPresent, command: [sleep, '100000'] }]
---`

const job = (name: string, spec: string, command: string): string => `
apiVersion: batch/v1
kind: Job
metadata: { name: ${name} }
spec:
${spec}  template:
    spec:
      restartPolicy: Never
      containers: [{ name: main, image: busybox, imagePullPolicy: IfNotPresent, command: [sh, -c, '${command}'] }]
---`


const indented = (text: string): string => `    ${text}`

describe('e2e / pods', function () {
  this.timeout(60_000)
  let cluster: TestCluster

  before(async function () {
    this.timeout(180_000)
    cluster = await TestCluster.up('--peers', '1')
  })
  after(async function () {
    this.timeout(60_000)
    await cluster?.purge()
  })

  const kubectl = (...args: readonly string[]): Promise<string> => cluster.kubectl.ok(args)
  const status = async (name: string): Promise<Pod['status']> => (await cluster.get<Pod>('pod', name)).status
  const reasons = async (name: string): Promise<string> => {
    const { items } = await cluster.get<{ readonly items: readonly Event[] }>('events', '--field-selector', `involvedObject.name=${name}`)
    return items.map((event) => `${event.reason}: ${event.message}`).join('\n')
  }

  it('apply to Ready of one Pod, image present', async () => {
    await eventually('the default service account', async () => (await cluster.kubectl.run(['get', 'serviceaccount', 'default'])).status === 0)
    const startMs = performance.now()
    await cluster.apply(pod('quick', indented('command: [sleep, "100000"]')))
    await kubectl('wait', '--for=condition=Ready', 'pod/quick', '--timeout=30s')
    report('apply to Ready', startMs)
  })

  it('environment, config maps, secrets, downward API, token, emptyDir, hostPath and init container arrive', async () => {
    await cluster.apply(inputs)
    await kubectl('wait', '--for=condition=Ready', 'pod/inputs', '--timeout=40s')
    const exec = (command: string): Promise<string> => kubectl('exec', 'inputs', '-c', 'main', '--', 'sh', '-c', command)
    const address = (await status('inputs'))?.podIP
    equal(await exec('echo "$LITERAL|$EXPANDED|$COLOR|$PASSWORD|$NODE|$POD_IP|$MEMORY|$ALL_color"'), `plain|plain and more|green|s3cret|peer-1|${address}|48|green\n`)
    equal(await exec('cat /shared/init /settings/file.txt /secrets/password'), 'written by init\nfrom a config map\ns3cret')
    match(await exec('cat /about/labels'), /kind="inputs"/)
    equal(await exec('test -f /host/passwd && echo there'), 'there\n')
    ok((await cluster.kubectl.run(['exec', 'inputs', '--', 'touch', '/host/no'])).status !== 0)
    const claims: { readonly aud: readonly string[]; readonly sub: string } = JSON.parse(Buffer.from((await exec('cat /token/token')).split('.')[1] ?? '', 'base64url').toString())
    equal(claims.sub, 'system:serviceaccount:default:default')
    equal(claims.aud[0], 'somebody')
    match(await exec('ls /var/run/secrets/kubernetes.io/serviceaccount'), /ca\.crt\nnamespace\ntoken\n/)
    match(await exec('cat /etc/resolv.conf'), /nameserver 10\.96\.0\.10\n/)
    equal(await exec('hostname'), 'inputs\n')
  })

  it('a memory limit is a control group; without root the status says that there are none', async () => {
    if (rootless) {
      match((await cluster.shoal('status')).stdout, /rootless: no cgroup limits/)
      return
    }
    const id = ((await status('inputs'))?.containerStatuses?.[0]?.containerID ?? '').replace('containerd://', '')
    const found = await cluster.must('sh', '-c', `cat $(find /sys/fs/cgroup -path '*${id}*' \\( -name memory.limit_in_bytes -o -name memory.max \\) | head -1)`)
    equal(found.trim(), String(48 * 1024 * 1024))
  })

  it('a container that fails is started again, later each time', async () => {
    await cluster.apply(pod('crashes', indented('command: [sh, -c, "echo once; exit 3"]')) + pod('ends', indented('command: [sh, -c, "exit 0"]'), '  restartPolicy: Never\n') + pod('breaks', indented('command: [sh, -c, "exit 4"]'), '  restartPolicy: Never\n'))
    await eventually('CrashLoopBackOff', async () => (await status('crashes'))?.containerStatuses?.[0]?.state?.waiting?.reason === 'CrashLoopBackOff', 40_000)
    const container = (await status('crashes'))?.containerStatuses?.[0]
    equal(container?.lastState?.terminated?.exitCode, 3)
    ok((container?.restartCount ?? 0) >= 1)
    await eventually('the back-off event', async () => /BackOff: Back-off restarting failed container main/.test(await reasons('crashes')))
    equal(await kubectl('logs', 'crashes', '--previous'), 'once\n')
    await eventually('success', async () => (await status('ends'))?.phase === 'Succeeded')
    await eventually('failure', async () => (await status('breaks'))?.phase === 'Failed')
  })

  it('probes: not Ready before readiness, restarted when liveness fails, started slowly under a startup probe', async () => {
    await cluster.apply(
      pod('unready', indented('command: [sleep, "100000"]\n    readinessProbe: { exec: { command: [test, -e, /tmp/ready] }, periodSeconds: 1 }')) +
      pod('unlive', indented('command: [sh, -c, "trap exit TERM; sleep 100000 & wait"]\n    livenessProbe: { exec: { command: [test, -e, /tmp/never] }, periodSeconds: 1, failureThreshold: 2 }')) +
      pod('slow', indented('command: [sh, -c, "sleep 2; touch /tmp/up; sleep 100000"]\n    startupProbe: { exec: { command: [test, -e, /tmp/up] }, periodSeconds: 1, failureThreshold: 30 }\n    livenessProbe: { exec: { command: [test, -e, /tmp/up] }, periodSeconds: 1, failureThreshold: 1 }')),
    )
    await eventually('running', async () => (await status('unready'))?.phase === 'Running', 30_000)
    equal((await status('unready'))?.containerStatuses?.[0]?.ready, false)
    const startMs = performance.now()
    await kubectl('exec', 'unready', '--', 'touch', '/tmp/ready')
    await kubectl('wait', '--for=condition=Ready', 'pod/unready', '--timeout=20s')
    report('probe to Ready', startMs)
    await eventually('a restart', async () => ((await status('unlive'))?.containerStatuses?.[0]?.restartCount ?? 0) > 0, 30_000)
    match(await reasons('unlive'), /Unhealthy: Liveness probe failed/)
    await kubectl('wait', '--for=condition=Ready', 'pod/slow', '--timeout=20s')
    equal((await status('slow'))?.containerStatuses?.[0]?.restartCount, 0)
  })

  it('termination: the signal is heard, and grace is as long as the Pod says', async () => {
    await cluster.apply(pod('polite', indented('command: [sh, -c, "trap \\"echo heard; exit 0\\" TERM; while :; do sleep 0.1; done"]')) + pod('deaf', indented('command: [sh, -c, "trap \\"\\" TERM; while :; do sleep 0.1; done"]')))
    await kubectl('wait', '--for=condition=Ready', 'pod/polite', 'pod/deaf', '--timeout=30s')
    const logs = cluster.kubectl.start(['logs', '-f', 'polite'])
    let seen = ''
    logs.stdout?.on('data', (chunk: Buffer) => (seen += chunk.toString()))
    let startMs = performance.now()
    await kubectl('delete', 'pod', 'polite')
    report('a Pod that hears the signal is gone', startMs)
    await eventually('its last words', () => seen.includes('heard'))
    logs.kill()
    startMs = performance.now()
    await kubectl('delete', 'pod', 'deaf')
    const tookMs = performance.now() - startMs
    report('a deaf one with 3 s of grace', startMs)
    ok(tookMs >= 2_900, `${tookMs} ms`)
  })

  it('a Job gives each index its Pod and is complete; one that always fails says why; a CronJob lends its template', async () => {
    const startMs = performance.now()
    const cron = `
apiVersion: batch/v1
kind: CronJob
metadata: { name: yearly }
spec:
  schedule: "@yearly"
  timeZone: Europe/Zurich
  jobTemplate: { spec: { template: { spec: { restartPolicy: Never, containers: [{ name: main, image: busybox, imagePullPolicy: IfNotPresent, command: [echo, happy new year] }] } } } }
---`
    await cluster.apply(job('sum', '  completions: 3\n  parallelism: 2\n  completionMode: Indexed\n', 'echo index $JOB_COMPLETION_INDEX on $HOSTNAME') + job('hopeless', '  backoffLimit: 0\n', 'exit 7') + cron)
    await kubectl('create', 'job', '--from=cronjob/yearly', 'early')
    await kubectl('wait', '--for=condition=Complete', 'job/sum', 'job/early', '--timeout=40s')
    report('three indexes done', startMs)
    match(await kubectl('get', 'job', 'sum', '--no-headers'), /^sum +Complete +3\/3/)
    equal(await kubectl('logs', 'job/early'), 'happy new year\n')
    equal(await kubectl('logs', '-l', 'batch.kubernetes.io/job-completion-index=2'), 'index 2 on sum-2\n')
    await kubectl('wait', '--for=condition=Failed', 'job/hopeless', '--timeout=40s')
    match(await reasons('hopeless'), /BackoffLimitExceeded: Job has reached the specified backoff limit/)
    await kubectl('delete', 'job', 'sum', '--timeout=20s')
    await eventually('its Pods to be gone', async () => (await kubectl('get', 'pods', '-l', 'job-name=sum', '-o', 'name')) === '')
  })

  it('the Pods of a StatefulSet keep name and address in DNS, those of a DaemonSet stand on each node; both roll and go back', async () => {
    const startMs = performance.now()
    await cluster.apply(workloads)
    await kubectl('rollout', 'status', 'statefulset/seq', '--timeout=50s')
    await kubectl('rollout', 'status', 'daemonset/every', '--timeout=50s')
    report('two Pods in order and one a node', startMs)
    const ask = (from: string, of: string): Promise<string> => kubectl('exec', from, '--', 'wget', '-qO-', `http://${of}.seq:8080/`)
    await eventually('the names', async () => (await ask('seq-0', 'seq-1')) === 'seq-1\n' && (await ask('seq-1', 'seq-0')) === 'seq-0\n')
    const { uid } = (await cluster.get<Pod>('pod', 'seq-0')).metadata
    await kubectl('delete', 'pod', 'seq-0')
    await eventually('a new one of that name', async () => (await cluster.get<Pod>('pod', 'seq-0')).metadata.uid !== uid)
    for (const owner of ['statefulset/seq', 'daemonset/every']) {
      await kubectl('set', 'env', owner, 'ROUND=2')
      await kubectl('rollout', 'status', owner, '--timeout=50s')
      match(await kubectl('rollout', 'history', owner), /\n1 .*\n2 /)
      await kubectl('rollout', 'undo', owner)
      await kubectl('rollout', 'status', owner, '--timeout=50s')
    }
    equal((await cluster.get<Pod>('pod', 'seq-1')).spec?.containers[0]?.env, undefined)
    await kubectl('delete', 'statefulset/seq', 'daemonset/every', 'service/seq')
  })

  it('a Pod that fits nowhere waits and says why', async () => {
    await cluster.apply(
      pod('greedy', indented('resources: { requests: { cpu: "900" } }')) + pod('choosy', '', '  nodeSelector: { disk: golden }\n'),
    )
    const why = async (name: string): Promise<string> => eventually(`${name} to be unschedulable`, async () => (await status(name))?.conditions?.find((condition) => condition.type === 'PodScheduled' && condition.reason === 'Unschedulable')?.message)
    match(await why('greedy'), /0\/1 nodes are available: 1 Insufficient cpu\./)
    match(await why('choosy'), /0\/1 nodes are available: 1 node\(s\) didn't match Pod's node affinity\/selector\./)
    match(await reasons('greedy'), /FailedScheduling: 0\/1 nodes are available/)
    await kubectl('taint', 'nodes', 'peer-1', 'only=few:NoSchedule')
    await cluster.apply(pod('tainted', indented('command: [sleep, "100000"]')))
    match(await why('tainted'), /1 node\(s\) had untolerated taint \{only: few\}/)
    const startMs = performance.now()
    await kubectl('taint', 'nodes', 'peer-1', 'only-')
    await kubectl('wait', '--for=condition=Ready', 'pod/tainted', '--timeout=30s')
    report('taint gone to Ready', startMs)
    await kubectl('label', 'node', 'peer-1', 'disk=golden')
    await eventually('the choosy one to be bound', async () => (await cluster.get<Pod>('pod', 'choosy')).spec?.nodeName === 'peer-1')
  })
})
