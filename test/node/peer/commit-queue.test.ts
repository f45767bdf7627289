// What was committed reaches the main thread whole and in order, and never more of it ahead than there is room for.
import { strict as assert } from 'node:assert'
import { CommitQueue } from '../../../node/peer/commit-queue.ts'
import { committedAheadBytes, committedBatchBytes } from '../../../node/peer/limits.ts'
import { decodeEntries } from '../../../protocol/message/codec.ts'
import type { Entry } from '../../../protocol/message/entry.ts'

/** Entries `first..last` of half a batch each: two make one. */
const command = new Uint8Array(committedBatchBytes / 2)
function entries(first: number, last: number): Entry[] {
  return Array.from({ length: last - first + 1 }, (_, at) => ({ term: 1, index: first + at, timeMs: 1, body: { kind: 'command', proposal: { peer: 'a', counter: first + at }, command } }))
}

function rig() {
  const handed: number[] = []
  return { handed, queue: new CommitQueue((batch) => handed.push(...decodeEntries(batch).map((entry) => entry.index))) }
}

const upTo = (last: number): number[] => Array.from({ length: last }, (_, at) => at + 1)
const room = 2 * (committedAheadBytes / committedBatchBytes)

describe('peer / commit queue', () => {
  it('hands over at once while there is room, and no more than that', () => {
    const { queue, handed } = rig()
    queue.push(entries(1, 4))
    assert.deepEqual(handed, upTo(4))
    queue.push(entries(5, 3 * room))
    assert.ok(handed.length >= room - 2 && handed.length <= room + 2, `${handed.length} were handed over`)
    assert.deepEqual(handed, upTo(handed.length))
  })

  it('hands over the rest as it is applied, in order and once, with what is committed meanwhile behind it', () => {
    const { queue, handed } = rig()
    queue.push(entries(1, 2 * room))
    for (let last = 2 * room; handed.length < 4 * room;) {
      if (last < 4 * room) queue.push(entries(last + 1, last += 10))
      const before = handed.length
      queue.applied(before - 3)
      assert.ok(handed.length - before <= room + 2)
    }
    assert.deepEqual(handed, upTo(handed.length))
  })

  it('waits for what is handed over to be applied, whatever else is told', () => {
    const { queue, handed } = rig()
    queue.push(entries(1, 2 * room))
    const before = handed.length
    queue.applied(0)
    queue.applied(0)
    assert.equal(handed.length, before)
  })

  it('does not hand over what a state that came meanwhile stands for', () => {
    const { queue, handed } = rig()
    queue.push(entries(1, 2 * room))
    const before = handed.length
    queue.applied(2 * room - 5)
    assert.deepEqual(handed.slice(before), upTo(2 * room).slice(-5))
    queue.push(entries(2 * room + 1, 2 * room + 2))
    assert.deepEqual(handed.slice(-2), [2 * room + 1, 2 * room + 2])
  })
})
