// The behaviour of membership as a whole: the cluster's table of times, no false deaths, refutation, rejoining after a
// partition, leaving. Times are those of the design; SWIM and Lifeguard are cited where a rule is theirs.
import assert from 'node:assert/strict'
import { suspicionMinMs } from '../../../protocol/membership/limits.ts'
import { probePeriodMs } from '../../../protocol/membership/membership.ts'
import { percentile, Swarm } from './swarm.ts'

/** How long after the fault each survivor saw `victim` in a state, over several runs. */
function timesOf(count: number, seeds: number, loss: number, connectionsClose: boolean): { suspected: number[]; dead: number[]; falselyDead: number } {
  const suspected: number[] = []
  const dead: number[] = []
  let falselyDead = 0
  for (let seed = 1; seed <= seeds; seed++) {
    const swarm = new Swarm(count, seed)
    swarm.loss = loss
    swarm.run(2000 + swarm.random.integer(900))
    swarm.changes.length = 0
    swarm.down.add('p0')
    const startMs = swarm.nowMs
    const survivors = swarm.names.slice(1)
    if (connectionsClose) for (const name of survivors) { swarm.machine(name).connectionLost('p0', 'lost', swarm.nowMs); swarm.drain(name) }
    swarm.run(4500)
    const seen = swarm.changes.filter((change) => change.peer === 'p0')
    for (const name of survivors) {
      const mine = seen.filter((change) => change.seenBy === name)
      suspected.push((mine.find((change) => change.state !== 'alive')?.at ?? Infinity) - startMs)
      dead.push((mine.find((change) => change.state === 'dead')?.at ?? Infinity) - startMs)
    }
    falselyDead += swarm.changes.filter((change) => change.peer !== 'p0' && change.state === 'dead').length
  }
  return { suspected, dead, falselyDead }
}

describe('protocol / membership / times', () => {
  for (const count of [2, 3, 5]) {
    it(`killed, ${count} peers - suspected within 0.5 s, dead within 3 s`, () => {
      const { suspected, dead } = timesOf(count, 20, 0, true)
      assert.ok(Math.max(...suspected) <= 500, `suspected after ${Math.max(...suspected)} ms`)
      assert.ok(Math.max(...dead) <= 3000, `dead after ${Math.max(...dead)} ms`)
      assert.ok(Math.min(...dead) >= 2000, 'a restarted daemon has time to come back')
    })
    it(`silent loss, ${count} peers - suspected within 1.5 s, dead within 3.5 s`, () => {
      const { suspected, dead } = timesOf(count, 40, 0, false)
      assert.ok(percentile(suspected, 0.99) <= 1500, `suspected after ${percentile(suspected, 0.99)} ms`)
      assert.ok(percentile(dead, 0.99) <= 3500, `dead after ${percentile(dead, 0.99)} ms`)
    })
  }
  it('a crashed daemon whose machine refuses new connections is suspected by all within 0.1 s, and has nearly 3 s to come back', () => {
    for (const count of [2, 3, 5]) {
      const swarm = new Swarm(count, 7)
      swarm.run(2000)
      swarm.changes.length = 0
      swarm.down.add('p0')
      const startMs = swarm.nowMs
      for (const name of swarm.names.slice(1)) {
        swarm.machine(name).connectionLost('p0', 'lost', swarm.nowMs)
        swarm.machine(name).connectionLost('p0', 'refused', swarm.nowMs)
        swarm.drain(name)
      }
      swarm.run(600)
      for (const name of swarm.names.slice(1)) swarm.machine(name).connectionLost('p0', 'refused', swarm.nowMs)
      swarm.run(3900)
      const times = (state: string): number[] => swarm.changes.filter((change) => change.peer === 'p0' && change.state === state).map((change) => change.at - startMs)
      assert.equal(times('suspect').length, count - 1)
      assert.ok(Math.max(...times('suspect')) <= 100, `suspected after ${Math.max(...times('suspect'))} ms`)
      assert.ok(Math.min(...times('dead')) >= 2600, `dead after ${Math.min(...times('dead'))} ms`)
      assert.ok(Math.max(...times('dead')) <= 3000, `dead after ${Math.max(...times('dead'))} ms`)
    }
  })
  it('a machine that refuses only while it is switched off is dead as soon as a silent one', () => {
    const swarm = new Swarm(3, 7)
    swarm.run(2000)
    swarm.changes.length = 0
    swarm.down.add('p0')
    const startMs = swarm.nowMs
    for (const name of swarm.names.slice(1)) {
      swarm.machine(name).connectionLost('p0', 'refused', swarm.nowMs)
      swarm.drain(name)
    }
    swarm.run(100)
    for (const name of swarm.names.slice(1)) swarm.machine(name).connectionLost('p0', 'refused', swarm.nowMs)
    swarm.run(3000)
    const dead = swarm.changes.filter((change) => change.peer === 'p0' && change.state === 'dead').map((change) => change.at - startMs)
    assert.equal(dead.length, 2)
    assert.ok(Math.max(...dead) <= suspicionMinMs + 200, `dead after ${Math.max(...dead)} ms`)
  })
  it('a peer that refuses one of the others at an old address is not suspected', () => {
    const swarm = new Swarm(3, 8)
    swarm.run(2000)
    swarm.changes.length = 0
    swarm.machine('p1').connectionLost('p0', 'refused', swarm.nowMs)
    swarm.drain('p1')
    swarm.run(2000)
    assert.deepEqual(swarm.changes, [])
  })
  it('100 peers - the same times', () => {
    const silent = timesOf(100, 2, 0, false)
    assert.ok(percentile(silent.suspected, 0.99) <= 1500)
    assert.ok(percentile(silent.dead, 0.99) <= 3500)
    const killed = timesOf(100, 1, 0, true)
    assert.ok(Math.max(...killed.suspected) <= 500)
    assert.ok(Math.max(...killed.dead) <= 3000)
  }).timeout(30_000)
  it('silent loss at 10 % loss of messages - the same times, and nobody else dies', () => {
    const { suspected, dead, falselyDead } = timesOf(3, 60, 0.1, false)
    assert.ok(percentile(suspected, 0.99) <= 1500)
    assert.ok(percentile(dead, 0.99) <= 3500)
    assert.equal(falselyDead, 0)
  })
})

describe('protocol / membership / truth', () => {
  it('10 % loss for ten minutes - nobody is declared dead (P23)', () => {
    for (const count of [2, 3, 8]) {
      const swarm = new Swarm(count, 7 + count)
      swarm.loss = 0.1
      swarm.run(600_000 / count)
      assert.deepEqual(swarm.changes.filter((change) => change.state === 'dead'), [])
    }
  }).timeout(30_000)
  it('one cut link - helpers answer for the target (SWIM, section 3.1) (P15)', () => {
    const swarm = new Swarm(3, 5)
    swarm.link = (from, to) => !((from === 'p0' && to === 'p1') || (from === 'p1' && to === 'p0'))
    swarm.run(30_000)
    assert.deepEqual(swarm.changes.filter((change) => change.state !== 'alive'), [])
  })
  it('a deaf peer - is found dead although it still speaks', () => {
    const swarm = new Swarm(4, 5)
    swarm.run(1000)
    swarm.link = (_from, to) => to !== 'p0'
    swarm.run(4000)
    for (const name of ['p1', 'p2', 'p3']) assert.equal(swarm.stateOf('p0', name), 'dead')
    for (const name of ['p1', 'p2', 'p3']) for (const other of ['p1', 'p2', 'p3']) assert.equal(swarm.stateOf(other, name), 'alive')
  })
  it('a healed partition - finds itself within seconds and all are alive again', () => {
    const swarm = new Swarm(5, 11)
    const left = new Set(['p0', 'p1'])
    swarm.link = (from, to) => left.has(from) === left.has(to)
    swarm.run(10_000)
    assert.equal(swarm.stateOf('p0', 'p4'), 'dead')
    assert.equal(swarm.stateOf('p4', 'p0'), 'dead')
    swarm.link = () => true
    swarm.run(6000)
    for (const name of swarm.names) for (const other of swarm.names) assert.equal(swarm.stateOf(other, name), 'alive', `${other} by ${name}`)
  })
  it('a peer that comes back from being cut off - its word kills nobody who lives (P23)', () => {
    for (const count of [3, 5, 10]) {
      for (let seed = 1; seed <= 15; seed++) {
        const swarm = new Swarm(count, seed)
        swarm.link = (from, to) => from !== 'p1' && to !== 'p1'
        swarm.run(4000 + swarm.random.integer(4000))
        swarm.link = () => true
        swarm.run(3000)
        const wronged = swarm.changes.filter((change) => change.state === 'dead' && change.peer !== 'p1' && change.seenBy !== 'p1')
        assert.deepEqual(wronged, [], `${count} peers, seed ${seed}`)
        for (const name of swarm.names) for (const other of swarm.names) assert.equal(swarm.stateOf(other, name), 'alive', `${other} by ${name}, seed ${seed}`)
      }
    }
  })
  it('a peer whose link is back among many - all live again for it within 0.5 s, the dead are not asked one a second', () => {
    for (let seed = 1; seed <= 10; seed++) {
      const swarm = new Swarm(20, seed)
      swarm.link = (from, to) => from !== 'p1' && to !== 'p1'
      swarm.run(15_000)
      assert.equal(swarm.stateOf('p7', 'p1'), 'dead')
      swarm.link = () => true
      swarm.run(500)
      for (const name of swarm.names) for (const other of swarm.names) assert.equal(swarm.stateOf(other, name), 'alive', `${other} by ${name}, seed ${seed}`)
    }
  })
  it('a word of death about one who is silent here too - our own suspicion still takes its time', () => {
    const swarm = new Swarm(2, 3)
    swarm.down.add('p1')
    swarm.run(1400)
    const sinceMs = swarm.changes.find((change) => change.state === 'suspect')?.at ?? 0
    const rumour = { peer: 'p1', state: 'dead', incarnation: 1, by: 'p9', addresses: [], addressSequence: 0 } as const
    swarm.machine('p0').step('p9', { kind: 'news', sequence: 0, rumours: [rumour] }, swarm.nowMs)
    swarm.drain('p0')
    assert.equal(swarm.stateOf('p1', 'p0'), 'suspect')
    swarm.run(3000)
    const diedMs = swarm.changes.find((change) => change.state === 'dead')?.at ?? 0
    assert.ok(diedMs - sinceMs >= suspicionMinMs, `dead after ${diedMs - sinceMs} ms`)
  })
  it('a peer that stood still - does not blame the others and refutes what was said of it (P23)', () => {
    const swarm = new Swarm(3, 3)
    swarm.run(2000)
    swarm.down.add('p0')
    swarm.run(10_000)
    assert.equal(swarm.stateOf('p0', 'p1'), 'dead')
    swarm.changes.length = 0
    swarm.down.delete('p0')
    swarm.run(4000)
    assert.deepEqual(swarm.changes.filter((change) => change.seenBy === 'p0' && change.state !== 'alive'), [])
    assert.equal(swarm.stateOf('p0', 'p1'), 'alive')
    assert.equal(swarm.stateOf('p0', 'p2'), 'alive')
  })
  it('a new life of a peer - outbids the claims about its last one, addresses included', () => {
    const swarm = new Swarm(3, 9)
    swarm.run(1000)
    for (let life = 0; life < 5; life++) swarm.machine('p0').announce(['/ip4/10.9.9.9/tcp/1'])
    swarm.drain('p0')
    swarm.run(1000)
    swarm.start('p0')
    swarm.run(3000)
    const seen = swarm.machine('p1').members().find((member) => member.peer === 'p0')
    assert.deepEqual(seen?.hint.addresses, ['/ip4/10.0.0.1/p0'])
    assert.equal(seen?.state, 'alive')
  })
})

describe('protocol / membership / coming and going', () => {
  it('leave - everybody knows at once and nobody suspects', () => {
    const swarm = new Swarm(4, 2)
    swarm.run(1000)
    swarm.machine('p0').leave(swarm.nowMs)
    swarm.drain('p0')
    swarm.run(100)
    swarm.down.add('p0')
    swarm.run(8000)
    for (const name of ['p1', 'p2', 'p3']) assert.equal(swarm.stateOf('p0', name), 'left')
    swarm.start('p0')
    swarm.run(4000)
    for (const name of ['p1', 'p2', 'p3']) assert.equal(swarm.stateOf('p0', name), 'alive')
  })
  it('remove - the peer is forgotten and rumours do not bring it back', () => {
    const swarm = new Swarm(3, 2)
    swarm.run(1000)
    swarm.machine('p1').remove('p0')
    swarm.run(3000)
    assert.equal(swarm.stateOf('p0', 'p1'), undefined)
  })
  it('announce - the new addresses reach everybody', () => {
    const swarm = new Swarm(20, 2)
    swarm.run(500)
    swarm.machine('p3').announce(['/ip4/192.0.2.3/tcp/7447'])
    swarm.drain('p3')
    swarm.run(1000)
    for (const name of swarm.names) {
      const seen = swarm.machine(name).members().find((member) => member.peer === 'p3')
      assert.deepEqual(seen?.hint.addresses, ['/ip4/192.0.2.3/tcp/7447'])
    }
  })
  it('idle - few bytes to each other peer', () => {
    for (const count of [2, 3, 10]) {
      const swarm = new Swarm(count, 4)
      swarm.run(3000)
      swarm.sent = 0
      swarm.run(10_000)
      const perPairAndSecond = swarm.sent / count / (count - 1) / 10
      assert.ok(perPairAndSecond <= 6, `${perPairAndSecond} messages a second and pair`)
    }
  })
  it('probe period - between its bounds', () => {
    assert.equal(probePeriodMs(0), 400)
    assert.equal(probePeriodMs(1), 400)
    assert.equal(probePeriodMs(2), 225)
    assert.equal(probePeriodMs(100), 150)
  })
  it('same seed - the same conversation', () => {
    const runs = [1, 2].map(() => {
      const swarm = new Swarm(6, 42)
      swarm.loss = 0.2
      swarm.run(8000)
      return [swarm.sent, swarm.sentBytes, JSON.stringify(swarm.changes)]
    })
    assert.deepEqual(runs[0], runs[1])
  })
})
