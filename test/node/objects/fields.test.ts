// Spot checks of the field table against the API reference of release 1.32.
import assert from 'node:assert/strict'
import { allDefinitions, definitionOf, definitionOfKind, definitionOfType, knownDefinition } from '../../../node/objects/fields.ts'

describe('objects / fields', () => {
  it('knows the ports of a container as a map list with two keys and one merge key', () => {
    const ports = definitionOf('io.k8s.api.core.v1.Container')?.fields.get('ports')
    assert.deepEqual([ports?.listType, ports?.listMapKeys, ports?.mergeKey], ['map', ['containerPort', 'protocol'], 'containerPort'])
  })

  it('finds definitions by kind and refuses unknown names', () => {
    assert.equal(definitionOfKind('apps', 'v1', 'Deployment')?.name, 'io.k8s.api.apps.v1.Deployment')
    assert.equal(definitionOf('io.k8s.api.core.v1.Frob'), undefined)
    assert.throws(() => knownDefinition('x'), /missing/)
  })

  it('names only definitions that exist', () => {
    let fields = 0
    for (const definition of allDefinitions()) {
      for (const field of definition.fields.values()) {
        // Kinds of our own come on top of those of the release.
        if (definition.name.startsWith('io.k8s.')) fields += 1
        let type = field.type
        while (type.kind === 'array' || type.kind === 'map') type = type.of
        if (type.kind === 'object') assert.ok(definitionOfType(type))
      }
    }
    assert.equal(fields, 2601)
  })
})
