// The folder of a meeting: what is left there is found again, what is damaged counts as absent.
import { deepEqual, equal } from 'node:assert/strict'
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MeetingPlace } from '../../../../node/daemon/meeting/place.ts'

describe('daemon / meeting / place', () => {
  const folder = mkdtempSync(join(tmpdir(), 'shoal-place-'))
  after(() => rmSync(folder, { recursive: true }))
  const alpha = { peer: 'A', name: 'alpha', addresses: ['/ip4/192.0.2.1/tcp/7447'] }
  const beta = { peer: 'B', name: 'beta', addresses: ['/ip4/192.0.2.2/tcp/7447'] }

  it('keeps the invitation', () => {
    const place = new MeetingPlace(folder)
    equal(place.invitation(), undefined)
    const invitation = { cluster: 'c', madeMs: 1, invitation: 'shoal1.x' }
    place.publish(invitation)
    deepEqual(new MeetingPlace(folder).invitation(), invitation)
  })

  it('lists the peers of one cluster, the last to come first', () => {
    const place = new MeetingPlace(folder)
    place.sign('c', alpha)
    place.sign('c', beta)
    place.sign('d', { peer: 'D', name: 'delta', addresses: [] })
    utimesSync(join(folder, 'peers/A.json'), 2_000_000_000, 2_000_000_000)
    deepEqual(place.peers('c'), [alpha, beta])
    place.strike('A')
    deepEqual(place.peers('c'), [beta])
  })

  it('what cannot be read counts as absent', () => {
    const place = new MeetingPlace(folder)
    writeFileSync(join(folder, 'invitation.json'), '{"cluster":')
    writeFileSync(join(folder, 'peers/B.json'), '[]')
    equal(place.invitation(), undefined)
    deepEqual(place.peers('c'), [])
  })
})
