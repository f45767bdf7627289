// Sights and questions as bytes: read back as written, and anything else is refused or read with care.
import { strict as assert } from 'node:assert'
import { encodeQuestion, encodeSight, readQuestion, readSight, type Sight } from '../../../node/peer/sight.ts'

const sight: Sight = {
  peer: 'a', name: 'ant', version: 'v1', messageVersion: 1, lineage: { incarnation: 3, left: [{ incarnation: 1, leftMs: 9 }] }, wallMs: 5, role: 'voter', lastTerm: 3,
  lastIndex: 100, commit: 90, applied: 90, newestMs: 4, opensKeys: true, mayVote: false, quorum: true, leader: 'b', voters: ['a', 'b'], misses: ['c'], refused: { incarnation: 4, from: 'c' },
}

describe('peer / sight', () => {
  it('comes back as it was', () => {
    assert.deepEqual(readSight(encodeSight(sight)), sight)
    const bare: Sight = { ...sight, leader: undefined, refused: undefined }
    assert.deepEqual(readSight(encodeSight(bare)), bare)
  })

  it('is undefined for what is none', () => {
    for (const text of ['', 'x', '[]', '{}', '{"peer":"a"}', '{"lineage":{"incarnation":1}}']) assert.equal(readSight(Buffer.from(text)), undefined, text)
    assert.equal(readSight(Buffer.from('{"peer":"a","lineage":{"incarnation":1},"role":"king","lastIndex":"many"}'))?.lastIndex, 0)
  })

  it('questions too', () => {
    assert.deepEqual(readQuestion(encodeQuestion({ kind: 'look' })), { kind: 'look' })
    assert.deepEqual(readQuestion(encodeQuestion({ kind: 'recover', incarnation: 3 })), { kind: 'recover', incarnation: 3 })
    for (const text of ['', '{}', '{"kind":"recover"}', '{"kind":"other"}']) assert.equal(readQuestion(Buffer.from(text)), undefined, text)
  })
})
