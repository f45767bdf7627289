// Selectors: the recorded messages of the reference server, and matching against a second, simple implementation.
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { formatLabelSelector, matchesFields, matchesLabels, parseFieldSelector, parseLabelSelector, selectorOf, unknownFieldLabel } from '../../../node/objects/selector.ts'
import type { Requirement } from '../../../node/objects/selector.ts'

const select = (text: string, labels: { readonly [key: string]: string }): boolean => {
  const parsed = parseLabelSelector(text)
  assert.ok(parsed.ok, text)
  return matchesLabels(parsed.value, labels)
}

describe('objects / selector', () => {
  it('answers the recorded messages for bad label selectors', () => {
    const messages: readonly (readonly [string, string])[] = [
      ['a===b', "unable to parse requirement: found '=', expected: identifier"],
      ['a=b=c', "found '=', expected: ',' or 'end of string'"],
      ['a in b', "unable to parse requirement: found 'b' expected: '('"],
      ['a b', "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt"],
      ['!', "unable to parse requirement: found '', expected: identifier"],
      ['a>x', "unable to parse requirement: values[0]: Invalid value: \"x\": for 'Gt', 'Lt' operators, the value must be an integer"],
      ['a=b c', "found 'c', expected: ',' or 'end of string'"],
      ['a,,b', "found ',', expected: identifier after ','"],
      [`${'x'.repeat(64)}=a`, `unable to parse requirement: <nil>: Invalid value: "${'x'.repeat(64)}": name part must be no more than 63 characters`],
    ]
    for (const [text, message] of messages) assert.deepEqual(parseLabelSelector(text), { ok: false, message }, text)
  })

  it('selects by every operator', () => {
    assert.ok(select('', {}))
    assert.ok(select('a in ()', { a: '' }))
    assert.ok(select('a notin (x,y),b,!c,d!=e', { b: '' }))
    assert.ok(!select('a notin (x,y)', { a: 'x' }))
    assert.ok(select('a>5', { a: '6' }) && !select('a>5', { a: '5' }) && !select('a>5', { a: 'x' }))
    assert.ok(select('a=', { a: '' }) && !select('a', {}))
    assert.ok(select('in in (in,notin)', { in: 'notin' }))
    assert.ok(!select('toString', {}))
  })

  it('selects nothing without a selector and everything with an empty one', () => {
    assert.equal(matchesLabels(selectorOf(undefined), {}), false)
    assert.equal(matchesLabels(selectorOf({}), {}), true)
    assert.equal(matchesLabels(selectorOf({ matchLabels: { a: 'b' }, matchExpressions: [{ key: 'c', operator: 'Exists' }] }), { a: 'b', c: '' }), true)
  })

  it('reads back what it writes', () => {
    const value = fc.constantFrom('', 'x', 'in', 'notin', 'a.b')
    const requirement: fc.Arbitrary<Requirement> = fc.oneof(
      fc.record({ key: fc.constantFrom('a', 'in', 'e.x/b'), operator: fc.constantFrom('In' as const, 'NotIn' as const), values: fc.uniqueArray(value, { minLength: 1 }).map((values) => values.sort()) }, { noNullPrototype: true }),
      fc.record({ key: fc.constantFrom('a', 'in', 'e.x/b'), operator: fc.constantFrom('Exists' as const, 'DoesNotExist' as const), values: fc.constant([]) }, { noNullPrototype: true }))
    fc.assert(fc.property(fc.array(requirement), (requirements) => {
      const sorted = [...requirements].sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
      assert.deepEqual(parseLabelSelector(formatLabelSelector(requirements)), { ok: true, value: sorted })
    }))
  })

  it('reads field selectors', () => {
    assert.deepEqual(parseFieldSelector('a=b\\,c,d!=e,f=='), { ok: true, value: [{ label: 'a', equals: true, value: 'b,c' }, { label: 'd', equals: false, value: 'e' }, { label: 'f', equals: true, value: '' }] })
    assert.deepEqual(parseFieldSelector('metadata.name'), { ok: false, message: "invalid selector: 'metadata.name'; can't understand 'metadata.name'" })
    assert.deepEqual(parseFieldSelector('a=b=c'), { ok: false, message: 'invalid field selector: unescaped character in value: 61' })
    assert.deepEqual(parseFieldSelector('metadata.name=x\\'), { ok: false, message: 'invalid field selector: invalid escape sequence: \\' })
    assert.equal(unknownFieldLabel([{ label: 'b', equals: true, value: '' }], ['metadata.name', 'metadata.namespace']), '"b" is not a known field selector: only "metadata.name", "metadata.namespace"')
    assert.ok(matchesFields([{ label: 'spec.nodeName', equals: true, value: '' }], {}))
  })
})
