// Strangers are few at a time, the newest of them; members and those whom we dialled are not counted.
import { strict as assert } from 'node:assert'
import { Strangers, type StrangersConnection } from '../../../node/peer/strangers.ts'
import { Trust } from '../../../node/peer/trust.ts'

function connection(direction: 'inbound' | 'outbound' = 'inbound'): StrangersConnection & { aborted: boolean } {
  return {
    direction, aborted: false,
    get status() { return this.aborted ? 'aborted' as const : 'open' as const },
    abort() { this.aborted = true },
  }
}

describe('peer / strangers', () => {
  it('the oldest goes for a newer one, and members stay', () => {
    const trust = new Trust('', ['member'], [])
    const crowded: string[] = []
    const strangers = new Strangers(trust, 3, (peer) => crowded.push(peer))
    const member = connection()
    const dialled = connection('outbound')
    strangers.opened('member', member)
    strangers.opened('invited', dialled)
    const all = Array.from({ length: 10 }, () => connection())
    all.forEach((one, i) => strangers.opened(`s${i}`, one))
    assert.deepEqual(all.map((one) => one.aborted), [true, true, true, true, true, true, true, false, false, false])
    assert.deepEqual(crowded, ['s0', 's1', 's2', 's3', 's4', 's5', 's6'])
    assert.equal(member.aborted || dialled.aborted, false)
    assert.equal(strangers.size, 3)
  })

  it('whoever became a member meanwhile stays, and whoever left makes room', () => {
    const trust = new Trust('', [], [])
    const strangers = new Strangers(trust, 2, () => undefined)
    const [joiner, brief, later, last] = [connection(), connection(), connection(), connection()]
    strangers.opened('joiner', joiner)
    strangers.opened('brief', brief)
    strangers.closed(brief)
    strangers.opened('later', later)
    trust.agreed(['joiner'], [])
    strangers.opened('last', last)
    assert.deepEqual([joiner, later, last].map((one) => one.aborted), [false, false, false])
    assert.equal(strangers.size, 2)
  })
})
