// The views: agreed peers with their soft state, and the works that are held.
import { strict as assert } from 'node:assert'
import { Members, OwnLease, Works } from '../../../node/peer/views.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import type { Member } from '../../../protocol/membership/types.ts'

const record = (name: string) => ({ peer: `id-${name}`, name, role: 'peer' as const, addresses: [], zone: '' })
const seen = (name: string, state: Member['state']): Member => ({ peer: `id-${name}`, state, incarnation: 0, hint: { addresses: [], sequence: 0 }, sinceMs: 5 })

describe('peer / views', () => {
  it('show agreed peers only, alive until somebody says otherwise, and tell each change once', () => {
    const members = new Members()
    let changes = 0
    const leave = members.onChange(() => { changes++ })
    members.agreed([record('ant'), record('bee')])
    members.seen([seen('bee', 'suspect'), seen('stranger', 'dead')])
    assert.deepEqual(members.members().map(({ name, state }) => `${name} ${state}`), ['ant alive', 'bee suspect'])
    members.seen([seen('bee', 'suspect')])
    assert.equal(changes, 2)
    leave()
    members.agreed([])
    assert.equal(changes, 2)
  })

  it('hold a work from gain to loss, and report progress of held ones', () => {
    const works = new Works('id-ant')
    works.changed([{ work: 'scheduler', peer: 'id-ant', epoch: 4 }, { work: 'controllers', peer: 'id-bee', epoch: 2 }])
    works.progress('scheduler')
    assert.equal(works.epoch('scheduler'), 4)
    assert.equal(works.epoch('controllers'), undefined)
    assert.deepEqual(works.reports(), [{ work: 'scheduler', epoch: 4, progress: 1 }])
    works.changed([{ work: 'scheduler', peer: 'id-bee', epoch: 5 }])
    assert.equal(works.epoch('scheduler'), undefined)
  })

  it("show this peer's lease by the boot-time clock, and tell when its end moves", () => {
    const clock = new ManualClock()
    const lease = new OwnLease('self', clock)
    let told = 0
    const end = lease.onChange(() => { told++ })
    assert.equal(lease.valid(), false)
    for (const untilMs of [clock.bootMs() + 8_000, clock.bootMs() + 8_000]) lease.told(untilMs)
    assert.deepEqual([lease.valid(), told], [true, 1])
    clock.advance(8_000)
    assert.equal(lease.valid(), false)
    end()
    lease.told(clock.bootMs() + 1)
    assert.equal(told, 1)
  })
})
