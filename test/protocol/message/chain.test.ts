// The chain of a gossiped batch stands for exactly its entries.
import { strict as assert } from 'node:assert'
import { chainOf } from '../../../protocol/message/chain.ts'
import type { Entry } from '../../../protocol/message/entry.ts'

describe('protocol / message / chain', () => {
  it('changes with any entry, its order and its newer fields', () => {
    const entry = (index: number, more?: readonly unknown[]): Entry => {
      const base: Entry = { term: 1, index, timeMs: 5, body: { kind: 'noop' } }
      return more === undefined ? base : { ...base, more }
    }
    const chains = [[], [entry(1)], [entry(2)], [entry(1), entry(2)], [entry(2), entry(1)], [entry(1, ['new'])]].map(chainOf)
    assert.equal(new Set(chains).size, chains.length)
    assert.equal(chainOf([entry(1)]), chainOf([entry(1)]))
  })
})
