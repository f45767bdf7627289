// Field management between writes: who takes what, who loses it, and how many managers there may be.
import assert from 'node:assert/strict'
import { claimFields, managedEntries } from '../../../node/objects/managed-fields.ts'
import { formatFields } from '../../../node/objects/patch/field-set.ts'
import type { JsonObject } from '../../../node/objects/json.ts'
import type { WriteFacts } from '../../../node/objects/managed-fields.ts'

const facts = (name: string, nowMs = 0): WriteFacts => ({
  definition: 'io.k8s.api.core.v1.ConfigMap', manager: { name, operation: 'Update', apiVersion: 'v1', subresource: '' }, nowMs, resets: {},
})
const ownersOf = (object: JsonObject): { readonly [name: string]: JsonObject } => Object.fromEntries(managedEntries(object).map((entry) => [entry.name, formatFields(entry.fields)]))

describe('objects / managed fields', () => {
  const created = claimFields({ metadata: { name: 'x' }, data: { a: '1', b: '1' } }, undefined, facts('one'))

  it('gives a creator all that it sets', () => {
    assert.deepEqual(ownersOf(created), { one: { 'f:data': { '.': {}, 'f:a': {}, 'f:b': {} } } })
  })

  it('hands over what is changed and forgets what is removed', () => {
    const changed = claimFields({ metadata: { name: 'x' }, data: { a: '2' } }, created, facts('two', 1000))
    assert.deepEqual(ownersOf(changed), { one: { 'f:data': {} }, two: { 'f:data': { 'f:a': {} } } })
  })

  it('leaves everything as it is when nothing changes', () => {
    assert.deepEqual(claimFields(created, created, facts('two', 1000)), created)
  })

  it('joins the oldest when there are too many', () => {
    let object = created
    for (let at = 0; at < 15; at += 1) object = claimFields({ ...object, data: { ...(typeof object.data === 'object' ? object.data : {}), [`k${at}`]: 'v' } }, object, facts(`m${at}`, at * 1000))
    const names = managedEntries(object).map((entry) => entry.name)
    assert.equal(names.length, 10)
    assert.ok(names.includes('ancient-changes') && names.includes('m14') && !names.includes('one'))
  })
})
