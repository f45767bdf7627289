// Events in both versions: one stored form, and nothing lost on the way there and back.
import assert from 'node:assert/strict'
import { decodeTyped } from '../../../node/objects/decode.ts'
import { events, fromStoredEvent, newEvents, toStoredEvent } from '../../../node/resources/event.ts'
import type { JsonObject } from '../../../node/objects/json.ts'

const fresh: JsonObject = {
  kind: 'Event', apiVersion: 'events.k8s.io/v1', metadata: { name: 'x', namespace: 'n' }, eventTime: '2001-01-01T00:00:00.000000Z', reportingController: 'a.com/b', reportingInstance: 'i',
  action: 'A', reason: 'R', regarding: { kind: 'Pod', name: 'p', namespace: 'n' }, note: 'text', type: 'Normal', deprecatedSource: {}, deprecatedFirstTimestamp: null, deprecatedLastTimestamp: null,
}

describe('resources / event', () => {
  it('goes to the stored form and back', () => {
    const stored = toStoredEvent(fresh)
    assert.deepEqual([stored.apiVersion, stored.message, stored.involvedObject, stored.reportingComponent], ['v1', 'text', fresh.regarding, 'a.com/b'])
    assert.deepEqual(fromStoredEvent(stored), fresh)
    const decoded = decodeTyped(stored, events.definition)
    assert.ok(decoded.ok && decoded.unknownFields.length === 0)
    assert.deepEqual(newEvents.storedAs?.group, '')
  })

  it('prints the same row in both versions', () => {
    const nowMs = Date.UTC(2001, 0, 1, 0, 1)
    assert.deepEqual(newEvents.cells(fresh, nowMs), events.cells(toStoredEvent(fresh), nowMs))
    assert.equal(events.cells(toStoredEvent(fresh), nowMs)[0], '60s')
  })
})
