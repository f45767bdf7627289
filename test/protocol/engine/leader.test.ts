// The leader's answers to others: once for each proposal, with what a mirror lacks, and a plain no from everybody else.
import { strict as assert } from 'node:assert'
import { TestCluster } from './harness.ts'
import type { Message } from '../../../protocol/message/message.ts'

function answers(cluster: TestCluster, id: string, from: string, message: Message): Message[] {
  const peer = cluster.peer(id)
  peer.engine.step(from, message)
  const found: Message[] = []
  for (let ready = peer.engine.ready(); ready !== undefined; ready = peer.engine.ready()) {
    if (ready.save !== undefined) peer.engine.saved(ready.save.sequence)
    for (const sent of [...ready.send, ...ready.sendAfterSave]) if (sent.to === from && sent.message.zone === 'consensus') found.push(sent.message)
  }
  return found
}

function propose(counter: number): Message {
  return { zone: 'consensus', body: { kind: 'propose', proposal: { peer: 'm', counter }, command: new TextEncoder().encode('{"set":"x"}') } }
}

describe('protocol / engine / leader', () => {
  it('appends a repeated proposal once, and answers with the entry', () => {
    const cluster = TestCluster.start(['a', 'm'], { maxVoters: 1 })
    cluster.crash('m')
    cluster.run(15_000)
    const before = cluster.peer('a').engine.status().lastIndex
    const first = answers(cluster, 'a', 'm', propose(1))
    assert.equal(cluster.peer('a').engine.status().lastIndex, before + 1)
    const bodies = first.map((message) => message.body)
    const committed = bodies.find((body) => body.kind === 'proposed')
    assert.ok(committed?.kind === 'proposed')
    assert.equal(committed.outcome, 'committed')
    assert.equal(committed.entries[committed.entries.length - 1]?.index, before + 1)
  })

  it('whoever does not lead says so', () => {
    const cluster = TestCluster.start(['a', 'b', 'm'])
    cluster.run(3000)
    const follower = cluster.up.find((peer) => peer.id !== cluster.leader()?.id && peer.id !== 'm')?.id ?? ''
    const [refused] = answers(cluster, follower, 'm', propose(1))
    assert.deepEqual(refused?.body, { kind: 'proposed', proposal: { peer: 'm', counter: 1 }, outcome: 'notLeader', index: 0, entries: [] })
    const [read] = answers(cluster, follower, 'm', { zone: 'consensus', body: { kind: 'read', context: 4, applied: 0 } })
    assert.deepEqual(read?.body, { kind: 'readReply', context: 4, outcome: 'notLeader', index: 0, entries: [] })
  })
})
