// The picture of the cluster: sums follow every change, assumed Pods count at once and are not lost to old news.
// A dumb recount is compared after random changes.
import assert from 'node:assert/strict'
import type { Pod } from '../../../node/objects/generated/core-v1.ts'
import { Snapshot, without } from '../../../node/scheduler/snapshot.ts'
import { seededRandom } from '../../../protocol/base/random.ts'
import { noVolumes } from '../../support/volume-fixtures.ts'

const pod = (uid: string, nodeName: string | undefined, cpu = '100m', phase = 'Running'): Pod => ({
  metadata: { name: uid, uid, namespace: 'n' }, spec: { nodeName, containers: [{ name: 'c', resources: { requests: { cpu } } }] }, status: { phase },
})
const states = (snapshot: Snapshot) => snapshot.cluster({ namespaceLabels: () => undefined, suspects: new Set(), volumes: noVolumes }).nodes
const cpuOf = (snapshot: Snapshot, name: string): number => states(snapshot).find((one) => one.node.metadata.name === name)?.requested.get('cpu') ?? 0

describe('scheduler / snapshot', () => {
  it('counts an assumed Pod until its binding shows or fails', () => {
    const snapshot = new Snapshot()
    snapshot.setNode({ metadata: { name: 'a' } })
    const waiting = pod('p', undefined)
    snapshot.assume(waiting, 'a')
    snapshot.setPod(waiting)
    assert.equal(cpuOf(snapshot, 'a'), 100)
    snapshot.setPod(pod('p', 'a'))
    snapshot.forget(waiting)
    assert.equal(cpuOf(snapshot, 'a'), 100, 'a confirmed Pod cannot be forgotten')
    snapshot.assume(pod('q', undefined), 'a')
    snapshot.forget(pod('q', undefined))
    assert.equal(cpuOf(snapshot, 'a'), 100)
  })

  it('agrees with a recount after random changes', () => {
    const random = seededRandom(3)
    const snapshot = new Snapshot()
    const names = ['a', 'b', 'c']
    names.forEach((name) => snapshot.setNode({ metadata: { name } }))
    const truth = new Map<string, Pod>()
    for (let step = 0; step < 2_000; step++) {
      const uid = `p${random.integer(40)}`
      const known = truth.get(uid)
      if (known !== undefined && random.chance(0.3)) {
        truth.delete(uid)
        snapshot.removePod(known)
      } else {
        const next = pod(uid, known?.spec?.nodeName ?? random.pick(names), '100m', random.chance(0.2) ? 'Succeeded' : 'Running')
        truth.set(uid, next)
        snapshot.setPod(next)
      }
    }
    for (const name of names) {
      const expected = [...truth.values()].filter((one) => one.spec?.nodeName === name && one.status?.phase === 'Running').length * 100
      assert.equal(cpuOf(snapshot, name), expected)
    }
  })

  it('shows only nodes that exist, in order, and forgets empty ones', () => {
    const snapshot = new Snapshot()
    snapshot.setPod(pod('p', 'ghost'))
    snapshot.setNode({ metadata: { name: 'b' } })
    snapshot.setNode({ metadata: { name: 'a' } })
    assert.deepEqual(states(snapshot).map((one) => one.node.metadata.name), ['a', 'b'])
    snapshot.removeNode('a')
    assert.deepEqual(states(snapshot).map((one) => one.node.metadata.name), ['b'])
  })

  it('imagines a node without some of its Pods', () => {
    const snapshot = new Snapshot()
    snapshot.setNode({ metadata: { name: 'a' } })
    snapshot.setPod(pod('p', 'a'))
    snapshot.setPod(pod('q', 'a'))
    const [state] = states(snapshot)
    assert.ok(state !== undefined)
    assert.equal(without(state, new Set(['p'])).requested.get('cpu'), 100)
    assert.equal(state.requested.get('cpu'), 200)
  })
})
