// Decoding beyond the recorded answers: pruning, null, user-chosen keys, and that decoding twice changes nothing.
import assert from 'node:assert/strict'
import { decodeTyped, strictDecodingMessage } from '../../../node/objects/decode.ts'
import type { JsonObject } from '../../../node/objects/json.ts'

const configMap = 'io.k8s.api.core.v1.ConfigMap'
const pod = 'io.k8s.api.core.v1.Pod'

function decode(body: JsonObject, definition: string): { readonly object: JsonObject; readonly unknownFields: readonly string[] } {
  const decoded = decodeTyped(body, definition)
  assert.ok(decoded.ok, JSON.stringify(decoded))
  return decoded
}

describe('objects / decode', () => {
  it('prunes unknown fields and names them with their indexes', () => {
    const { object, unknownFields } = decode({ kind: 'Pod', spec: { containers: [{ name: 'c', frob: 1 }], x: null } }, pod)
    assert.deepEqual(unknownFields, ['spec.containers[0].frob', 'spec.x'])
    assert.deepEqual(object, { kind: 'Pod', metadata: { creationTimestamp: null }, spec: { containers: [{ name: 'c', resources: {} }] }, status: {} })
    assert.equal(strictDecodingMessage(['data.a'], unknownFields), 'strict decoding error: duplicate field "data.a", unknown field "spec.containers[0].frob", unknown field "spec.x"')
  })

  it('keeps a key named __proto__ as data', () => {
    const body: JsonObject = JSON.parse('{"data":{"__proto__":"x","a":"y"}}')
    const { object } = decode(body, configMap)
    assert.equal(JSON.stringify(object.data), '{"__proto__":"x","a":"y"}')
    assert.equal(Object.getPrototypeOf(object.data), Object.prototype)
  })

  it('writes zero values as the reference does', () => {
    const { object } = decode({ spec: { hostNetwork: false, terminationGracePeriodSeconds: 0, nodeName: '', tolerations: [], nodeSelector: {} } }, pod)
    assert.deepEqual(object.spec, { containers: null, terminationGracePeriodSeconds: 0 })
  })

  it('changes nothing the second time', () => {
    const once = decode({ spec: { containers: [{ name: 'c', resources: { limits: { cpu: '1000m', memory: null } } }] }, metadata: { labels: { b: '1', a: '2' } } }, pod).object
    assert.deepEqual(decode(once, pod).object, once)
    assert.equal(JSON.stringify(decode(once, pod).object), JSON.stringify(once))
  })

  it('names a malformed value before a mismatch that came first', () => {
    const decoded = decodeTyped({ spec: { hostNetwork: 1, containers: [{ resources: { limits: { cpu: 'x' } } }] } }, pod)
    assert.ok(!decoded.ok && decoded.message.startsWith('quantities must match'))
  })
})
