// The scheduler on the fake API: it binds, says why not, tries again when something changed, and stops with its work.
// Single decisions are tested with the cycle.
import assert from 'node:assert/strict'
import type { Event, Node, Pod } from '../../../node/objects/generated/core-v1.ts'
import { ControlPlane } from '../../support/control-plane.ts'

const path = '/api/v1/namespaces/default/pods'

describe('scheduler / scheduler', () => {
  let plane: ControlPlane

  beforeEach(async () => {
    plane = new ControlPlane()
    await plane.start()
  })

  afterEach(() => plane.stop())

  const addPod = (name: string, spec: Partial<Pod['spec']> = {}): void => {
    plane.api.put(path, { metadata: { name }, spec: { containers: [{ name: 'c', resources: { requests: { cpu: '1500m' } } }], ...spec } } as never)
  }
  const nodeOf = (name: string): string | undefined => plane.api.get<Pod>(`${path}/${name}`)?.spec?.nodeName
  const events = (reason: string): Event[] => plane.api.all<Event>('/api/v1/events').filter((one) => one.reason === reason)

  it('binds a Pod and tells of it', async () => {
    plane.addNode('a')
    addPod('p')
    await plane.run()
    assert.equal(nodeOf('p'), 'a')
    assert.equal(events('Scheduled')[0]?.message, 'Successfully assigned default/p to a')
  })

  it('says in the condition and an event why a Pod waits, once, and binds it when a node comes', async () => {
    plane.addNode('a')
    addPod('p')
    addPod('q')
    await plane.run()
    const waiting = ['p', 'q'].find((name) => nodeOf(name) === undefined) ?? ''
    const condition = plane.api.get<Pod>(`${path}/${waiting}`)?.status?.conditions?.[0]
    assert.deepEqual([condition?.type, condition?.status, condition?.reason], ['PodScheduled', 'False', 'Unschedulable'])
    assert.match(condition?.message ?? '', /^0\/1 nodes are available: 1 Insufficient cpu\. preemption: /)
    assert.equal(events('FailedScheduling').length, 1)
    const writes = plane.api.writes.length
    plane.clock.advance(5_000)
    await plane.run()
    assert.equal(plane.api.writes.length, writes, 'waiting writes nothing')
    plane.addNode('b')
    await plane.run()
    assert.equal(nodeOf(waiting), 'b')
  })

  it('tries again when room becomes free or a node is uncordoned', async () => {
    plane.addNode('a', { unschedulable: true })
    addPod('p')
    await plane.run()
    assert.equal(nodeOf('p'), undefined)
    plane.clock.advance(2_000)
    plane.api.change('/api/v1/nodes/a', (old: Node) => ({ ...old, spec: {} }))
    await plane.run()
    assert.equal(nodeOf('p'), 'a')
    addPod('q')
    await plane.run()
    plane.clock.advance(2_000)
    plane.api.remove(`${path}/p`)
    await plane.run()
    assert.equal(nodeOf('q'), 'a')
  })

  it('puts nothing on a suspected node, and uses it again afterwards', async () => {
    plane.addNode('a')
    plane.membership.set('a', 'suspect')
    addPod('p')
    await plane.run()
    assert.equal(nodeOf('p'), undefined)
    plane.clock.advance(1_000)
    plane.membership.set('a', 'alive')
    await plane.run()
    assert.equal(nodeOf('p'), 'a')
  })

  it('leaves Pods of other schedulers, gated Pods and ended ones alone', async () => {
    plane.addNode('a')
    addPod('other', { schedulerName: 'mine' })
    addPod('gated', { schedulingGates: [{ name: 'x' }] })
    await plane.run()
    assert.deepEqual([nodeOf('other'), nodeOf('gated')], [undefined, undefined])
  })

  it('serves the higher priority first when room is short', async () => {
    addPod('low', { priority: 1 })
    addPod('high', { priority: 100 })
    await plane.run()
    plane.clock.advance(2_000)
    plane.addNode('a')
    await plane.run()
    assert.deepEqual([nodeOf('high'), nodeOf('low')], ['a', undefined])
  })

  it('tries a failed binding again (P25)', async () => {
    plane.addNode('a')
    plane.api.breakAfter(0)
    addPod('p')
    await plane.run()
    plane.api.repair()
    plane.clock.advance(2_000)
    await plane.run()
    assert.equal(nodeOf('p'), 'a')
  })

  it('stops when the work moves away', async () => {
    plane.addNode('a')
    plane.works.move(undefined)
    await plane.run()
    addPod('p')
    await plane.run()
    assert.equal(nodeOf('p'), undefined)
    plane.works.move(2)
    await plane.run()
    assert.equal(nodeOf('p'), 'a')
  })
})
