// The names that Kubernetes accepts, at their borders. The messages are compared with recorded answers in the golden tests.
import assert from 'node:assert/strict'
import { configMapKey, dns1035Label, dnsLabel, dnsSubdomain, environmentName, labelValueErrors, portName, portNumber, qualifiedName } from '../../../node/objects/names.ts'

const good = (check: (value: string) => readonly string[], ...values: string[]): void => {
  for (const value of values) assert.deepEqual(check(value), [], value)
}
const bad = (check: (value: string) => readonly string[], ...values: string[]): void => {
  for (const value of values) assert.notDeepEqual(check(value), [], value)
}

describe('objects / names', () => {
  it('accepts and refuses names of each sense', () => {
    good(dnsLabel, 'a', 'a-1', 'a'.repeat(63))
    bad(dnsLabel, '', '-a', 'A', 'a.b', 'a'.repeat(64))
    good(dnsSubdomain, 'a.b', 'a'.repeat(253))
    bad(dnsSubdomain, 'a..b', 'a_b', 'a'.repeat(254))
    good(dns1035Label, 'a1')
    bad(dns1035Label, '1a')
    good(labelValueErrors, '', 'A_b.c')
    bad(labelValueErrors, 'a b', '-')
    good(qualifiedName, 'a', 'example.com/A_b')
    bad(qualifiedName, '', '/a', 'a/', 'a/b/c', 'A_/b')
    good(configMapKey, 'a', '.b', 'A-_.')
    bad(configMapKey, '', '.', '..', '..a', 'a/b')
    good(environmentName, 'A', 'a.b c')
    bad(environmentName, '', 'a=b', 'ü')
    good(portName, 'http', 'a-1')
    bad(portName, '1', 'a--b', '-a', 'aaaaaaaaaaaaaaaa', 'A')
  })

  it('joins nothing: each broken rule is a message of its own', () => {
    assert.equal(qualifiedName('').length, 2)
    assert.equal(dnsLabel('A'.repeat(64)).length, 2)
    assert.deepEqual(portNumber(0), ['must be between 1 and 65535, inclusive'])
  })
})
