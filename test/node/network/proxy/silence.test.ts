// How long endpoints of a machine that went silent stay in the others' rules: membership and the proxy's model joined, the
// link cut at every phase of the rounds of probes. The bounds are the table of times of ARCHITECTURE.md.
import assert from 'node:assert/strict'
import { suspension, trusted } from '../../../../node/network/proxy/model.ts'
import { percentile, Swarm } from '../../../protocol/membership/swarm.ts'

const stepMs = 10

/** What is left on the peer `self` of a Service with one endpoint on every peer. */
function left(swarm: Swarm, self: string): readonly string[] {
  const members = swarm.machine(self).members().map(({ peer, state, sinceMs }) => ({ name: peer, peerId: peer, state, sinceMs }))
  return trusted(swarm.names.map((node) => ({ node })), suspension(members, self), self).map(({ node }) => node)
}

/** Milliseconds until p0, silent from now on, is out of every survivor's rules; and who else was out of them meanwhile. */
function silence(swarm: Swarm): { readonly outMs: number; readonly wronged: number } {
  const survivors = swarm.names.filter((name) => name !== 'p0')
  swarm.changes.length = 0
  const startMs = swarm.nowMs
  swarm.link = (from, to) => from !== 'p0' && to !== 'p0'
  while (swarm.nowMs - startMs < 4000 && survivors.some((name) => left(swarm, name).includes('p0'))) swarm.run(stepMs)
  const wronged = swarm.changes.filter(({ peer, seenBy, state }) => peer !== 'p0' && seenBy !== 'p0' && state !== 'alive')
  return { outMs: swarm.nowMs - startMs, wronged: wronged.length }
}

describe('network / proxy / silence', () => {
  for (const [count, seeds] of [[3, 200], [5, 100], [10, 30]] as const) {
    for (const loss of [0, 0.01]) {
      it(`link cut, ${count} peers, ${loss * 100} % loss - out of every proxy within 1.5 s, and nobody else`, () => {
        const runs = Array.from({ length: seeds }, (_, seed) => {
          const swarm = new Swarm(count, seed + 1)
          swarm.loss = loss
          swarm.run(1000 + swarm.random.integer(900))
          return silence(swarm)
        })
        const outMs = percentile(runs.map((run) => run.outMs), 0.99)
        assert.ok(outMs <= 1500, `out after ${outMs} ms`)
        assert.equal(runs.reduce((sum, run) => sum + run.wronged, 0), 0)
      })
    }
  }
  it('a second cut right after the first healed - the same time', () => {
    const outMs = Array.from({ length: 60 }, (_, seed) => {
      const swarm = new Swarm(3, seed + 1)
      swarm.run(500)
      swarm.link = (from, to) => from !== 'p1' && to !== 'p1'
      swarm.run(4000)
      swarm.link = () => true
      swarm.run(1500 + swarm.random.integer(900))
      return silence(swarm).outMs
    })
    assert.ok(percentile(outMs, 0.99) <= 1500, `out after ${percentile(outMs, 0.99)} ms`)
  })
  it('everything on the silent machine - stays, since there would be nothing else', () => {
    const swarm = new Swarm(3, 1)
    swarm.run(1000)
    silence(swarm)
    const members = swarm.machine('p1').members().map(({ peer, state, sinceMs }) => ({ name: peer, peerId: peer, state, sinceMs }))
    assert.deepEqual(trusted([{ node: 'p0' }], suspension(members, 'p1'), 'p1'), [{ node: 'p0' }])
  })
})
