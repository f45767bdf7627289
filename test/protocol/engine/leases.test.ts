// Leases over the round machinery: only a leader that a majority answered since the request grants one.
import { strict as assert } from 'node:assert'
import { TestCluster } from './harness.ts'

describe('protocol / engine / leases', () => {
  it('counts from the moment of asking: never longer than 8 s after it', () => {
    const cluster = TestCluster.start(['a', 'b', 'c'])
    for (let i = 0; i < 200; i++) {
      cluster.run(50)
      for (const peer of cluster.up) assert.ok(peer.engine.status().leaseUntilMs <= cluster.nowMs + 8000)
    }
    for (const peer of cluster.up) assert.ok(peer.engine.status().leaseUntilMs >= cluster.nowMs + 5500)
  })

  it('a leader that lost its majority grants none, not even to itself (P11)', () => {
    const cluster = TestCluster.start(['a', 'b', 'c', 'd'])
    cluster.until('voters', 10_000, () => cluster.voters().length === 3)
    cluster.run(3000)
    const leader = cluster.leader()?.id ?? ''
    for (const voter of cluster.voters()) if (voter !== leader) cluster.crash(voter)
    cluster.run(5)
    const before = cluster.nowMs
    cluster.run(20_000)
    for (const peer of cluster.up) assert.ok(peer.engine.status().leaseUntilMs <= before + 8000, peer.id)
  })

  it('a removed peer gets no lease any more, and what it ran may be replaced when the last one is over', () => {
    const cluster = TestCluster.start(['a', 'b', 'c', 'd'])
    cluster.until('leases', 15_000, () => cluster.voters().length === 3 && cluster.up.every((peer) => peer.engine.status().leaseUntilMs > cluster.nowMs))
    const gone = cluster.up.find(({ id }) => !cluster.voters().includes(id))?.id ?? ''
    const leader = (): boolean => cluster.peer(cluster.leader()?.id ?? 'a').engine.leaseOver(gone)
    cluster.propose(cluster.leader()?.id ?? '', { removePeer: gone })
    cluster.until('removed', 3000, () => !cluster.peer('a').state.peers.has(gone))
    cluster.run(500)
    const untilMs = cluster.peer(gone).engine.status().leaseUntilMs
    assert.equal(leader(), false)
    cluster.until('over', 15_000, leader)
    assert.ok(cluster.nowMs >= untilMs + 2000, `${cluster.nowMs} after ${untilMs}`)
    assert.equal(cluster.peer(gone).engine.status().leaseUntilMs, untilMs)
    assert.ok(cluster.up.filter(({ id }) => id !== cluster.leader()?.id).every(({ engine }) => !engine.leaseOver(gone)), 'only the leader says so')
  })

  it('an unhealthy peer asks for none and holds no works', () => {
    const cluster = TestCluster.start(['a', 'b', 'c'], { works: ['w'] })
    cluster.until('assigned', 15_000, () => cluster.peer('a').state.assignments.size === 1)
    const holder = cluster.peer('a').state.assignments.get('w')?.peer ?? ''
    cluster.peer(holder).engine.health(false)
    cluster.until('moved', 12_000, () => cluster.peer('a').state.assignments.get('w')?.peer !== holder)
    cluster.run(8000)
    assert.ok(cluster.peer(holder).engine.status().leaseUntilMs <= cluster.nowMs)
  })

  it('a peer whose disk is full holds no works and keeps its lease (P7)', () => {
    const cluster = TestCluster.start(['a', 'b', 'c'], { works: ['w'] })
    cluster.until('assigned', 15_000, () => cluster.peer('a').state.assignments.size === 1)
    const holder = cluster.peer('a').state.assignments.get('w')?.peer ?? ''
    cluster.peer(holder).engine.room(true)
    cluster.until('moved', 12_000, () => cluster.peer('a').state.assignments.get('w')?.peer !== holder)
    cluster.run(20_000)
    assert.ok(cluster.peer(holder).engine.status().leaseUntilMs > cluster.nowMs + 4000)
    assert.notEqual(cluster.peer('a').state.assignments.get('w')?.peer, holder)
    assert.notEqual(cluster.leader()?.id, holder)
  })

  it('an unhealthy leader passes leadership on, and goes on where nobody could take it (P7)', () => {
    const cluster = TestCluster.start(['a', 'b', 'c'])
    cluster.until('voters', 10_000, () => cluster.voters().length === 3)
    cluster.run(1000)
    const leader = cluster.leader()?.id ?? ''
    cluster.peer(leader).engine.health(false)
    cluster.until('another leads', 3000, () => cluster.leader() !== undefined && cluster.leader()?.id !== leader)
    const alone = TestCluster.start(['a'])
    alone.until('it leads', 5000, () => alone.leader()?.id === 'a')
    alone.peer('a').engine.health(false)
    alone.run(5000)
    assert.equal(alone.leader()?.id, 'a')
  })
})
