// Pools of addresses: what is filled in, and what is wrong with one.
import { deepEqual } from 'node:assert/strict'
import { addressPools } from '../../../node/resources/address-pool.ts'
import type { JsonObject } from '../../../node/objects/json.ts'

const context = { nowMs: 0, operation: 'create', subresource: '', random: { uid: () => 'u', suffix: () => 'x' } } as const
const pool = (spec: JsonObject): JsonObject => ({ metadata: { name: 'a', uid: 'u', creationTimestamp: '2026-01-01T00:00:00Z' }, spec })
const wrong = (spec: JsonObject): readonly string[] => addressPools.validate(pool(spec), undefined, context).map(({ field, type }) => `${field} ${type}`)

describe('resources / address pool', () => {
  it('gives addresses by itself unless told otherwise', () => {
    deepEqual(addressPools.defaults(pool({ addresses: ['10.0.0.1'] })).spec, { addresses: ['10.0.0.1'], autoAssign: true })
    deepEqual(addressPools.defaults(pool({ addresses: ['10.0.0.1'], autoAssign: false })).spec, { addresses: ['10.0.0.1'], autoAssign: false })
  })
  it('has ranges, none of them of the cluster itself', () => {
    deepEqual(wrong({ addresses: ['10.0.0.0/28', '10.1.0.1-10.1.0.9', '192.0.2.7'] }), [])
    deepEqual(wrong({}), ['spec.addresses FieldValueRequired'])
    deepEqual(wrong({ addresses: ['x', '10.96.3.0/24', '10.244.0.0-10.244.0.1'] }), ['spec.addresses[0] FieldValueInvalid', 'spec.addresses[1] FieldValueInvalid', 'spec.addresses[2] FieldValueInvalid'])
  })
  it('shows its ranges', () => {
    deepEqual(addressPools.cells(pool({ addresses: ['10.0.0.0/28', '10.0.1.1'], autoAssign: true }), Date.parse('2026-01-01T00:01:00Z')), ['a', '10.0.0.0/28,10.0.1.1', true, '60s'])
  })
})
