// One probe's conversation: ping, helpers, nacks, the verdict, and what it does to the local health (Lifeguard, section IV-A).
import assert from 'node:assert/strict'
import { LocalHealth } from '../../../protocol/membership/local-health.ts'
import { Prober } from '../../../protocol/membership/prober.ts'

function prober(helpers: readonly string[]): { probe: Prober; health: LocalHealth; sent: string[] } {
  const sent: string[] = []
  const health = new LocalHealth()
  const deps = {
    health, isSuspect: () => false, helpers: () => helpers,
    send: (to: string, message: { kind: string; sequence: number }): void => { sent.push(`${message.kind} ${message.sequence} -> ${to}`) },
  }
  return { probe: new Prober(deps, 0), health, sent }
}

describe('protocol / membership / prober', () => {
  it('asks helpers after the direct time and fails after the indirect one', () => {
    const { probe, health, sent } = prober(['h'])
    probe.probe('t', false, 0)
    assert.deepEqual(probe.tick(249), [])
    assert.deepEqual(probe.tick(250), [])
    assert.deepEqual(sent, ['ping 1 -> t', 'pingReq 1 -> h', 'ping 1 -> t'])
    assert.deepEqual(probe.tick(500), ['t'])
    assert.equal(health.score, 1)
  })
  it("a helper's nack says that the fault is not ours", () => {
    const { probe, health } = prober(['h'])
    probe.probe('t', false, 0)
    probe.tick(250)
    probe.nacked('h', 1)
    probe.nacked('stranger', 1)
    assert.deepEqual(probe.tick(500), ['t'])
    assert.equal(health.score, 0)
  })
  it("a helper's answer saves the target, an older answer does not", () => {
    const { probe } = prober(['h'])
    probe.nudge('t')
    probe.probe('t', false, 0)
    probe.acked('t', 1)
    probe.tick(250)
    probe.acked('h', 2)
    assert.deepEqual(probe.tick(500), [])
  })
  it('helps others: passes the answer on, or says early that there is none', () => {
    const { probe, sent } = prober([])
    probe.help('asker', 77, 't', 0)
    probe.acked('t', 1)
    probe.help('asker', 78, 't', 0)
    probe.tick(130)
    probe.tick(140)
    assert.deepEqual(sent, ['ping 1 -> t', 'ack 77 -> asker', 'ping 2 -> t', 'nack 78 -> asker'])
  })
  it('nobody listens at the target: helpers are asked at once, and their word is enough', () => {
    const { probe, health, sent } = prober(['h', 'i'])
    probe.probe('t', true, 0)
    probe.refused('t', 10)
    assert.deepEqual(probe.tick(10), [])
    probe.nacked('h', 1)
    assert.deepEqual(probe.tick(20), [])
    probe.nacked('i', 1)
    assert.deepEqual(probe.tick(30), ['t'])
    assert.deepEqual(sent, ['ping 1 -> t', 'pingReq 1 -> h', 'pingReq 1 -> i', 'ping 1 -> t'])
    assert.equal(health.score, 0)
  })
  it('tells whoever asks for help that nobody listens there, until the target is heard again', () => {
    const { probe, sent } = prober([])
    probe.refused('t', 0)
    probe.help('asker', 77, 't', 50)
    probe.tick(50)
    probe.acked('t', 1)
    probe.help('asker', 78, 't', 60)
    probe.tick(60)
    assert.deepEqual(sent, ['ping 1 -> t', 'nack 77 -> asker', 'ack 77 -> asker', 'ping 2 -> t'])
  })
  it('ill health stretches the timeouts, standing still moves them', () => {
    const { probe, health } = prober([])
    health.note(1)
    probe.probe('t', false, 0)
    probe.tick(500)
    assert.deepEqual(probe.tick(999), [])
    probe.postpone(1000)
    assert.deepEqual(probe.tick(1999), [])
    assert.deepEqual(probe.tick(2000), ['t'])
  })
})
