// Holds the stored form to its promise: what is spliced equals what is decoded, and nothing but type and version is lost.
import assert from 'node:assert/strict'
import { decodeObject, encodeObject, isTerminating, spliceObject } from '../../../node/objects/encoding.ts'

const type = { apiVersion: 'v1', kind: 'Pod' }
const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)

describe('objects / encoding', () => {
  const pod = { apiVersion: 'v1', kind: 'Pod', spec: { nodeName: 'a"ü' }, metadata: { resourceVersion: '3', name: 'x' } }

  it('puts the metadata first and leaves out type and version', () => {
    assert.equal(text(encodeObject(pod)), '{"metadata":{"name":"x"},"spec":{"nodeName":"a\\"ü"}}')
  })

  it('splices to the same object as decoding', () => {
    for (const object of [pod, { metadata: {} }, { metadata: {}, data: { a: '}' } }]) {
      const bytes = encodeObject(object)
      for (const shown of [type, undefined]) {
        assert.deepEqual(JSON.parse(text(spliceObject(bytes, shown, 7))), decodeObject(bytes, shown, 7))
      }
    }
    assert.deepEqual(decodeObject(encodeObject(pod), type, 9), { ...pod, metadata: { name: 'x', resourceVersion: '9' } })
  })

  it('refuses bytes that are not of the stored form', () => {
    assert.throws(() => spliceObject(new TextEncoder().encode('{"spec":{}}'), type, 1), /begin with the metadata/)
  })

  it('tells a terminating object by its deletion time', () => {
    assert.equal(isTerminating(pod), false)
    assert.equal(isTerminating({ metadata: { deletionTimestamp: '2001-01-01T00:00:00Z' } }), true)
  })
})
