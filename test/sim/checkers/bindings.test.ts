// A Pod that changes its node is seen, whoever wrote it (P25); a new Pod of the same name may be elsewhere.
import assert from 'node:assert/strict'
import { boundOnce } from '../../../sim/checkers/bindings.ts'
import { encodeObject } from '../../../sim/loops/places.ts'

describe('sim / checkers / bindings', () => {
  it('one node for one Pod (P25)', () => {
    const checker = boundOnce()
    const applied = (index: number, uid: string, nodeName: string): void => {
      const value = encodeObject({ metadata: { name: 'web', uid }, spec: { nodeName } })
      const row = { key: '/registry/core/pods/default/web', value, revision: index, createRevision: 1, terminating: false }
      const events = [{ kind: 'put' as const, revision: index, value: row, previous: undefined }]
      checker.applied?.('a', { term: 1, index, timeMs: 0, body: { kind: 'noop' } }, { index, timeMs: 0, revision: index, events, command: undefined }, '')
    }
    applied(1, 'u1', 'node-1')
    applied(2, 'u1', 'node-1')
    applied(3, 'u2', 'node-2')
    assert.throws(() => applied(4, 'u2', 'node-1'), /bound once/)
  })
})
