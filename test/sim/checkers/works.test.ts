// One epoch of a work has one holder for ever: two peers that are told of the same epoch are a violation, and a later
// epoch may have any holder. And what a holder writes is applied in its own epoch only.
import assert from 'node:assert/strict'
import { oneHolder } from '../../../sim/checkers/works.ts'
import { allWatchers } from '../../../sim/watcher.ts'

const fenced = '/registry/core/events/default/work-'

function applied(checker: ReturnType<typeof allWatchers>, index: number, key: string, epoch: number): void {
  const value = new TextEncoder().encode(JSON.stringify({ work: 'w', peer: 'a', epoch }))
  const row = { key, value, revision: index, createRevision: index, terminating: false }
  const events = [{ kind: 'put' as const, revision: index, value: row, previous: undefined }]
  checker.applied('a', { term: 1, index, timeMs: 0, body: { kind: 'noop' } }, { index, timeMs: 0, revision: index, events, command: undefined }, '')
}

describe('sim / checkers / works', () => {
  it('lets epochs change hands and no epoch have two', () => {
    const checker = allWatchers([oneHolder(fenced)])
    checker.works('a', [{ work: 'w', peer: 'a', epoch: 1 }])
    checker.works('a', [{ work: 'w', peer: 'b', epoch: 2 }])
    assert.throws(() => checker.works('c', [{ work: 'w', peer: 'c', epoch: 1 }]), /one holder/)
  })

  it('refuses a write of an epoch that is over (P24)', () => {
    const checker = allWatchers([oneHolder(fenced)])
    applied(checker, 1, '/shoal/assignments/w', 1)
    applied(checker, 2, `${fenced}w`, 1)
    applied(checker, 3, '/shoal/assignments/w', 2)
    applied(checker, 4, `${fenced}w`, 2)
    assert.throws(() => applied(checker, 5, `${fenced}w`, 1), /fenced writes/)
  })
})
