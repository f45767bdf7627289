// One follower's row: what may be on its way, and how it moves between probing, replicating and waiting for a snapshot.
import { strict as assert } from 'node:assert'
import { maxInflightBytes, maxInflightMessages } from '../../../protocol/consensus/limits.ts'
import { Progress } from '../../../protocol/consensus/progress.ts'

describe('protocol / consensus / progress', () => {
  it('probes with one message at a time, then pipelines', () => {
    const row = new Progress(5, 0)
    assert.equal(row.open, true)
    row.sent(6, 10)
    assert.equal(row.open, false)
    assert.equal(row.next, 5, 'a probe does not move on')
    row.accepted(6)
    assert.equal(row.state, 'replicate')
    assert.equal(row.next, 7)
    row.sent(7, 10)
    row.sent(8, 10)
    assert.equal(row.next, 9)
    assert.equal(row.open, true)
  })

  it('stops at the limits of messages and bytes, and goes on with acknowledgements', () => {
    const row = new Progress(1, 0)
    row.accepted(0)
    for (let i = 1; i <= maxInflightMessages; i++) row.sent(i, 1)
    assert.equal(row.open, false)
    row.accepted(1)
    assert.equal(row.open, true)
    row.sent(maxInflightMessages + 1, maxInflightBytes)
    row.accepted(2)
    assert.equal(row.open, false)
    row.accepted(maxInflightMessages + 1)
    assert.equal(row.open, true)
  })

  it('believes a follower that has less than it acknowledged', () => {
    const row = new Progress(1, 0)
    row.accepted(0)
    row.sent(10, 1)
    row.accepted(10)
    row.becomeProbe(4)
    assert.deepEqual([row.state, row.next, row.match], ['probe', 4, 3])
  })

  it('leaves the snapshot state only when the snapshot was reached', () => {
    const row = new Progress(1, 0)
    row.becomeSnapshot(20)
    row.accepted(19)
    assert.equal(row.state, 'snapshot')
    assert.equal(row.open, false)
    row.accepted(20)
    assert.deepEqual([row.state, row.next], ['replicate', 21])
  })
})
