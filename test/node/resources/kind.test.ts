// What all kinds share: names made from a prefix, what an update may not set, status and generation.
import assert from 'node:assert/strict'
import { numberIn, objectIn, stringIn } from '../../../node/objects/access.ts'
import { deployments } from '../../../node/resources/deployment.ts'
import { resources, resourceByKind, resourceByName } from '../../../node/resources/registry.ts'
import type { JsonObject } from '../../../node/objects/json.ts'
import type { StrategyContext } from '../../../node/resources/types.ts'

const context = (operation: 'create' | 'update', subresource = ''): StrategyContext => ({ nowMs: Date.UTC(2026, 0, 1), operation, subresource, random: { uid: () => 'u1', suffix: (length) => 'x'.repeat(length) } })
const deployment: JsonObject = { metadata: { generateName: 'a-', deletionTimestamp: '2001-01-01T00:00:00Z' }, spec: { replicas: 1 }, status: { replicas: 9 } }

describe('resources / kind', () => {
  const stored = deployments.prepare(deployment, undefined, context('create'))

  it('names, dates and cleans a new object', () => {
    assert.deepEqual(stored.metadata, { generateName: 'a-', name: 'a-xxxxx', uid: 'u1', creationTimestamp: '2026-01-01T00:00:00Z', generation: 1 })
    assert.deepEqual(stored.status, {})
  })

  it('counts changes of the spec and of nothing else', () => {
    const same = deployments.prepare({ ...stored, metadata: { ...objectIn(stored, 'metadata'), labels: { a: 'b' }, generation: 7 } }, stored, context('update'))
    assert.equal(numberIn(same, 'metadata', 'generation'), 1)
    const changed = deployments.prepare({ ...stored, spec: { replicas: 2 } }, stored, context('update'))
    assert.equal(numberIn(changed, 'metadata', 'generation'), 2)
  })

  it('keeps status and spec apart', () => {
    const main = deployments.prepare({ ...stored, status: { replicas: 5 } }, stored, context('update'))
    assert.deepEqual(main.status, {})
    const status = deployments.prepare({ ...stored, spec: { replicas: 5 }, status: { replicas: 5 } }, stored, context('update', 'status'))
    assert.deepEqual([status.spec, status.status], [{ replicas: 1 }, { replicas: 5 }])
  })

  it('does not let a client take back a deletion or change an id', () => {
    const dying: JsonObject = { ...stored, metadata: { ...objectIn(stored, 'metadata'), deletionTimestamp: '2026-01-01T00:00:00Z', finalizers: ['a.b/c'] } }
    const updated = deployments.prepare({ ...stored, metadata: { name: 'a-xxxxx', uid: 'other', finalizers: ['a.b/c', 'a.b/d'] } }, dying, context('update'))
    assert.equal(stringIn(updated, 'metadata', 'deletionTimestamp'), '2026-01-01T00:00:00Z')
    const fields = deployments.validate(updated, dying, context('update')).map((error) => error.field)
    assert.ok(fields.includes('metadata.uid') && fields.includes('metadata.finalizers'))
  })

  it('is found by name and by kind, each once', () => {
    for (const definition of resources) {
      assert.equal(resourceByName(definition.group, definition.version, definition.resource), definition)
      assert.equal(resourceByKind(definition.group, definition.version, definition.kind), definition)
      assert.ok(definition.columns.length > 0)
    }
  })
})
