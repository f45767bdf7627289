// Server-side apply beyond the recorded answers: the same configuration twice is no change, and objects without a schema.
import assert from 'node:assert/strict'
import { applyConfiguration } from '../../../../node/objects/patch/apply.ts'
import { managedEntries } from '../../../../node/objects/managed-fields.ts'
import type { WriteFacts } from '../../../../node/objects/managed-fields.ts'

const facts = (name: string, definition: string | undefined, nowMs: number): WriteFacts => ({ definition, manager: { name, operation: 'Apply', apiVersion: 'v1', subresource: '' }, nowMs, resets: {} })

describe('objects / patch / apply', () => {
  for (const definition of ['io.k8s.api.core.v1.ConfigMap', undefined]) {
    const configuration = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x' }, data: { a: '1' } }

    it(`is idempotent ${definition === undefined ? 'without a schema' : 'with a schema'}`, () => {
      const first = applyConfiguration(undefined, configuration, facts('m', definition, 0), false)
      assert.ok(first.ok)
      assert.deepEqual(applyConfiguration(first.object, configuration, facts('m', definition, 5000), false), first)
    })

    it(`takes over by force ${definition === undefined ? 'without a schema' : 'with a schema'}`, () => {
      const first = applyConfiguration(undefined, configuration, facts('m', definition, 0), false)
      assert.ok(first.ok)
      const other = { ...configuration, data: { a: '2' } }
      const refused = applyConfiguration(first.object, other, facts('n', definition, 1000), false)
      assert.ok(!refused.ok && refused.message === 'Apply failed with 1 conflict: conflict with "m": .data.a')
      const forced = applyConfiguration(first.object, other, facts('n', definition, 1000), true)
      assert.ok(forced.ok)
      // Without a schema the map itself is a field, and stays with whom it was.
      assert.deepEqual(managedEntries(forced.object).map((entry) => entry.name).sort(), definition === undefined ? ['m', 'n'] : ['n'])
    })
  }
})
