// Events expire an hour after they were last seen, whichever field says so.
// The sweep itself runs on the fake API in virtual time.
import assert from 'node:assert/strict'
import { lastSeenMs } from '../../../../node/controllers/event-expiry/controller.ts'
import { ControlPlane } from '../../../support/control-plane.ts'

describe('controllers / event expiry', () => {
  it('takes the latest time that an Event carries', () => {
    const involvedObject = {}
    assert.equal(lastSeenMs({ metadata: { creationTimestamp: '2026-01-01T00:00:00Z' }, involvedObject }), Date.parse('2026-01-01T00:00:00Z'))
    assert.equal(lastSeenMs({ metadata: {}, involvedObject, firstTimestamp: '2026-01-01T00:00:00Z', lastTimestamp: '2026-01-01T02:00:00Z' }), Date.parse('2026-01-01T02:00:00Z'))
    assert.equal(lastSeenMs({ metadata: {}, involvedObject, eventTime: '2026-01-01T00:00:00.5Z' }), Date.parse('2026-01-01T00:00:00.5Z'))
  })

  it('deletes old Events and keeps young ones', async () => {
    const plane = new ControlPlane()
    const event = (name: string, lastTimestamp: string): void => {
      plane.api.put('/api/v1/namespaces/default/events', { metadata: { name }, involvedObject: {}, lastTimestamp } as never)
    }
    event('old', new Date(plane.clock.wallMs() - 3_700_000).toISOString())
    event('young', new Date(plane.clock.wallMs() - 3_000_000).toISOString())
    plane.clock.advance(4_000)
    await plane.start()
    const names = (): (string | undefined)[] => plane.api.all('/api/v1/namespaces/default/events').map((one) => one.metadata.name)
    // Creation counts as well: both were put a moment ago.
    assert.deepEqual(names(), ['old', 'young'])
    plane.clock.advance(3_600_000)
    await plane.run()
    assert.deepEqual(names(), [])
    await plane.stop()
  })
  it('goes by the agreed time: a holder whose clock is an hour and a half ahead deletes nothing early', async () => {
    const plane = new ControlPlane()
    plane.clockAheadMs = 5_400_000
    // Written by the clock that is ahead: by that clock it is over after an hour, by the agreed one it is not.
    plane.api.put('/api/v1/namespaces/default/events', { metadata: { name: 'new' }, involvedObject: {} } as never)
    await plane.start()
    plane.clock.advance(3_700_000)
    await plane.run()
    const left = (): number => plane.api.all('/api/v1/namespaces/default/events').length
    assert.equal(left(), 1)
    plane.clock.advance(plane.clockAheadMs)
    await plane.run()
    assert.equal(left(), 0)
    await plane.stop()
  })
})
