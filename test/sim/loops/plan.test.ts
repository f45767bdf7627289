// What requests do to the simulated API: versions, one binding, finalizers, grace, patches that change nothing.
import assert from 'node:assert/strict'
import { decodeObject, encodeObject, parsePath } from '../../../sim/loops/places.ts'
import type { StoredObject } from '../../../sim/loops/places.ts'
import { planWrite } from '../../../sim/loops/plan.ts'
import type { Existing } from '../../../sim/loops/plan.ts'

const fresh = { uid: 'u1', now: '2026-01-01T00:00:00Z' }
const place = parsePath('/api/v1/namespaces/default/pods/web')
const there = (object: StoredObject, revision = 7): Existing => ({ object: decodeObject(encodeObject(object), revision), revision })
const pod: StoredObject = { metadata: { name: 'web', namespace: 'default', uid: 'u1', generation: 1 }, spec: {} }

describe('sim / loops / plan', () => {
  it('creates once, and gives what is new an id', () => {
    const planned = planWrite('POST', place, { metadata: { name: 'web' }, spec: {} }, undefined, fresh)
    assert.ok('write' in planned)
    assert.deepEqual([planned.write.over, planned.write.object?.metadata['uid'], planned.write.key], [0, 'u1', '/registry/core/pods/default/web'])
    assert.throws(() => planWrite('POST', place, {}, there(pod), fresh), /already exists/)
  })
  it('binds a Pod once (P25)', () => {
    const binding = parsePath('/api/v1/namespaces/default/pods/web/binding')
    const planned = planWrite('POST', binding, { target: { name: 'node-1' } }, there(pod), fresh)
    assert.ok('write' in planned && planned.write.over === 7)
    assert.throws(() => planWrite('POST', binding, { target: { name: 'node-2' } }, there({ ...pod, spec: { nodeName: 'node-1' } }), fresh), /has a node already/)
  })
  it('a patch rests on the version that it names, and one that changes nothing is answered at once', () => {
    assert.throws(() => planWrite('PATCH', place, { metadata: { resourceVersion: '6' } }, there(pod), fresh), /resourceVersion differs/)
    assert.ok('answer' in planWrite('PATCH', place, { spec: {} }, there(pod), fresh))
    const planned = planWrite('PATCH', place, { metadata: { labels: { a: 'b' } } }, there(pod), fresh)
    assert.ok('write' in planned && !planned.write.strict)
    assert.deepEqual(planned.write.object?.metadata['labels'], { a: 'b' })
  })
  it('a Pod that runs somewhere is deleted by its kubelet, anything else at once unless it is held', () => {
    const bound = { ...pod, spec: { nodeName: 'node-1' } }
    const first = planWrite('DELETE', place, {}, there(bound), fresh)
    assert.ok('write' in first && first.write.object?.metadata['deletionTimestamp'] === fresh.now)
    const last = planWrite('DELETE', place, { gracePeriodSeconds: 0 }, there(bound), fresh)
    assert.ok('write' in last && last.write.object === undefined)
    const held = planWrite('DELETE', parsePath('/api/v1/namespaces/x'), {}, there({ metadata: { name: 'x' }, spec: { finalizers: ['kubernetes'] } }), fresh)
    assert.ok('write' in held && held.write.object !== undefined)
    assert.throws(() => planWrite('DELETE', place, { preconditions: { resourceVersion: '3' } }, there(bound), fresh), /version differs/)
  })
})
