// Whole engines together: what users notice of agreement. Elections, lost leaders, mirrors, automatic voters, snapshots,
// leases and works, each as a story in virtual time.
import { strict as assert } from 'node:assert'
import { record, TestCluster } from './harness.ts'

function settled(cluster: TestCluster, voters: number): void {
  cluster.until(`${voters} voters`, 20_000, () => cluster.voters().length === voters && cluster.leader()?.engine.status().configuration.learners.length === 0)
}

function everywhere(cluster: TestCluster, value: string): boolean {
  return cluster.up.every((peer) => peer.state.values.includes(value))
}

describe('protocol / engine', () => {
  it('one peer alone agrees with itself', () => {
    const cluster = TestCluster.start(['a'])
    cluster.propose('a', { set: 'x' })
    cluster.run(50)
    assert.deepEqual(cluster.peer('a').state.values, ['x'])
    cluster.read('a', 7)
    cluster.run(20)
    assert.ok((cluster.peer('a').confirmed.get(7) ?? 0) >= cluster.peer('a').state.index - 1)
  })

  it('voters follow the number of peers: 1, 1, 3, 3, 5', () => {
    for (const [peers, voters] of [[2, 1], [3, 3], [4, 3], [5, 5], [6, 5]] as const) {
      const cluster = TestCluster.start(['a', 'b', 'c', 'd', 'e', 'f'].slice(0, peers))
      cluster.run(8000)
      assert.equal(cluster.voters().length, voters, `${peers} peers`)
    }
  })

  it('every peer, mirrors too, proposes, reads what was written before, and ends with the same state', () => {
    const ids = ['a', 'b', 'c', 'd', 'e']
    const cluster = TestCluster.start(ids, { maxVoters: 1 })
    cluster.until('all see all', 10_000, () => cluster.up.every((peer) => peer.state.peers.size === 5))
    assert.deepEqual(cluster.voters(), ['a'])
    for (const id of ids) {
      cluster.propose(id, { set: `by ${id}` })
      cluster.until(`by ${id} everywhere`, 1500, () => everywhere(cluster, `by ${id}`))
    }
    const writer = cluster.peer('b')
    cluster.propose('b', { set: 'last' })
    cluster.until('written', 500, () => writer.state.values.includes('last'))
    const written = writer.state.index
    cluster.read('e', 1)
    cluster.until('read', 500, () => cluster.peer('e').confirmed.has(1))
    assert.ok((cluster.peer('e').confirmed.get(1) ?? 0) >= written)
    cluster.until('applied', 100, () => cluster.peer('e').state.values.includes('last'))
  })

  it('a killed leader is replaced within two seconds and no acknowledged write is lost', () => {
    for (let seed = 1; seed <= 10; seed++) {
      const cluster = TestCluster.start(['a', 'b', 'c'], { seed })
      settled(cluster, 3)
      cluster.propose('b', { set: 'before' })
      cluster.until('before', 500, () => cluster.peer('b').state.values.includes('before'))
      const old = cluster.leader()?.id ?? ''
      cluster.crash(old)
      const other = cluster.up[0]
      assert.ok(other !== undefined)
      cluster.propose(other.id, { set: 'after' })
      const tookMs = cluster.until('after', 2000, () => other.state.values.includes('after'))
      assert.ok(tookMs <= 2000, `took ${tookMs} ms`)
      assert.deepEqual(other.state.values, ['before', 'after'])
      cluster.restart(old)
      cluster.until('back', 3000, () => cluster.peer(old).state.values.length === 2)
    }
  })

  it('a silent leader is replaced within 3.5 s, and steps down itself (P10, P15)', () => {
    for (let seed = 1; seed <= 10; seed++) {
      const cluster = TestCluster.start(['a', 'b', 'c'], { seed })
      settled(cluster, 3)
      const old = cluster.leader()?.id ?? ''
      cluster.isolate(old)
      const other = cluster.up.find((peer) => peer.id !== old)
      assert.ok(other !== undefined)
      cluster.propose(other.id, { set: 'after' })
      cluster.until('after', 3500, () => other.state.values.includes('after'))
      cluster.until('old one steps down', 1500, () => cluster.peer(old).engine.status().role !== 'leader')
      const { term } = other.engine.status()
      cluster.run(5000)
      cluster.heal()
      cluster.until('back', 3000, () => cluster.peer(old).state.values.includes('after'))
      assert.equal(cluster.leader()?.engine.status().term, term, 'the returning peer disturbs nobody')
    }
  })

  it('without a majority proposals and reads end with noLeader, and nothing is lost afterwards', () => {
    const cluster = TestCluster.start(['a', 'b', 'c'])
    settled(cluster, 3)
    cluster.crash('b')
    cluster.crash('c')
    cluster.run(2000)
    const counter = cluster.propose('a', { set: 'never' })
    cluster.read('a', 5)
    cluster.until('refused', 12_000, () => cluster.peer('a').refused.get(counter) === 'noLeader' && cluster.peer('a').lost.includes(5))
    assert.equal(cluster.peer('a').engine.status().quorum, false)
    cluster.restart('b')
    cluster.propose('a', { set: 'again' })
    cluster.until('again', 4000, () => cluster.peer('b').state.values.includes('again'))
  })

  it('all peers killed at once come back with everything that was acknowledged', () => {
    for (let seed = 1; seed <= 5; seed++) {
      const cluster = TestCluster.start(['a', 'b', 'c'], { seed, saveMs: 5 })
      settled(cluster, 3)
      for (let i = 0; i < 20; i++) cluster.propose(['a', 'b', 'c'][i % 3] ?? 'a', { set: `v${i}` })
      cluster.run(40 + seed * 3)
      const acknowledged = cluster.peer('a').state.values
      for (const id of ['a', 'b', 'c']) cluster.crash(id)
      cluster.run(100)
      for (const id of ['a', 'b', 'c']) cluster.restart(id)
      cluster.propose('a', { set: 'end' })
      cluster.until('end', 5000, () => everywhere(cluster, 'end'))
      for (const value of acknowledged) assert.ok(cluster.peer('b').state.values.includes(value), value)
    }
  })

  it('nine peers that start at once elect without a storm of elections (P19)', () => {
    for (let seed = 1; seed <= 5; seed++) {
      const ids = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i']
      const cluster = TestCluster.start(ids, { seed })
      settled(cluster, 5)
      const before = cluster.leader()?.engine.status().term ?? 0
      for (const id of ids) cluster.crash(id)
      cluster.run(100)
      for (const id of ids) cluster.restart(id)
      cluster.propose('i', { set: 'again' })
      cluster.until('again', 4000, () => cluster.peer('i').state.values.includes('again'))
      const terms = (cluster.leader()?.engine.status().term ?? 0) - before
      assert.ok(terms >= 1 && terms <= 3, `${terms} terms, seed ${seed}`)
    }
  })

  it('fifty peers that join at once are members in seconds, and nobody is elected anew (P19)', () => {
    const ids = Array.from({ length: 55 }, (_, i) => `p${i}`)
    const cluster = TestCluster.start(ids.slice(0, 5))
    settled(cluster, 5)
    const { term } = cluster.leader()?.engine.status() ?? {}
    for (const id of ids.slice(5)) {
      cluster.add(id)
      cluster.propose('p1', { peer: record(id) })
    }
    cluster.until('all know all', 3000, () => cluster.up.every((peer) => peer.state.peers.size === 55))
    cluster.run(3000)
    assert.equal(cluster.leader()?.engine.status().term, term)
    assert.equal(cluster.voters().length, 5)
  }).timeout(20_000)

  it('a hundred peers that start at once elect without a storm of elections (P19)', () => {
    const ids = Array.from({ length: 100 }, (_, i) => `p${i}`)
    const cluster = TestCluster.start(ids)
    settled(cluster, 5)
    const before = cluster.leader()?.engine.status().term ?? 0
    for (const id of ids) cluster.persist(id)
    for (const id of ids) cluster.crash(id)
    cluster.run(500)
    for (const id of ids) cluster.restart(id)
    cluster.propose('p99', { set: 'again' })
    cluster.until('again', 4000, () => everywhere(cluster, 'again'))
    cluster.run(3000)
    const terms = (cluster.leader()?.engine.status().term ?? 0) - before
    assert.ok(terms >= 1 && terms <= 3, `${terms} terms`)
  }).timeout(20_000)

  it('applies a proposal once although it is retried through lost leaders and messages (P17)', () => {
    for (let seed = 1; seed <= 5; seed++) {
      const cluster = TestCluster.start(['a', 'b', 'c', 'd'], { seed, lossRate: 0.15 })
      cluster.until('voters', 30_000, () => cluster.voters().length === 3)
      const sent: string[] = []
      for (let round = 0; round < 3; round++) {
        for (const peer of cluster.up) {
          const value = `${peer.id}${round}`
          sent.push(value)
          cluster.propose(peer.id, { set: value })
        }
        const leader = cluster.leader()?.id
        cluster.run(30)
        if (leader !== undefined && round < 2) {
          cluster.isolate(leader)
          cluster.run(2500)
          cluster.heal()
        }
      }
      cluster.lossRate = 0
      cluster.until('all', 15_000, () => cluster.up.every((peer) => peer.state.values.length >= sent.length))
      for (const peer of cluster.up) assert.deepEqual([...peer.state.values].sort(), [...sent].sort())
      const [first, ...rest] = cluster.up.map((peer) => peer.state.values.join())
      for (const other of rest) assert.equal(other, first)
    }
  })

  it('replaces a dead voter by a learner after a minute, never going below three', () => {
    const cluster = TestCluster.start(['a', 'b', 'c', 'd'])
    settled(cluster, 3)
    const dead = cluster.voters().find((id) => id !== cluster.leader()?.id) ?? ''
    const spare = ['a', 'b', 'c', 'd'].find((id) => !cluster.voters().includes(id)) ?? ''
    cluster.crash(dead)
    cluster.run(50_000)
    assert.ok(cluster.voters().includes(dead), 'not yet')
    cluster.until('replaced', 30_000, () => {
      assert.ok(cluster.voters().length >= 3 || cluster.leader() === undefined)
      return cluster.voters().includes(spare) && !cluster.voters().includes(dead)
    })
    cluster.restart(dead)
    cluster.propose(spare, { set: 'x' })
    cluster.until('the dead one is a mirror and follows', 15_000, () => cluster.peer(dead).state.values.includes('x'))
    assert.equal(cluster.peer(dead).engine.status().role, 'mirror')
  })

  it('replaces a removed voter at once, and shrinks to one when only two peers are left', () => {
    const cluster = TestCluster.start(['a', 'b', 'c'])
    settled(cluster, 3)
    cluster.propose('a', { removePeer: 'a' })
    cluster.until('one voter', 10_000, () => cluster.voters().length === 1 && !cluster.voters().includes('a'))
    cluster.propose('b', { set: 'x' })
    cluster.until('goes on', 2000, () => cluster.peer('c').state.values.includes('x'))
  })

  it('brings a peer that slept through a compaction back by a snapshot from another peer than the leader (P13)', function () {
    this.timeout(20_000)
    const cluster = TestCluster.start(['a', 'b', 'c'])
    settled(cluster, 3)
    const asleep = cluster.voters().find((id) => id !== cluster.leader()?.id) ?? ''
    cluster.crash(asleep)
    for (let i = 0; i < 26; i++) {
      for (let k = 0; k < 500; k++) cluster.propose(cluster.leader()?.id ?? '', { set: `${i}.${k}` })
      cluster.run(60)
    }
    for (const peer of cluster.up) cluster.persist(peer.id)
    cluster.run(100)
    cluster.restart(asleep)
    const awake = cluster.up.find((peer) => peer.id !== asleep)
    cluster.until('caught up', 10_000, () => cluster.peer(asleep).state.values.length === 13_000)
    assert.ok(cluster.log.length >= 1)
    assert.ok(!cluster.log.includes(`snapshot ${cluster.leader()?.id} > ${asleep}`), cluster.log.join())
    assert.deepEqual(cluster.peer(asleep).state.values, awake?.state.values)
    cluster.propose(asleep, { set: 'x' })
    cluster.until('goes on', 2000, () => everywhere(cluster, 'x'))
  })

  it('gives leases while there is a majority and lets them run out without', () => {
    const cluster = TestCluster.start(['a', 'b', 'c', 'd'])
    settled(cluster, 3)
    cluster.run(5000)
    for (const peer of cluster.up) assert.ok(peer.engine.status().leaseUntilMs > cluster.nowMs + 5000, peer.id)
    const leader = cluster.leader()?.id ?? ''
    cluster.isolate(leader)
    cluster.run(9000)
    assert.ok(cluster.peer(leader).engine.status().leaseUntilMs < cluster.nowMs)
    cluster.run(6000)
    assert.deepEqual(cluster.up.find((peer) => peer.id !== leader && peer.engine.status().role === 'leader')?.engine.status().expired, [leader])
  })

  it('a mirror learns of a new leader, also of one whose first entry was committed at once', () => {
    for (const seed of [19, 23, 26]) {
      const cluster = TestCluster.start(['a', 'b', 'c', 'd'], { seed })
      settled(cluster, 3)
      cluster.run(5000)
      const leader = cluster.leader()?.id ?? ''
      cluster.isolate(leader)
      cluster.run(15_000)
      const mirror = cluster.up.find((peer) => peer.engine.status().role === 'mirror')
      assert.notEqual(mirror?.engine.status().leader, leader)
      assert.ok((mirror?.engine.status().leaseUntilMs ?? 0) > cluster.nowMs, `seed ${seed}`)
    }
  })

  it('gives every work a holder, and another one when the holder dies', () => {
    const cluster = TestCluster.start(['a', 'b', 'c'], { works: ['controllers', 'scheduler'] })
    cluster.until('assigned', 15_000, () => cluster.peer('c').state.assignments.size === 2)
    settled(cluster, 3)
    const before = cluster.peer('c').state.assignments.get('controllers')
    assert.ok(before !== undefined)
    cluster.crash(before.peer)
    const witness = cluster.up[0]
    assert.ok(witness !== undefined)
    cluster.until('moved', 10_000, () => witness.state.assignments.get('controllers')?.peer !== before.peer)
    const after = witness.state.assignments.get('controllers')
    assert.ok(after !== undefined && after.epoch > before.epoch)
    assert.ok(cluster.peer(after.peer).gained.some((row) => row.work === 'controllers' && row.epoch === after.epoch))
  })

  it('a leader whose disk stalls steps down (P7)', () => {
    const cluster = TestCluster.start(['a', 'b', 'c'])
    settled(cluster, 3)
    const old = cluster.leader()?.id ?? ''
    cluster.stalled.add(old)
    cluster.propose(old, { set: 'slow' })
    cluster.until('another leader', 4000, () => cluster.leader() !== undefined && cluster.leader()?.id !== old)
    cluster.stalled.delete(old)
    cluster.until('slow is written', 12_000, () => everywhere(cluster, 'slow'))
  })

  it('a clean stop hands the leadership over without an election timeout', () => {
    const cluster = TestCluster.start(['a', 'b', 'c'])
    settled(cluster, 3)
    const old = cluster.leader()
    assert.ok(old !== undefined)
    old.engine.stop(false)
    cluster.drain(old)
    cluster.until('handed over', 150, () => cluster.leader() !== undefined && cluster.leader() !== old)
  })

  it('a peer with a damaged log does not vote until it has caught up long after its start (P4, P6)', () => {
    const cluster = TestCluster.start(['a', 'b', 'c'])
    settled(cluster, 3)
    const damaged = cluster.voters().find((id) => id !== cluster.leader()?.id) ?? ''
    cluster.crash(damaged)
    cluster.peer(damaged).disk.entries.splice(3)
    cluster.peer(damaged).durable.index = Math.min(cluster.peer(damaged).durable.index, 3)
    cluster.restart(damaged, false)
    cluster.run(3000)
    assert.equal(cluster.peer(damaged).engine.status().mayVote, false)
    cluster.until('votes again', 15_000, () => cluster.peer(damaged).engine.status().mayVote === true)
  })

  it('a witness makes three: it brings a voter that lacks an entry up to date and gives the leadership on', () => {
    const cluster = new TestCluster()
    for (const id of ['a', 'b', 'w']) cluster.add(id)
    cluster.peer('a').engine.bootstrap()
    cluster.drain(cluster.peer('a'))
    cluster.run(100)
    for (const id of ['a', 'b']) cluster.propose('a', { peer: record(id) })
    cluster.propose('a', { peer: { ...record('w'), role: 'witness' } })
    settled(cluster, 3)
    assert.deepEqual(cluster.leader()?.engine.status().configuration.witnesses, ['w'])
    cluster.isolate('b')
    cluster.propose('a', { set: 'x' })
    cluster.until('agreed without b', 500, () => cluster.peer('a').state.values.includes('x'))
    cluster.crash('a')
    cluster.heal()
    cluster.until('b leads with the entry', 6000, () => cluster.leader()?.id === 'b' && cluster.peer('b').state.values.includes('x'))
  })
})
