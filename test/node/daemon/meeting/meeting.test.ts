// Peers that come to one meeting place, with real folders, locks and identities; only the network is played. Whatever the
// order, and whoever dies in between, one cluster is founded and everybody belongs to it.
import { deepEqual, equal, match, notEqual } from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLogger } from '../../../../node/base/logger.ts'
import { refreshAfterMs, refreshCheckMs } from '../../../../node/daemon/limits.ts'
import { Meeting, type MeetingDeps } from '../../../../node/daemon/meeting/meeting.ts'
import { MeetingPlace } from '../../../../node/daemon/meeting/place.ts'
import { formatInvitation, parseInvitation } from '../../../../node/identity/invitation.ts'
import { DataDirectory } from '../../../../node/peer/data-directory.ts'
import { joinNameTaken, joinUnreachable } from '../../../../node/peer/errors.ts'
import { initCluster } from '../../../../node/peer/found.ts'
import { eventually } from '../../../support/eventually.ts'
import { ManualClock } from '../../../support/manual-clock.ts'

/** Ends a part of a peer as a kill would, seen from outside. */
class Killed extends Error {}

class Stage {
  readonly folder = mkdtempSync(join(tmpdir(), 'shoal-meeting-'))
  readonly clock = new ManualClock()
  readonly place = new MeetingPlace(join(this.folder, 'place'))
  readonly meetings: Meeting[] = []
  readonly founders: string[] = []
  readonly joined: { readonly name: string; readonly invitation: string }[] = []
  readonly failures = new Map<string, unknown>()
  readonly members = new Set<string>()
  invitations = 0

  directory(name: string): DataDirectory {
    mkdirSync(join(this.folder, name), { recursive: true })
    return new DataDirectory(join(this.folder, name))
  }

  cluster(name: string): string {
    return this.directory(name).read().file.cluster
  }

  /** Starts a peer whose parts are as given, else as if everything worked. */
  async come(name: string, parts: Partial<MeetingDeps> = {}): Promise<Meeting> {
    const directory = this.directory(name)
    const identity = { name, addresses: [`/ip4/192.0.2.${name.length}/tcp/7447`], hosts: [], zone: '' }
    const meeting = new Meeting(
      {
        directory, clock: this.clock, logger: silentLogger, suffix: () => 'bcdf',
        found: async () => {
          this.founders.push(name)
          await initCluster(directory, identity, this.clock)
        },
        join: async (invitation, as) => {
          const { cluster } = this.place.invitation() ?? { cluster: '' }
          const { file } = await initCluster(directory, { ...identity, name: as }, this.clock)
          directory.writeClusterFile({ ...file, cluster })
          this.joined.push({ name: as, invitation })
        },
        run: () => Promise.resolve(void this.members.add(name)),
        invite: () => Promise.resolve(formatInvitation({ id: String(this.invitations++), addresses: ['/ip4/192.0.2.250/tcp/7447/p2p/X'], authorityHash: 'ab'.repeat(32), seed: new Uint8Array(32) })),
        failed: (error) => this.failures.set(name, error),
        ...parts,
      },
      { folder: join(this.folder, 'place'), name, addresses: identity.addresses },
    )
    this.meetings.push(meeting)
    await meeting.start()
    return meeting
  }

  member(name: string): Promise<boolean> {
    return eventually(`${name} is a member`, () => this.members.has(name))
  }

  async end(): Promise<void> {
    await Promise.all(this.meetings.map((meeting) => meeting.stop()))
    rmSync(this.folder, { recursive: true })
  }
}

describe('daemon / meeting / meeting', () => {
  let stage: Stage
  beforeEach(() => void (stage = new Stage()))
  afterEach(() => stage.end())

  it('of five that come at once one founds and four join', async () => {
    const names = ['a', 'bb', 'ccc', 'dddd', 'eeeee']
    await Promise.all(names.map((name) => stage.come(name)))
    await Promise.all(names.map((name) => stage.member(name)))
    equal(stage.founders.length, 1)
    equal(new Set(names.map((name) => stage.cluster(name))).size, 1)
    await eventually('all have signed in', () => stage.place.peers(stage.cluster('a')).length === 5)
    deepEqual([...stage.failures], [])
  })

  it('a newcomer is given the present addresses before those of the invitation', async () => {
    await stage.come('a')
    await stage.member('a')
    await stage.come('bb')
    await stage.member('bb')
    const own = stage.directory('a').read().key.peerId
    deepEqual(parseInvitation(stage.joined[0]?.invitation ?? '').addresses, [`/ip4/192.0.2.1/tcp/7447/p2p/${own}`, '/ip4/192.0.2.250/tcp/7447/p2p/X'])
  })

  it('a member that comes back knows the addresses that the others have now', async () => {
    const first = await stage.come('a')
    await stage.member('a')
    await first.stop()
    stage.place.sign(stage.cluster('a'), { peer: 'B', name: 'beta', addresses: ['/ip4/198.51.100.7/tcp/7447'] })
    stage.members.clear()
    await stage.come('a')
    await stage.member('a')
    deepEqual(stage.directory('a').read().file.peers.find((peer) => peer.peer === 'B')?.addresses, ['/ip4/198.51.100.7/tcp/7447'])
  })

  it('a founder that dies before its invitation is out is overtaken, and joins when it comes back', async () => {
    await stage.come('a', { invite: () => Promise.reject(new Killed()) })
    await eventually('a died', () => stage.failures.get('a') instanceof Killed)
    const abandoned = stage.cluster('a')
    await stage.come('bb')
    await stage.member('bb')
    stage.members.clear()
    await stage.come('a')
    await stage.member('a')
    deepEqual(stage.founders, ['a', 'bb'])
    notEqual(stage.cluster('a'), abandoned)
    equal(stage.cluster('a'), stage.cluster('bb'))
  })

  it('a founder that dies before its invitation is out and is back first goes on with its cluster', async () => {
    await stage.come('a', { invite: () => Promise.reject(new Killed()) })
    await eventually('a died', () => stage.failures.get('a') instanceof Killed)
    const cluster = stage.cluster('a')
    await stage.come('a')
    await eventually('the invitation', () => stage.place.invitation()?.cluster === cluster)
    deepEqual(stage.founders, ['a'])
  })

  it("another cluster's member keeps out, and nothing of it is changed", async () => {
    await stage.come('a')
    await stage.member('a')
    const directory = stage.directory('stranger')
    await initCluster(directory, { name: 'stranger', addresses: [], hosts: [], zone: '' }, stage.clock)
    const before = directory.read().file
    await stage.come('stranger')
    await eventually('a refusal', () => stage.failures.get('stranger'))
    match(String(stage.failures.get('stranger')), /belongs to a peer of cluster .*, but the meeting place .* is that of cluster/)
    deepEqual(directory.read().file, before)
    equal(stage.place.peers(stage.cluster('a')).length, 1)
  })

  it('waits for a member that does not answer yet, and joins under a new name when its own is taken', async () => {
    await stage.come('a')
    await stage.member('a')
    const tried: string[] = []
    await stage.come('bb', {
      join: (_invitation, name) => {
        tried.push(name)
        if (tried.length === 1) return Promise.reject(joinUnreachable.make({ tried: [] }))
        if (tried.length === 2) return Promise.reject(joinNameTaken.make({ name }))
        return initCluster(stage.directory('bb'), { name, addresses: [], hosts: [], zone: '' }, stage.clock)
      },
    })
    await eventually('bb is a member', () => {
      stage.clock.advance(1_000)
      return stage.members.has('bb')
    })
    deepEqual(tried, ['bb', 'bb', 'bb-bcdf'])
  })

  it('an invitation that is lost or old is made anew, by one member', async () => {
    await Promise.all([stage.come('a'), stage.come('bb')])
    await Promise.all([stage.member('a'), stage.member('bb')])
    const first = await eventually('the invitation', () => stage.place.invitation())
    stage.clock.advance(refreshAfterMs)
    stage.clock.advance(refreshCheckMs)
    await eventually('a new one', () => {
      stage.clock.advance(refreshCheckMs)
      return stage.place.invitation()?.invitation !== first.invitation
    })
    equal(stage.invitations, 2)
    rmSync(join(stage.folder, 'place/invitation.json'))
    await eventually('a third', () => {
      stage.clock.advance(refreshCheckMs)
      return stage.place.invitation()
    })
    equal(stage.invitations, 3)
  })
})
