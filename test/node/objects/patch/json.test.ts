// JSON patch beyond the recorded answers: limits, atomicity, and keys that other implementations trip over.
import assert from 'node:assert/strict'
import { applyJsonPatch } from '../../../../node/objects/patch/json.ts'
import type { Json } from '../../../../node/objects/json.ts'

describe('objects / patch / json', () => {
  it('applies all operations or none', () => {
    const object = { a: { b: 1 } }
    assert.deepEqual(applyJsonPatch(object, [{ op: 'add', path: '/a/c', value: 2 }, { op: 'remove', path: '/a/zz' }]).ok, false)
    assert.deepEqual(object, { a: { b: 1 } })
  })

  it('treats __proto__ as an ordinary key', () => {
    const patch: Json = JSON.parse('[{"op":"add","path":"/__proto__","value":{"polluted":true}},{"op":"add","path":"/constructor","value":1}]')
    const outcome = applyJsonPatch({}, patch)
    assert.ok(outcome.ok)
    assert.equal(JSON.stringify(outcome.object), '{"__proto__":{"polluted":true},"constructor":1}')
    assert.equal('polluted' in {}, false)
    assert.equal(applyJsonPatch({}, [{ op: 'add', path: '/__proto__/polluted', value: true }]).ok, false)
  })

  it('refuses more operations than the limit', () => {
    const outcome = applyJsonPatch({}, Array.from({ length: 10_001 }, () => ({ op: 'test', path: '/a', value: null })))
    assert.ok(!outcome.ok && outcome.code === 413)
  })
})
