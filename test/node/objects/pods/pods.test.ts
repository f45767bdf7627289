// The arithmetic about Pods, as tables: what a Pod asks for, where it may go, when taints drive it away.
// One file for the small files of the folder; each has its own block.
import assert from 'node:assert/strict'
import type { Container, Node, Pod, Taint, Toleration } from '../../../../node/objects/generated/core-v1.ts'
import { fnv32a, nameSuffix, orderedJson, sameJson, shortHash } from '../../../../node/objects/pods/fnv.ts'
import { hostPorts, portsConflict } from '../../../../node/objects/pods/host-ports.ts'
import { containsLabels, selects } from '../../../../node/objects/pods/label-match.ts'
import { isPodAvailable, withPodCondition } from '../../../../node/objects/pods/lifecycle.ts'
import { allowsNode, nodePreference } from '../../../../node/objects/pods/node-match.ts'
import { podRequests, podScoringRequests } from '../../../../node/objects/pods/requests.ts'
import { evictionTime, tolerates, untoleratedTaint } from '../../../../node/objects/pods/tolerations.ts'

const container = (cpu?: string, memory?: string, more: Partial<Container> = {}): Container => ({
  name: 'c', resources: { requests: { ...(cpu === undefined ? {} : { cpu }), ...(memory === undefined ? {} : { memory }) } }, ...more,
})
const podOf = (spec: Partial<Pod['spec']>): Pod => ({ metadata: {}, spec: { containers: [], ...spec } })

describe('objects / pods / requests', () => {
  it('adds containers, takes the largest init container, counts sidecars with both, adds overhead', () => {
    const pod = podOf({
      containers: [container('100m', '1Gi'), container('0.5')],
      initContainers: [container('200m', undefined, { restartPolicy: 'Always' }), container('1', '2Gi')],
      overhead: { cpu: '10m' },
    })
    // While the second init container runs, so does the sidecar: 1000 + 200 > 600 + 200.
    assert.deepEqual([...podRequests(pod)].sort(), [['cpu', 1210], ['memory', 2 * 1024 ** 3]])
  })

  it('weighs containers that state nothing as small ones, for scoring only', () => {
    const pod = podOf({ containers: [container()] })
    assert.equal(podRequests(pod).size, 0)
    assert.deepEqual([...podScoringRequests(pod)], [['cpu', 100], ['memory', 200 * 1024 ** 2]])
  })
})

describe('objects / pods / tolerations', () => {
  const taint: Taint = { key: 'k', value: 'v', effect: 'NoExecute' }
  const table: readonly (readonly [Toleration, boolean])[] = [
    [{ key: 'k', value: 'v', effect: 'NoExecute' }, true],
    [{ key: 'k', operator: 'Equal', value: 'v' }, true],
    [{ key: 'k', value: 'other' }, false],
    [{ key: 'k', operator: 'Exists', effect: 'NoSchedule' }, false],
    [{ key: 'k', operator: 'Exists' }, true],
    [{ operator: 'Exists' }, true],
    [{ value: 'v' }, false],
  ]
  for (const [toleration, expected] of table) {
    it(`${expected ? 'tolerates' : 'does not tolerate'} with ${JSON.stringify(toleration)}`, () => assert.equal(tolerates(toleration, taint), expected))
  }

  it('evicts at once without toleration, after the shortest limit with one, never with an unlimited one', () => {
    const timed = { ...taint, timeAdded: '2026-01-01T00:00:00Z' }
    const startMs = Date.parse(timed.timeAdded)
    const at = (tolerations: readonly Toleration[]) => evictionTime(podOf({ tolerations }), [timed], startMs)
    assert.deepEqual(at([]), { kind: 'at', atMs: startMs })
    assert.deepEqual(at([{ key: 'k', operator: 'Exists', tolerationSeconds: 300 }, { operator: 'Exists', tolerationSeconds: 5 }]), { kind: 'at', atMs: startMs + 5_000 })
    assert.deepEqual(at([{ key: 'k', operator: 'Exists', tolerationSeconds: 0 }]), { kind: 'at', atMs: startMs })
    assert.deepEqual(at([{ key: 'k', operator: 'Exists' }]), { kind: 'never' })
    assert.deepEqual(evictionTime(podOf({}), [{ ...timed, effect: 'NoSchedule' }], startMs), { kind: 'never' })
  })

  it('finds the first taint of the asked effects', () => {
    assert.equal(untoleratedTaint(podOf({}), [taint], ['NoSchedule']), undefined)
    assert.equal(untoleratedTaint(podOf({}), [taint], ['NoSchedule', 'NoExecute'])?.key, 'k')
  })
})

describe('objects / pods / node match', () => {
  const node: Node = { metadata: { name: 'n1', labels: { zone: 'z1', size: '5' } } }
  const required = (key: string, operator: string, values?: readonly string[], isField = false): Pod => podOf({
    affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ [isField ? 'matchFields' : 'matchExpressions']: [{ key, operator, values }] }] } } },
  })
  const table: readonly (readonly [Pod, boolean])[] = [
    [podOf({ nodeSelector: { zone: 'z1' } }), true],
    [podOf({ nodeSelector: { zone: 'z2' } }), false],
    [required('zone', 'In', ['z1', 'z2']), true],
    [required('zone', 'NotIn', ['z1']), false],
    [required('other', 'NotIn', ['z1']), true],
    [required('other', 'Exists'), false],
    [required('other', 'DoesNotExist'), true],
    [required('size', 'Gt', ['4']), true],
    [required('size', 'Lt', ['5']), false],
    [required('metadata.name', 'In', ['n1'], true), true],
    [required('metadata.name', 'In', ['n2'], true), false],
    [podOf({ affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{}] } } } }), false],
  ]
  for (const [pod, expected] of table) {
    it(`${expected ? 'allows' : 'refuses'} ${JSON.stringify(pod.spec?.nodeSelector ?? pod.spec?.affinity)}`, () => assert.equal(allowsNode(pod, node), expected))
  }

  it('adds the weights of preferred terms that match', () => {
    const term = (value: string, weight: number) => ({ weight, preference: { matchExpressions: [{ key: 'zone', operator: 'In', values: [value] }] } })
    const pod = podOf({ affinity: { nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [term('z1', 3), term('z2', 5), term('z1', 4)] } } })
    assert.equal(nodePreference(pod, node), 7)
  })
})

describe('objects / pods / host ports', () => {
  it('conflicts on the same port and protocol, unless the addresses differ', () => {
    const pod = (hostPort: number, hostIP?: string, protocol?: string): Pod => podOf({ containers: [container(undefined, undefined, { ports: [{ containerPort: 80, hostPort, hostIP, protocol }] })] })
    const taken = hostPorts(pod(80, '10.0.0.1'))
    assert.equal(portsConflict(hostPorts(pod(80)), taken), true)
    assert.equal(portsConflict(hostPorts(pod(80, '10.0.0.2')), taken), false)
    assert.equal(portsConflict(hostPorts(pod(80, undefined, 'UDP')), taken), false)
    assert.equal(portsConflict(hostPorts(pod(81)), taken), false)
  })
})

describe('objects / pods / labels, lifecycle and names', () => {
  it('selects by labels and expressions; no selector selects nothing, an empty one everything', () => {
    assert.equal(selects(undefined, {}), false)
    assert.equal(selects({}, { a: 'b' }), true)
    assert.equal(selects({ matchLabels: { a: 'b' }, matchExpressions: [{ key: 'c', operator: 'DoesNotExist' }] }, { a: 'b' }), true)
    assert.equal(selects({ matchExpressions: [{ key: 'c', operator: 'In', values: ['x'] }] }, { c: 'y' }), false)
    assert.equal(containsLabels({ a: 'b' }, { a: 'b', c: 'd' }), true)
  })

  it('is available after being ready long enough', () => {
    const pod: Pod = { metadata: {}, status: { conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: '2026-01-01T00:00:00Z' }] } }
    const readyMs = Date.parse('2026-01-01T00:00:00Z')
    assert.equal(isPodAvailable(pod, 10, readyMs + 9_999), false)
    assert.equal(isPodAvailable(pod, 10, readyMs + 10_000), true)
    assert.equal(isPodAvailable(pod, 0, 0), true)
  })

  it('keeps the transition time of a condition whose status stays', () => {
    const first = withPodCondition(undefined, { type: 'Ready', status: 'True' }, 'then')
    assert.equal(withPodCondition(first, { type: 'Ready', status: 'True', reason: 'x' }, 'now')[0]?.lastTransitionTime, 'then')
    assert.equal(withPodCondition(first, { type: 'Ready', status: 'False' }, 'now')[0]?.lastTransitionTime, 'now')
  })

  it('hashes as FNV-1a does, and makes valid names of it', () => {
    assert.equal(fnv32a('foobar'), 0xbf9cf968)
    assert.match(shortHash('x'), /^[bcdfghjklmnpqrstvwxz2456789]{1,10}$/)
    assert.match(nameSuffix('x', 5), /^[bcdfghjklmnpqrstvwxz2456789]{5}$/)
    assert.notEqual(nameSuffix('x 1', 5), nameSuffix('x 2', 5))
  })

  it('compares JSON by value, whatever the order of keys; undefined is absent', () => {
    assert.equal(orderedJson({ b: 1, a: { d: 2, c: [3] } }), '{"a":{"c":[3],"d":2},"b":1}')
    assert.equal(sameJson({ a: 1, b: undefined }, { a: 1 }), true)
    assert.equal(sameJson([1, 2], [2, 1]), false)
  })
})
