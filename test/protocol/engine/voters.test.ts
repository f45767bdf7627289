// The voter plan as a table, and as a walk: from any start, steps taken one after another come to rest at the wanted
// number, never change two voters at once, and never rest at two.
import { strict as assert } from 'node:assert'
import fc from 'fast-check'
import { refuseChange } from '../../../protocol/consensus/configuration.ts'
import { planVoters, voterCount } from '../../../protocol/engine/voters.ts'
import type { Seen, VoterView } from '../../../protocol/engine/voters.ts'
import type { PeerRecord } from '../../../protocol/engine/types.ts'
import type { Configuration } from '../../../protocol/message/entry.ts'

function record(peer: string, zone = '', role: 'peer' | 'witness' = 'peer'): PeerRecord {
  return { peer, name: peer, role, addresses: [], zone }
}

const alive: Seen = { state: 'alive', sinceMs: 0, lag: 0 }
const longDead: Seen = { state: 'dead', sinceMs: 0, lag: undefined }

function view(voters: string, learners: string, peers: readonly PeerRecord[], seen: Record<string, Seen> = {}, nowMs = 100_000): VoterView {
  const all = new Map<string, Seen>([...peers.map((p) => p.peer), ...voters].map((peer) => [peer, seen[peer] ?? alive]))
  const configuration: Configuration = { voters: [...voters], learners: [...learners], witnesses: [] }
  return { self: voters[0] ?? '', configuration, peers, seen: all, maxVoters: 5, nowMs }
}

function next(from: VoterView): string {
  const step = planVoters(from)
  if (step === undefined) return 'rest'
  return step.kind === 'handOver' ? 'hand over' : `${step.configuration.voters.join('')}/${step.configuration.learners.join('')}`
}

function records(ids: string): PeerRecord[] {
  return [...ids].map((id) => record(id))
}

describe('protocol / engine / voters', () => {
  it('1, 1, 3, 3, 5 and never more than asked for', () => {
    assert.deepEqual([1, 2, 3, 4, 5, 6, 7, 100].map((n) => voterCount(n, 5)), [1, 1, 3, 3, 5, 5, 5, 5])
    assert.deepEqual([1, 3, 7, 100].map((n) => voterCount(n, 7)), [1, 3, 7, 7])
    assert.deepEqual([1, 3, 7].map((n) => voterCount(n, 1)), [1, 1, 1])
  })

  it('the second peer is a standby that learns', () => {
    assert.equal(next(view('a', '', records('ab'))), 'a/b')
    assert.equal(next(view('a', 'b', records('ab'))), 'rest')
  })

  it('goes from one voter to three only when both learners are ready', () => {
    assert.equal(next(view('a', 'b', records('abc'))), 'a/bc')
    assert.equal(next(view('a', 'bc', records('abc'), { c: { ...alive, lag: 10_000 } })), 'rest')
    assert.equal(next(view('a', 'bc', records('abc'))), 'ab/c')
    assert.equal(next(view('ab', 'c', records('abc'))), 'abc/')
  })

  it('steps back from two voters when the third candidate died in that moment', () => {
    assert.equal(next(view('ab', 'c', records('abc'), { c: longDead }, 11_000)), 'ab/')
    assert.equal(next(view('ab', 'c', records('abc'), { c: longDead }, 11_000)), 'ab/')
    assert.equal(next(view('ab', '', records('abc'), { c: longDead }, 11_000)), 'a/')
    assert.equal(next(view('a', '', records('abc'), { c: longDead }, 11_000)), 'a/b')
    assert.equal(next(view('a', 'b', records('abc'), { c: longDead }, 11_000)), 'rest')
  })

  it('takes no witness as a standby', () => {
    assert.equal(next(view('a', '', [record('a'), record('w', '', 'witness')])), 'rest')
  })

  it('moves voters to a second zone when one appears', () => {
    const zoned = [...'abc'].map((id) => record(id, 'x')).concat([...'de'].map((id) => record(id, 'y')))
    const three = (voters: string, learners: string, seen: Record<string, Seen> = {}): string => next({ ...view(voters, learners, zoned, seen), maxVoters: 3 })
    assert.equal(three('abc', ''), 'abc/d')
    assert.equal(three('abc', 'd'), 'abcd/')
    assert.equal(three('abcd', ''), 'abd/')
    assert.equal(three('abd', ''), 'rest')
    assert.equal(three('abc', '', { b: { ...alive, state: 'suspect' } }), 'rest')
  })

  it('replaces a dead voter after a minute, adding before removing', () => {
    assert.equal(next(view('abc', '', records('abcd'), { c: longDead }, 59_000)), 'rest')
    assert.equal(next(view('abc', '', records('abcd'), { c: longDead }, 61_000)), 'abc/d')
    assert.equal(next(view('abc', 'd', records('abcd'), { c: longDead }, 61_000)), 'abcd/')
    assert.equal(next(view('abcd', '', records('abcd'), { c: longDead }, 61_000)), 'abd/')
  })

  it('never removes for death alone', () => {
    assert.equal(next(view('abc', '', records('abc'), { c: longDead }, 10_000_000)), 'rest')
    assert.equal(next(view('abc', '', records('abcd'), { c: longDead, d: longDead }, 10_000_000)), 'rest')
  })

  it('replaces who was removed on purpose at once; a leader hands over first', () => {
    assert.equal(next(view('abc', '', records('abd'))), 'abc/d')
    assert.equal(next(view('abc', '', records('ab'))), 'ab/')
    assert.equal(next(view('ab', '', records('ab'))), 'a/')
    assert.equal(next(view('abcd', '', records('bcd'))), 'hand over')
  })

  it('spreads over zones and takes witnesses last', () => {
    const zoned = [record('a', 'x'), record('b', 'x'), record('c', 'y'), record('d', 'z')]
    assert.equal(next(view('a', '', zoned)), 'a/cd')
    const witnessed = [record('a'), record('b'), record('w', '', 'witness')]
    assert.equal(next(view('ab', 'w', witnessed)), 'abw/')
    const step = planVoters(view('ab', 'w', witnessed))
    assert.deepEqual(step?.kind === 'configure' && step.configuration.witnesses, ['w'])
  })

  it('comes to rest spread over zones from anywhere', () => {
    const zones = fc.array(fc.constantFrom('x', 'y', 'z'), { minLength: 3, maxLength: 7 })
    fc.assert(
      fc.property(zones, (places) => {
        const peers = places.map((zone, at) => record('abcdefg'[at] ?? '', zone))
        const seen = new Map(peers.map(({ peer }) => [peer, alive]))
        let configuration: Configuration = { voters: ['a', 'b', 'c'], learners: [], witnesses: [] }
        for (let steps = 0; ; steps++) {
          assert.ok(steps < 60, 'comes to rest')
          const step = planVoters({ self: 'a', configuration, peers, seen, maxVoters: 3, nowMs: 1e6 })
          if (step === undefined) break
          assert.equal(step.kind, 'configure')
          if (step.kind === 'configure') configuration = step.configuration
        }
        const used = new Set(configuration.voters.map((voter) => peers.find(({ peer }) => peer === voter)?.zone))
        assert.equal(used.size, Math.min(3, new Set(places).size))
      }),
    )
  })

  it('comes to rest at the wanted number from anywhere, one voter at a time', () => {
    const ids = fc.uniqueArray(fc.constantFrom(...'abcdefg'), { minLength: 1, maxLength: 7 })
    fc.assert(
      fc.property(ids, ids, fc.constantFrom(1, 3, 5, 7), (peers, voters, maxVoters) => {
        let configuration: Configuration = { voters, learners: [], witnesses: [] }
        let self = voters[0] ?? ''
        const seen = new Map([...peers, ...voters].map((peer) => [peer, alive]))
        for (let steps = 0; steps < 60; steps++) {
          const step = planVoters({ self, configuration, peers: peers.map((peer) => record(peer)), seen, maxVoters, nowMs: 1e6 })
          if (step === undefined) break
          if (step.kind === 'handOver') {
            const other = configuration.voters.find((peer) => peer !== self && peers.includes(peer)) ?? configuration.voters.find((peer) => peer !== self)
            assert.ok(other !== undefined)
            self = other
            continue
          }
          assert.equal(refuseChange(configuration, step.configuration), undefined)
          configuration = step.configuration
        }
        assert.equal(configuration.voters.length, voterCount(peers.length, maxVoters))
        for (const voter of configuration.voters) assert.ok(peers.includes(voter))
      }),
    )
  })
})
