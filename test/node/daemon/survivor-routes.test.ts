// The preview of a recovery, from a plan over what the survivors said.
import { deepEqual } from 'node:assert/strict'
import { preview } from '../../../node/daemon/survivor-routes.ts'
import type { Sight } from '../../../node/peer/sight.ts'

const sight = (name: string, more: Partial<Sight> = {}): Sight => ({
  peer: `id-${name}`, name, version: 'test', messageVersion: 1, lineage: { incarnation: 1, left: [] }, wallMs: 0, role: 'voter', lastTerm: 3, lastIndex: 100, commit: 90,
  applied: 90, newestMs: 86_400_000, opensKeys: true, mayVote: true, quorum: false, leader: undefined, voters: ['id-ant', 'id-bee', 'id-cat'], misses: [], refused: undefined, ...more,
})
const record = (name: string) => ({ peer: `id-${name}`, name, role: 'peer' as const, addresses: [], zone: '' })

describe('daemon / survivor routes', () => {
  it('shows indices, ages and who of the missing votes', () => {
    const ant = sight('ant')
    const wit = sight('wit', { role: 'witness', lastIndex: 120, newestMs: 86_405_000 })
    deepEqual(preview({ kind: 'recover', chosen: ant, survivors: [wit, ant], missing: [record('bee'), record('dog')], ahead: [wit] }, ['id-ant', 'id-bee'], 86_410_000), {
      incarnation: 1, chosen: 'ant', keysLost: false, keyHolders: ['bee'], ahead: ['wit'], missing: [{ name: 'bee', voter: true }, { name: 'dog', voter: false }],
      survivors: [
        { name: 'wit', role: 'witness', term: 3, lastIndex: 120, agreedIndex: 90, newest: '1970-01-02T00:00:05Z', ageMs: 5_000 },
        { name: 'ant', role: 'voter', term: 3, lastIndex: 100, agreedIndex: 90, newest: '1970-01-02T00:00:00Z', ageMs: 10_000 },
      ],
    })
  })
  it('says that the keys are lost when nobody of the survivors can open them', () => {
    const eel = sight('eel', { role: 'mirror', opensKeys: false })
    const shown = preview({ kind: 'recover', chosen: eel, survivors: [eel], missing: [record('ant'), record('bee'), record('dog')], ahead: [] }, ['id-ant', 'id-bee'], 0)
    deepEqual([shown.keysLost, shown.keyHolders], [true, ['ant', 'bee']])
  })
})
