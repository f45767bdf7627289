// Incarnations: numbers that only rise and do not meet, and when a peer may give its own up.
import { strict as assert } from 'node:assert'
import { mayFollow, nextIncarnation, readLineage, recovered, standing, type Lineage } from '../../../node/peer/lineage.ts'

const first: Lineage = { incarnation: 1, left: [] }
const second = recovered(first, 5_000, 7)

describe('peer / lineage', () => {
  it('raises the number with each recovery, and two halves get different ones', () => {
    assert.ok(second.incarnation > 1)
    assert.ok(nextIncarnation(second.incarnation, 0) > second.incarnation)
    assert.ok(nextIncarnation(nextIncarnation(1, 2 ** 20 - 1), 0) > nextIncarnation(1, 2 ** 20 - 1))
    assert.notEqual(nextIncarnation(1, 3), nextIncarnation(1, 4))
    assert.deepEqual(second.left, [{ incarnation: 1, leftMs: 5_000 }])
  })

  it('tells newer, older and apart', () => {
    assert.equal(standing(first, first), 'same')
    assert.equal(standing(first, second), 'newer')
    assert.equal(standing(second, first), 'older')
    assert.equal(standing(second, recovered(first, 5_000, 8)), 'apart')
    assert.equal(standing(first, recovered(second, 9_000, 1)), 'newer')
  })

  it('follows when its own agreement ended before the recovery', () => {
    assert.equal(mayFollow(second, 1, { startedMs: 1_000, foundMs: 500, newestMs: 4_999 }), true)
    assert.equal(mayFollow(second, 1, { startedMs: 1_000, foundMs: 500, newestMs: 5_001 }), false)
  })

  it('is judged by what it found on its disk when it was down at the recovery', () => {
    assert.equal(mayFollow(second, 1, { startedMs: 8_000, foundMs: 4_000, newestMs: 8_500 }), true)
    assert.equal(mayFollow(second, 1, { startedMs: 8_000, foundMs: 6_000, newestMs: 8_500 }), false)
  })

  it('follows nothing that did not come out of its own', () => {
    assert.equal(mayFollow(recovered(first, 5_000, 8), second.incarnation, { startedMs: 0, foundMs: 0, newestMs: 0 }), false)
  })

  it('reads what it wrote, and of broken lists what makes sense', () => {
    assert.deepEqual(readLineage(JSON.parse(JSON.stringify(second))), second)
    assert.deepEqual(readLineage({ incarnation: 4, left: 'x' }), { incarnation: 4, left: [] })
    assert.deepEqual(readLineage({ incarnation: 4, left: [3, { incarnation: '1', leftMs: 0 }] }), { incarnation: 4, left: [] })
    assert.equal(readLineage({ left: [] }), undefined)
    assert.equal(readLineage({ incarnation: 1.5 }), undefined)
  })
})
