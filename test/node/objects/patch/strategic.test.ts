// Strategic merge beyond the recorded answers: an empty patch changes nothing, and merging an object into itself neither.
import assert from 'node:assert/strict'
import { applyStrategicPatch } from '../../../../node/objects/patch/strategic.ts'

const definition = 'io.k8s.api.core.v1.Pod'

describe('objects / patch / strategic', () => {
  const pod = { metadata: { name: 'x', labels: { a: 'b' } }, spec: { containers: [{ name: 'a', image: 'i', ports: [{ containerPort: 80, protocol: 'TCP' }] }, { name: 'b', image: 'j' }] } }

  it('changes nothing with an empty patch or with the object itself', () => {
    assert.deepEqual(applyStrategicPatch(pod, {}, definition), { ok: true, object: pod })
    assert.deepEqual(applyStrategicPatch(pod, pod, definition), { ok: true, object: pod })
  })

  it('deletes a list item and a field in one go and keeps the order of the rest', () => {
    const outcome = applyStrategicPatch(pod, { metadata: { labels: null }, spec: { containers: [{ name: 'a', $patch: 'delete' }, { name: 'c', image: 'k' }] } }, definition)
    assert.deepEqual(outcome, { ok: true, object: { metadata: { name: 'x' }, spec: { containers: [{ name: 'c', image: 'k' }, { name: 'b', image: 'j' }] } } })
  })

  it('refuses a body that is no object', () => {
    assert.ok(!applyStrategicPatch(pod, [1], definition).ok)
  })
})
