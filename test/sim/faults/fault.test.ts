// A fault in words says what, when, to whom and for how long.
import assert from 'node:assert/strict'
import { describeFault } from '../../../sim/faults/fault.ts'

describe('sim / faults / fault', () => {
  it('is told in words', () => {
    assert.equal(describeFault({ kind: 'crash', victim: { leader: true, peer: 2 }, downUs: 600_000, atUs: 1_500_000 }), '1.500 s: crash (the leader, down 0.60 s)')
    assert.equal(describeFault({ kind: 'one way', peer: 1, other: 0, way: 'mute', forUs: 2_000_000, atUs: 0 }), '0.000 s: one way (p1, p0, way mute, for 2.00 s)')
    assert.equal(describeFault({ kind: 'partition', victim: { leader: false, peer: 0 }, side: [true, false, true], forUs: 1e6, atUs: 0 }), '0.000 s: partition (p0, apart: p0 p2, for 1.00 s)')
    assert.equal(describeFault({ kind: 'join', atUs: 12_345_678 }), '12.346 s: join')
    assert.equal(describeFault({ kind: 'remove', peer: 3, leave: true, atUs: 1 }), '0.000 s: remove (p3, leave)')
  })
})
