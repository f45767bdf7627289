// Own proposals and reads on their way: retried under the same id or a new context, given up after the deadline.
import { strict as assert } from 'node:assert'
import { maxOwnRequests, requestCheckMs, requestDeadlineMs, requestRetryMs } from '../../../protocol/engine/limits.ts'
import { Outbox } from '../../../protocol/engine/outbox.ts'
import { Requests } from '../../../protocol/engine/requests.ts'
import type { ConsensusMessage } from '../../../protocol/message/consensus.ts'

const id = { peer: 'a', counter: 1 }
const command = Uint8Array.of(1)

function made(leader: string | undefined): { requests: Requests; outbox: Outbox; sent: [string, ConsensusMessage][]; lead: (to: string | undefined) => void } {
  const outbox = new Outbox()
  const sent: [string, ConsensusMessage][] = []
  let target = leader
  const deps = { outbox, target: () => target, deliver: (to: string, message: ConsensusMessage) => void sent.push([to, message]), applied: () => 5 }
  return { requests: new Requests(deps, 100), outbox, sent, lead: (to) => (target = to) }
}

describe('protocol / engine / requests', () => {
  it('sends a proposal to a new leader at once, and to a silent one again, always with its id (P17)', () => {
    const { requests, sent, lead } = made('b')
    requests.propose(id, command, 0)
    requests.tick(requestCheckMs, 'b')
    assert.equal(sent.length, 1)
    lead('c')
    requests.tick(requestCheckMs * 2, 'c')
    assert.deepEqual(sent.map(([to]) => to), ['b', 'c'])
    requests.tick(requestCheckMs * 2 + requestRetryMs, 'c')
    assert.equal(sent.length, 3)
    assert.ok(sent.every(([, message]) => message.kind === 'propose' && message.proposal === id))
    requests.committed(id)
    requests.tick(1e9, 'c')
    assert.equal(sent.length, 3)
  })

  it('gives up with noLeader after the deadline', () => {
    const { requests, outbox } = made(undefined)
    requests.propose(id, command, 0)
    requests.read(9, 0)
    requests.tick(requestDeadlineMs - 1, undefined)
    assert.deepEqual([outbox.proposals.length, outbox.reads.length], [0, 0])
    requests.tick(requestDeadlineMs + requestCheckMs, undefined)
    assert.deepEqual(outbox.proposals, [{ kind: 'noLeader', proposal: id }])
    assert.deepEqual(outbox.reads, [{ kind: 'noLeader', context: 9 }])
  })

  it('says overloaded only when no earlier attempt can be in the log', () => {
    const first = made('b')
    first.requests.propose(id, command, 0)
    first.requests.refused(id, 'overloaded')
    assert.deepEqual(first.outbox.proposals, [{ kind: 'overloaded', proposal: id }])
    const retried = made('b')
    retried.requests.propose(id, command, 0)
    retried.requests.tick(requestRetryMs, 'b')
    retried.requests.refused(id, 'overloaded')
    assert.deepEqual(retried.outbox.proposals, [])
  })

  it('never uses a context twice, and an old answer confirms nothing (P11)', () => {
    const { requests, outbox, sent, lead } = made('b')
    requests.read(1, 0)
    lead('c')
    requests.tick(requestCheckMs, 'c')
    const contexts = sent.map(([, message]) => (message.kind === 'read' ? message.context : -1))
    assert.equal(new Set(contexts).size, 2)
    assert.equal(requests.readAnswered(contexts[0] ?? 0, 7), false)
    assert.equal(requests.readAnswered(contexts[1] ?? 0, 8), true)
    assert.equal(requests.readAnswered(contexts[1] ?? 0, 8), false)
    assert.deepEqual(outbox.reads, [{ kind: 'confirmed', context: 1, index: 8 }])
  })

  it('is bounded', () => {
    const { requests, outbox } = made('b')
    for (let counter = 0; counter <= maxOwnRequests; counter++) requests.propose({ peer: 'a', counter }, command, 0)
    assert.equal(outbox.proposals.length, 1)
  })
})
