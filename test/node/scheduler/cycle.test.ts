// Decisions over small clusters: every plugin's word, the message that says why not, and where Pods go when they may choose.
// Messages are those of the reference scheduler.
import assert from 'node:assert/strict'
import type { Node, Pod } from '../../../node/objects/generated/core-v1.ts'
import { decide, type Decision } from '../../../node/scheduler/cycle.ts'
import { plugins } from '../../../node/scheduler/plugins/registry.ts'
import { Snapshot } from '../../../node/scheduler/snapshot.ts'
import { seededRandom } from '../../../protocol/base/random.ts'
import { noVolumes } from '../../support/volume-fixtures.ts'

const node = (name: string, spec: Node['spec'] = {}, labels: { [key: string]: string } = {}, amounts: { [key: string]: string } = { cpu: '2', memory: '4Gi', pods: '10' }): Node => ({
  metadata: { name, labels: { 'kubernetes.io/hostname': name, ...labels } }, spec, status: { allocatable: amounts },
})

let count = 0
function pod(spec: Partial<Pod['spec']> = {}, labels: { [key: string]: string } = {}, owner?: string): Pod {
  const uid = `u${++count}`
  return {
    metadata: { name: uid, uid, namespace: 'n', labels, ...(owner === undefined ? {} : { ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: owner, uid: owner, controller: true }] }) },
    spec: { containers: [{ name: 'c' }], ...spec },
  }
}
const asking = (cpu: string): Partial<Pod['spec']> => ({ containers: [{ name: 'c', resources: { requests: { cpu } } }] })

class World {
  readonly snapshot = new Snapshot()
  readonly #suspects = new Set<string>()

  constructor(...nodes: Node[]) {
    for (const one of nodes) this.snapshot.setNode(one)
  }

  run(name: string, ...pods: readonly Pod[]): this {
    for (const one of pods) this.snapshot.assume(one, name)
    return this
  }

  suspect(name: string): this {
    this.#suspects.add(name)
    return this
  }

  decide(of: Pod): Decision {
    return decide(of, this.snapshot.cluster({ namespaceLabels: () => ({ kind: 'test' }), suspects: this.#suspects, volumes: noVolumes }), plugins, seededRandom(7))
  }

  why(of: Pod): string {
    const decision = this.decide(of)
    return decision.kind === 'unschedulable' ? (decision.message.split(' preemption:')[0] ?? '') : `goes to ${decision.name}`
  }

  where(of: Pod): string {
    const decision = this.decide(of)
    return decision.kind === 'node' ? decision.name : decision.message
  }
}

describe('scheduler / cycle / filters', () => {
  it('says so when there is no node at all', () => assert.equal(new World().where(pod()), 'no nodes available to schedule pods'))

  it('counts every reason over all nodes, in order, and says what preemption could do', () => {
    const world = new World(node('a', { unschedulable: true }), node('b'), node('c')).run('b', pod(asking('2')))
    assert.equal(world.where(pod(asking('1500m'))), 'c')
    const decision = world.run('c', pod(asking('1'))).decide(pod(asking('1500m')))
    assert.ok(decision.kind === 'unschedulable')
    assert.equal(decision.message, '0/3 nodes are available: 1 node(s) were unschedulable, 2 Insufficient cpu. preemption: 0/3 nodes are available: 1 Preemption is not helpful for scheduling, 2 No preemption victims found for incoming pod.')
    assert.deepEqual(decision.preemptible.map((one) => one.node.metadata.name), ['b', 'c'])
    const never = world.decide(pod({ ...asking('1500m'), preemptionPolicy: 'Never' }))
    assert.match(never.kind === 'unschedulable' ? never.message : '', /preemption: not eligible due to preemptionPolicy=Never\.$/)
  })

  const cases: readonly (readonly [string, () => World, () => Pod, string])[] = [
    ['taints', () => new World(node('a', { taints: [{ key: 'k', value: 'v', effect: 'NoSchedule' }] })), () => pod(), '0/1 nodes are available: 1 node(s) had untolerated taint {k: v}.'],
    ['node selectors', () => new World(node('a')), () => pod({ nodeSelector: { disk: 'ssd' } }), "0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector."],
    ['suspected members', () => new World(node('a')).suspect('a'), () => pod(), '0/1 nodes are available: 1 node(s) were suspected to be down.'],
    ['host ports', () => new World(node('a')).run('a', pod({ containers: [{ name: 'c', ports: [{ containerPort: 1, hostPort: 80 }] }] })), () => pod({ containers: [{ name: 'c', ports: [{ containerPort: 2, hostPort: 80 }] }] }), "0/1 nodes are available: 1 node(s) didn't have free ports for the requested pod ports."],
    ['the number of Pods', () => new World(node('a', {}, {}, { cpu: '1', memory: '1Gi', pods: '1' })).run('a', pod()), () => pod(), '0/1 nodes are available: 1 Too many pods.'],
    ['several resources', () => new World(node('a', {}, {}, { cpu: '1', memory: '1Gi', pods: '9' })), () => pod({ containers: [{ name: 'c', resources: { requests: { cpu: '2', memory: '2Gi' } } }] }), '0/1 nodes are available: 1 Insufficient cpu, 1 Insufficient memory.'],
    ['missing topology labels', () => new World(node('a')), () => pod({ topologySpreadConstraints: [{ maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'DoNotSchedule', labelSelector: {} }] }), "0/1 nodes are available: 1 node(s) didn't match pod topology spread constraints (missing required label)."],
  ]
  for (const [title, world, of, message] of cases) it(`rejects by ${title}`, () => assert.equal(world().why(of()), message))

  it('lets a toleration of the cordon pass', () => {
    const world = new World(node('a', { unschedulable: true }))
    assert.equal(world.where(pod({ tolerations: [{ key: 'node.kubernetes.io/unschedulable', operator: 'Exists' }] })), 'a')
  })

  it('keeps to the skew that a constraint allows', () => {
    const labels = { app: 'x' }
    const spread = { topologySpreadConstraints: [{ maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'DoNotSchedule', labelSelector: { matchLabels: labels } }] }
    const world = new World(node('a', {}, { zone: '1' }), node('b', { unschedulable: true }, { zone: '2' })).run('a', pod({}, labels))
    assert.equal(world.why(pod(spread, labels)), "0/2 nodes are available: 1 node(s) didn't match pod topology spread constraints, 1 node(s) were unschedulable.")
  })

  it('keeps Pods apart and together as they ask, and as those that are there ask', () => {
    const labels = { app: 'x' }
    const term = { labelSelector: { matchLabels: labels }, topologyKey: 'kubernetes.io/hostname' }
    const apart = { affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } } }
    const together = { affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } } }
    const world = new World(node('a'), node('b')).run('a', pod(apart, labels))
    assert.equal(world.where(pod(apart, labels)), 'b')
    assert.equal(world.where(pod({}, labels)), 'b')
    assert.equal(world.where(pod(together, { app: 'other' })), 'a')
    assert.equal(new World(node('a')).where(pod(together, labels)), 'a', 'the first of a group may begin it')
    assert.equal(new World(node('a')).why(pod(together)), "0/1 nodes are available: 1 node(s) didn't match pod affinity rules.")
    assert.equal(world.run('b', pod(apart, labels)).why(pod({}, labels)), "0/2 nodes are available: 2 node(s) didn't satisfy existing pods anti-affinity rules.")
  })
})

describe('scheduler / cycle / scores', () => {
  it('spreads the Pods of one owner over nodes without being asked', () => {
    const world = new World(node('a'), node('b'), node('c'))
    for (let i = 0; i < 9; i++) {
      const next = pod({}, {}, 'set')
      world.run(world.where(next), next)
    }
    const counts = world.snapshot.cluster({ namespaceLabels: () => undefined, suspects: new Set(), volumes: noVolumes }).nodes.map((one) => one.pods.length)
    assert.deepEqual(counts, [3, 3, 3])
  })

  it('prefers emptier nodes, nodes it was asked to prefer, and nodes without a warning taint', () => {
    assert.equal(new World(node('a'), node('b')).run('a', pod(asking('1'))).where(pod(asking('100m'))), 'b')
    const preferring = pod({ affinity: { nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, preference: { matchExpressions: [{ key: 'disk', operator: 'In', values: ['ssd'] }] } }] } } })
    assert.equal(new World(node('a'), node('b', {}, { disk: 'ssd' })).where(preferring), 'b')
    assert.equal(new World(node('a', { taints: [{ key: 'k', effect: 'PreferNoSchedule' }] }), node('b')).where(pod()), 'b')
  })

  it('prefers a node that has a large image', () => {
    const withImage: Node = { ...node('b'), status: { allocatable: { cpu: '2', memory: '4Gi', pods: '10' }, images: [{ names: ['docker.io/library/big:latest'], sizeBytes: 900 * 1024 * 1024 }] } }
    assert.equal(new World(node('a'), withImage).where(pod({ containers: [{ name: 'c', image: 'big' }] })), 'b')
  })
})
