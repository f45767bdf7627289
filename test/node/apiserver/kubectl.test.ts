// kubectl 1.32, unmodified, against a server over a memory store: the commands that people type, and what they read.
// No controllers run here, so what they would do (rollouts, deletion of namespaces' contents) is not waited for.
import { match, ok, strictEqual } from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ApiFixture } from '../../support/api-fixture.ts'
import type { Kubectl } from '../../support/kubectl.ts'

const deployment = (image: string): string => `
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, labels: {app: web}}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - {name: web, image: ${image}, ports: [{containerPort: 80}]}
`

describe('apiserver / kubectl', function () {
  this.timeout(60_000)
  let fixture: ApiFixture
  let kubectl: Kubectl

  before(async () => {
    fixture = await ApiFixture.start()
    kubectl = fixture.kubectl
  })

  after(() => fixture.stop())

  const file = (name: string, text: string): string => {
    const path = join(fixture.directory, name)
    writeFileSync(path, text)
    return path
  }

  it('version and api-resources', async () => {
    match(await kubectl.ok(['version']), /Server Version: v1\.32\.3\+shoal/)
    const names = (await kubectl.ok(['api-resources', '--no-headers', '-o', 'name'])).trim().split('\n')
    for (const name of ['pods', 'deployments.apps', 'endpointslices.discovery.k8s.io', 'roles.rbac.authorization.k8s.io', 'leases.coordination.k8s.io', 'events.events.k8s.io']) ok(names.includes(name), name)
  })

  it('explain knows the fields', async () => {
    match(await kubectl.ok(['explain', 'addresspool.spec']), /addresses\s+<\[\]string> -required-\s+Ranges of IPv4 addresses[^]*autoAssign\s+<boolean>\s+Whether Services/)
    match(await kubectl.ok(['explain', 'deployment.spec.strategy']), /rollingUpdate\s+<RollingUpdateDeployment>/)
  })

  it('create in all its forms, which are sent in binary', async () => {
    await kubectl.ok(['create', 'namespace', 'made'])
    await kubectl.ok(['create', 'configmap', 'conf', '-n', 'made', '--from-literal=a=1'])
    await kubectl.ok(['create', 'secret', 'generic', 'hidden', '-n', 'made', '--from-literal=a=1'])
    await kubectl.ok(['create', 'deployment', 'front', '-n', 'made', '--image=nginx', '--replicas=2'])
    await kubectl.ok(['create', 'serviceaccount', 'robot', '-n', 'made'])
    await kubectl.ok(['create', 'role', 'reader', '-n', 'made', '--verb=get', '--resource=pods'])
    await kubectl.ok(['create', 'service', 'nodeport', 'door', '-n', 'made', '--tcp=80:8080'])
    strictEqual(await kubectl.ok(['get', 'configmap', 'conf', '-n', 'made', '-o', 'jsonpath={.data.a}']), '1')
    strictEqual(await kubectl.ok(['get', 'secret', 'hidden', '-n', 'made', '-o', 'jsonpath={.data.a}']), 'MQ==')
    strictEqual(await kubectl.ok(['get', 'deployment', 'front', '-n', 'made', '-o', 'jsonpath={.spec.replicas}']), '2')
    match(await kubectl.ok(['get', 'service', 'door', '-n', 'made', '-o', 'jsonpath={.spec.clusterIP}:{.spec.ports[0].nodePort}']), /^10\.96\.\d+\.\d+:3[0-2]\d{3}$/)
  })

  it('apply twice, and then with a change', async () => {
    const path = file('web.yaml', deployment('nginx:1'))
    match(await kubectl.ok(['apply', '-f', path]), /created/)
    match(await kubectl.ok(['apply', '-f', path]), /unchanged/)
    file('web.yaml', deployment('nginx:2'))
    match(await kubectl.ok(['apply', '-f', path]), /configured/)
    match(await kubectl.ok(['get', 'deployment', 'web', '-o', 'wide']), /web\s+0\/2\s+0\s+0\s+\S+\s+web\s+nginx:2\s+app=web/)
    strictEqual(await kubectl.ok(['get', 'deployment', 'web', '-o', 'jsonpath={.metadata.generation}']), '2')
  })

  it('apply --server-side, and a conflict between managers', async () => {
    const path = file('shared.yaml', 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: shared}\ndata: {a: "1"}\n')
    await kubectl.ok(['apply', '--server-side', '-f', path])
    file('shared.yaml', 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: shared}\ndata: {a: "2"}\n')
    const refused = await kubectl.run(['apply', '--server-side', '--field-manager=other', '-f', path])
    strictEqual(refused.status, 1)
    match(refused.stderr, /conflict with "kubectl": \.data\.a/)
    await kubectl.ok(['apply', '--server-side', '--field-manager=other', '--force-conflicts', '-f', path])
  })

  it('patch, label, annotate, set image, scale, replace', async () => {
    await kubectl.ok(['patch', 'deployment', 'web', '-p', '{"spec":{"template":{"spec":{"containers":[{"name":"web","env":[{"name":"A","value":"1"}]}]}}}}'])
    strictEqual(await kubectl.ok(['get', 'deployment', 'web', '-o', 'jsonpath={.spec.template.spec.containers[0].image}']), 'nginx:2')
    await kubectl.ok(['patch', 'deployment', 'web', '--type=json', '-p', '[{"op":"remove","path":"/spec/template/spec/containers/0/env"}]'])
    await kubectl.ok(['patch', 'deployment', 'web', '--type=merge', '-p', '{"spec":{"paused":true}}'])
    await kubectl.ok(['label', 'deployment', 'web', 'tier=front'])
    await kubectl.ok(['annotate', 'deployment', 'web', 'note=hello'])
    await kubectl.ok(['set', 'image', 'deployment/web', 'web=nginx:3'])
    match(await kubectl.ok(['scale', 'deployment', 'web', '--replicas=5']), /scaled/)
    const shown = await kubectl.ok(['get', 'deployment', '-l', 'tier=front', '-o', 'jsonpath={.items[0].spec.replicas} {.items[0].spec.paused} {.items[0].spec.template.spec.containers[0].image} {.items[0].metadata.annotations.note}'])
    strictEqual(shown, '5 true nginx:3 hello')
    const path = file('replaced.json', await kubectl.ok(['get', 'configmap', 'shared', '-o', 'json']))
    match(await kubectl.ok(['replace', '-f', path]), /replaced/)
    strictEqual((await kubectl.run(['scale', 'deployment', 'web', '--current-replicas=9', '--replicas=1'])).status, 1)
  })

  it('describe, events and the kinds of output', async () => {
    await kubectl.ok(['run', 'solo', '--image=nginx'])
    match(await kubectl.ok(['describe', 'pod', 'solo']), /Service Account:\s+default/)
    const event = { apiVersion: 'v1', kind: 'Event', metadata: { name: 'e1' }, involvedObject: { apiVersion: 'v1', kind: 'Pod', name: 'solo', namespace: 'default' }, reason: 'Tested', message: 'it was looked at', type: 'Normal', count: 1, lastTimestamp: new Date().toISOString().replace(/\.\d+Z/, 'Z') }
    await kubectl.ok(['create', '-f', '-'], JSON.stringify(event))
    match(await kubectl.ok(['events', '--for', 'pod/solo']), /Tested\s+Pod\/solo\s+it was looked at/)
    match(await kubectl.ok(['get', 'pods', '-A', '-o', 'wide']), /default\s+solo\s+0\/1\s+Pending/)
    strictEqual((await kubectl.ok(['get', 'pod', 'solo', '-o', 'name'])).trim(), 'pod/solo')
    match(await kubectl.ok(['get', 'pod', 'solo', '-o', 'yaml']), /^apiVersion: v1\nkind: Pod/)
    match(await kubectl.ok(['get', 'pods', '--field-selector', 'metadata.name=solo', '-o', 'custom-columns=N:.metadata.name']), /^N\nsolo/)
  })

  it('get -w shows changes as they come', async () => {
    const watching = kubectl.start(['get', 'configmaps', '-w', '-o', 'name', '--watch-only'])
    let seen = ''
    const two = new Promise<void>((resolve) => watching.stdout?.on('data', (chunk: Buffer) => {
      seen += chunk.toString()
      if (seen.split('\n').length > 2) resolve()
    }))
    // The watch begins some time after the program: changes are made until it has seen enough of them.
    let changes = 0
    const timer = setInterval(() => void kubectl.run(['create', 'configmap', `seen-${changes++}`]), 300)
    await two
    clearInterval(timer)
    watching.kill()
    match(seen, /configmap\/seen-\d+\nconfigmap\/seen-\d+\n/)
  })

  it('delete: at once, with grace, by selector; wait --for=delete', async () => {
    await kubectl.ok(['delete', 'configmap', 'shared'])
    await kubectl.ok(['delete', 'pod', 'solo', '--wait=false'])
    const grace = await kubectl.run(['get', 'pod', 'solo', '-o', 'jsonpath={.metadata.deletionGracePeriodSeconds}'])
    // A Pod without a node has nothing to end: it goes at once.
    strictEqual(grace.status, 1)
    await kubectl.ok(['wait', '--for=delete', 'pod/solo', '--timeout=5s'])
    await kubectl.ok(['delete', 'deployment', '-l', 'tier=front'])
    strictEqual((await kubectl.run(['delete', 'namespace', 'default'])).status, 1)
  })

  it('rights: auth can-i, whoami and --as', async () => {
    strictEqual((await kubectl.ok(['auth', 'can-i', 'delete', 'nodes'])).trim(), 'yes')
    strictEqual((await kubectl.run(['auth', 'can-i', 'delete', 'nodes', '--as', 'jane'])).stdout.trim(), 'no')
    match(await kubectl.ok(['auth', 'whoami']), /kubernetes-admin/)
    const refused = await kubectl.run(['get', 'pods', '--as', 'jane'])
    match(refused.stderr, /pods is forbidden: User "jane" cannot list resource "pods" in API group "" in the namespace "default"/)
  })

  it('a service account\'s token is its user until the account is gone', async () => {
    await kubectl.ok(['create', 'serviceaccount', 'temp'])
    const token = (await kubectl.ok(['create', 'token', 'temp'])).trim()
    const headers = { authorization: `Bearer ${token}` }
    const allowed = await fixture.http('GET', '/api/v1/namespaces/default/pods', { anonymous: true, headers })
    match(allowed.text, /User \\"system:serviceaccount:default:temp\\" cannot list/)
    await kubectl.ok(['delete', 'serviceaccount', 'temp'])
    strictEqual((await fixture.http('GET', '/version', { anonymous: true, headers })).status, 401)
  })

  it('broken input gets an answer that names the mistake', async () => {
    const unknown = await kubectl.run(['create', '-f', '-'], 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\ndataa: {a: b}\n')
    match(unknown.stderr, /strict decoding error: unknown field "dataa"/)
    const name = await kubectl.run(['create', 'configmap', 'Bad_Name'])
    match(name.stderr, /metadata\.name: Invalid value: "Bad_Name"/)
    const twice = await kubectl.run(['create', 'namespace', 'made'])
    match(twice.stderr, /namespaces "made" already exists/)
  })

  it('a kind that nobody knows is said to be so', async () => {
    const applied = await kubectl.run(['apply', '-f', '-'], 'apiVersion: v1\nkind: Nothing\nmetadata: {name: a}\n')
    match(applied.stderr, /resource mapping not found for name: "a" namespace: "" from "STDIN": no matches for kind "Nothing" in version "v1"\nensure CRDs are installed first/)
    match((await kubectl.run(['get', 'nothings'])).stderr, /^error: the server doesn't have a resource type "nothings"/)
    match((await kubectl.run(['get', 'crd'])).stderr, /No resources found/)
  })

  it('volumes, claims and classes: columns, the default class, what may change of a claim', async () => {
    const claim = (name: string, size: string, more = ''): string => `apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: ${name}}\nspec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: ${size}}}${more}}\n`
    await kubectl.ok(['apply', '-f', '-'], claim('early', '1Gi'))
    await kubectl.ok(['apply', '-f', '-'], 'apiVersion: storage.k8s.io/v1\nkind: StorageClass\nmetadata: {name: folders, annotations: {storageclass.kubernetes.io/is-default-class: "true"}}\nprovisioner: a.b/c\n')
    await kubectl.ok(['apply', '-f', '-'], claim('late', '1Gi'))
    await kubectl.ok(['apply', '-f', '-'], claim('none', '1Gi', ', storageClassName: ""'))
    await kubectl.ok(['apply', '-f', '-'], 'apiVersion: v1\nkind: PersistentVolume\nmetadata: {name: disk}\nspec: {capacity: {storage: 5Gi}, accessModes: [ReadWriteOnce], hostPath: {path: /x}}\n')
    match(await kubectl.ok(['get', 'sc']), /folders \(default\)\s+a.b\/c\s+Delete\s+Immediate\s+false/)
    match(await kubectl.ok(['get', 'pvc', '--no-headers']), /early\s+Pending\s+<unset>.*\nlate\s+Pending\s+folders\s+<unset>.*\nnone\s+Pending\s+<unset>/)
    match(await kubectl.ok(['get', 'pv', '--no-headers']), /disk\s+5Gi\s+RWO\s+Retain\s+Pending\s+<unset>/)
    match(await kubectl.ok(['describe', 'pvc', 'late']), /StorageClass:\s+folders\nStatus:\s+Pending\n[^]*Finalizers:\s+\[kubernetes.io\/pvc-protection\]/)
    match(await kubectl.ok(['describe', 'pv', 'disk']), /HostPath \(bare host directory volume\)/)
    match((await kubectl.run(['apply', '-f', '-'], claim('late', '2Gi'))).stderr, /spec: Forbidden: spec is immutable after creation except resources.requests/)
    await kubectl.ok(['patch', 'pvc', 'late', '--subresource=status', '--type=merge', '-p', '{"status":{"phase":"Bound","capacity":{"storage":"1Gi"}}}'])
    match((await kubectl.run(['apply', '-f', '-'], claim('late', '2Gi'))).stderr, /only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize/)
    await kubectl.ok(['delete', 'pvc', 'late', '--wait=false'])
    match(await kubectl.ok(['get', 'pvc', 'late', '--no-headers']), /late\s+Terminating/)
    match(await kubectl.ok(['explain', 'pvc.spec.accessModes']), /How it is to be mounted/)
    match(await kubectl.ok(['apply', '--dry-run=server', '-f', join(import.meta.dirname, '../../../docs/examples/volumes/counter-statefulset.yaml')]), /statefulset.apps\/counter created/)
  })

  it('an autoscaler in both versions', async () => {
    await kubectl.ok(['create', 'deployment', 'scaled', '--image=nginx'])
    match(await kubectl.ok(['autoscale', 'deployment', 'scaled', '--min=2', '--max=5', '--cpu-percent=70']), /autoscaled/)
    strictEqual(await kubectl.ok(['get', 'hpa', 'scaled', '-o', 'jsonpath={.apiVersion} {.spec.metrics[0].resource.target.averageUtilization}']), 'autoscaling/v2 70')
    strictEqual(await kubectl.ok(['get', 'horizontalpodautoscalers.v1.autoscaling', 'scaled', '-o', 'jsonpath={.apiVersion} {.spec.targetCPUUtilizationPercentage}']), 'autoscaling/v1 70')
    await kubectl.ok(['patch', 'hpa', 'scaled', '--type=merge', '-p', '{"spec":{"behavior":{"scaleDown":{"stabilizationWindowSeconds":5}}}}'])
    await kubectl.ok(['patch', 'horizontalpodautoscalers.v1.autoscaling', 'scaled', '--type=merge', '-p', '{"spec":{"targetCPUUtilizationPercentage":50}}'])
    strictEqual(await kubectl.ok(['get', 'hpa', 'scaled', '-o', 'jsonpath={.spec.behavior.scaleDown.stabilizationWindowSeconds} {.spec.metrics[0].resource.target.averageUtilization} {.metadata.annotations}']), '5 50 ')
    match(await kubectl.ok(['describe', 'hpa', 'scaled']), /<unknown> \/ 50%[^]*Min replicas: +2/)
    match(await kubectl.ok(['explain', 'hpa.spec', '--api-version=autoscaling/v1']), /targetCPUUtilizationPercentage/)
    match(await kubectl.ok(['delete', 'horizontalpodautoscalers.v1.autoscaling', 'scaled']), /deleted/)
    strictEqual(await kubectl.ok(['get', 'hpa', '-o', 'name']), '')
  })

  it('a file with several kinds, and a List', async () => {
    const list = 'apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: ConfigMap, metadata: {name: l1}}\n- {apiVersion: v1, kind: ConfigMap, metadata: {name: l2}}\n'
    match(await kubectl.ok(['create', '-f', '-'], list), /l1 created\nconfigmap\/l2 created/)
    match(await kubectl.ok(['apply', '--dry-run=server', '-f', '-'], deployment('x')), /created \(server dry run\)/)
    strictEqual((await kubectl.run(['get', 'deployment', 'web'])).status, 1)
  })
})
