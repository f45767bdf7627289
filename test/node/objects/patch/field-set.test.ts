// Sets of fields: their JSON form, and their algebra against sets of paths on random input.
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { FieldSet, difference, formatFields, intersection, parseFields, pathsOf, union } from '../../../../node/objects/patch/field-set.ts'

const path = fc.array(fc.constantFrom('f:a', 'f:b', 'k:{"name":"x"}', 'v:1'), { minLength: 1, maxLength: 3 })
const paths = fc.array(path, { maxLength: 8 })

function setOf(list: readonly (readonly string[])[]): FieldSet {
  const set = new FieldSet()
  for (const elements of list) {
    let node = set
    for (const element of elements) node = node.grow(element)
    node.isMember = true
  }
  return set
}

describe('objects / patch / field set', () => {
  it('reads back what it writes', () => {
    fc.assert(fc.property(paths, (list) => {
      const set = setOf(list)
      assert.deepEqual(pathsOf(parseFields(formatFields(set))), pathsOf(set))
    }))
  })

  it('computes as plain sets of paths do', () => {
    fc.assert(fc.property(paths, paths, (left, right) => {
      const [a, b] = [pathsOf(setOf(left)), pathsOf(setOf(right))]
      assert.deepEqual([...pathsOf(union(setOf(left), setOf(right)))].sort(), [...new Set([...a, ...b])].sort())
      assert.deepEqual([...pathsOf(difference(setOf(left), setOf(right)))].sort(), a.filter((path) => !b.includes(path)).sort())
      assert.deepEqual([...pathsOf(intersection(setOf(left), setOf(right)))].sort(), a.filter((path) => b.includes(path)).sort())
    }))
  })

  it('prints paths as messages show them', () => {
    assert.deepEqual(pathsOf(parseFields({ 'f:spec': { 'f:ports': { 'k:{"port":80,"protocol":"TCP"}': { 'f:name': {} } }, 'f:tags': { 'v:"a"': {} } } })), ['.spec.ports[port=80,protocol="TCP"].name', '.spec.tags[="a"]'])
  })
})
