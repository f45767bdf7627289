// The outbox hands out everything once, in the order in which it came.
import { strict as assert } from 'node:assert'
import { inEnvelopes, Outbox } from '../../../protocol/engine/outbox.ts'

describe('protocol / engine / outbox', () => {
  it('is empty after it was taken', () => {
    const outbox = new Outbox()
    assert.equal(outbox.empty, true)
    outbox.consensus('b', { kind: 'timeoutNow', term: 1 })
    outbox.spreading('c', { kind: 'digest', applied: 1, firstKept: 1 })
    outbox.reads.push({ kind: 'noLeader', context: 1 })
    assert.equal(outbox.empty, false)
    const out = outbox.take()
    assert.deepEqual(out.send.map(({ to, message }) => [to, message.zone]), [['b', 'consensus'], ['c', 'spreading']])
    assert.equal(out.reads.length, 1)
    assert.equal(outbox.empty, true)
    assert.deepEqual(outbox.take().send, [])
  })

  it('puts consensus messages into envelopes', () => {
    const message = { kind: 'timeoutNow', term: 1 } as const
    assert.deepEqual(inEnvelopes([{ to: 'b', message }]), [{ to: 'b', message: { zone: 'consensus', body: message } }])
  })
})
