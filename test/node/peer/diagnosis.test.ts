// The doctor's sentences, from sights: one cause each, and who sees whom.
import { strict as assert } from 'node:assert'
import { diagnose } from '../../../node/peer/diagnosis.ts'
import type { Looked, Sight } from '../../../node/peer/sight.ts'

const sight = (peer: string, more: Partial<Sight> = {}): Sight => ({
  peer, name: peer, version: 'v1', messageVersion: 1, lineage: { incarnation: 1, left: [] }, wallMs: 1_000_000, role: 'voter', lastTerm: 3, lastIndex: 100, commit: 90,
  applied: 90, newestMs: 0, opensKeys: true, mayVote: true, quorum: true, leader: 'ant', voters: ['ant', 'bee', 'cat'], misses: [], refused: undefined, ...more,
})
const looked = (name: string, more: Partial<Looked> = {}): Looked => ({
  record: { peer: name, name, role: 'peer', addresses: ['/ip4/192.0.2.7/tcp/7447'], zone: '' }, sight: sight(name), why: '', atMs: 1_000_010, tookMs: 20, ...more,
})
const lost = (name: string, why: string, more: Partial<Looked> = {}): Looked => looked(name, { sight: undefined, why, ...more })
const said = (own: Sight, ...others: Looked[]): readonly string[] => diagnose(own, others, { certificateMs: 2_000_000 }).findings.map(({ level, text }) => `${level}: ${text}`)

describe('peer / diagnosis', () => {
  it('finds nothing where nothing is', () => {
    const { findings, views } = diagnose(sight('ant'), [looked('bee'), looked('cat')], { certificateMs: 2_000_000 })
    assert.deepEqual(findings, [])
    assert.deepEqual(views[0], { name: 'ant', answers: true, sees: ['bee', 'cat'], misses: [] })
  })

  it('tells a closed port, a silent machine, a missing route, another key and lost large packets apart', () => {
    const cause = (why: string, more: Partial<Looked> = {}): string => said(sight('ant'), lost('bee', why, more), looked('cat'))[0] ?? ''
    assert.match(cause('connect ECONNREFUSED 192.0.2.7:7447'), /broken: nothing listens at bee \(192\.0\.2\.7, TCP port 7447\)/)
    assert.match(cause('The operation timed out'), /no answer from bee .* firewall/)
    assert.match(cause('connect EHOSTUNREACH 192.0.2.7:7447'), /no way to bee/)
    assert.match(cause('Payload identity key 12D.. does not match expected remote peer'), /another key answers in place of bee/)
    assert.match(cause('no answer in time', { small: true }), /bee answers short messages and no long ones .* MTU/)
    assert.match(cause('something new'), /something new/)
  })

  it('names clocks, versions, damaged logs, incarnations and certificates', () => {
    assert.match(said(sight('ant'), looked('bee', { sight: sight('bee', { wallMs: 1_030_000 }) }))[0] ?? '', /warning: the clock of bee is 30 s ahead of that of ant/)
    assert.match(said(sight('ant'), looked('bee', { sight: sight('bee', { wallMs: 0 }) }))[0] ?? '', /broken: the clock of bee is 1000 s behind/)
    assert.match(said(sight('ant'), looked('bee', { sight: sight('bee', { messageVersion: 2 }) }))[0] ?? '', /speaks version 2 .* update/)
    assert.match(said(sight('ant'), looked('bee', { sight: sight('bee', { version: 'v2' }) }))[0] ?? '', /warning: bee runs v2 and ant v1/)
    assert.match(said(sight('ant'), looked('bee', { sight: sight('bee', { mayVote: false }) }))[0] ?? '', /log of bee was damaged/)
    assert.match(said(sight('ant'), looked('bee', { sight: sight('bee', { lineage: { incarnation: 9, left: [] } }) }))[0] ?? '', /bee is at incarnation 9/)
    assert.match(said(sight('ant', { refused: { incarnation: 9, from: 'bee' } }), looked('bee'))[0] ?? '', /recover --rejoin/)
    assert.match(diagnose(sight('ant'), [], { certificateMs: 5 }).findings[0]?.text ?? '', /certificates of ant ended/)
  })

  it('counts voters when there is no majority, and finds the way between two others that is broken', () => {
    assert.match(said(sight('ant', { quorum: false }), lost('bee', 'ECONNREFUSED'), lost('cat', 'ECONNREFUSED'))[0] ?? '', /no majority: 1 of 3 voters answer and 2 are needed; missing bee, cat/)
    assert.match(said(sight('ant', { quorum: false }), looked('bee'), lost('cat', 'ECONNREFUSED')).join('\n'), /election may be under way/)
    const { findings, views } = diagnose(sight('ant'), [looked('bee', { sight: sight('bee', { misses: ['cat'] }) }), looked('cat')], { certificateMs: 2_000_000 })
    assert.match(findings[0]?.text ?? '', /bee does not see cat, which answers here/)
    assert.deepEqual(views[1], { name: 'bee', answers: true, sees: ['ant'], misses: ['cat'] })
  })
})
