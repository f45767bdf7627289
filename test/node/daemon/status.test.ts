// The picture that `shoal status` shows, from records, members, the engine and Nodes.
import { deepEqual, equal } from 'node:assert/strict'
import type { EngineStatus, PeerRecord } from '../../../protocol/engine/types.ts'
import { clusterStatus, type StatusInput } from '../../../node/daemon/status.ts'

const record = (peer: string, name: string, role: 'peer' | 'witness' = 'peer'): PeerRecord => ({ peer, name, role, addresses: [`/ip4/192.0.2.${peer.length}/tcp/7447`], zone: '' })

const engine: EngineStatus = {
  term: 4, leader: 'aa', role: 'leader', commit: 90, applied: 88, lastIndex: 100, lastTerm: 4, lastTimeMs: 0,
  configuration: { voters: ['aa', 'b', 'www'], learners: ['lll'], witnesses: ['www'] }, members: [],
  assignments: [{ work: 'scheduler', peer: 'b', epoch: 7 }], progress: [{ peer: 'b', match: 97 }, { peer: 'lll', match: 120 }], leaseUntilMs: 0, quorum: true,
}

const input: StatusInput = {
  cluster: 'c1', incarnation: 1, self: 'alpha', pid: 77,
  records: [record('lll', 'lima'), record('b', 'beta'), record('aa', 'alpha'), record('mmmm', 'mike'), record('www', 'wit', 'witness')],
  members: [{ name: 'beta', peerId: 'b', state: 'suspect', sinceMs: 1 }, { name: 'mike', peerId: 'mmmm', state: 'dead', sinceMs: 1 }],
  engine, revision: 55, featureLevel: 1, removed: false, diskFull: false, leased: true, clockAheadMs: 0, joinedAnew: new Map(), nowMs: 10, apiPort: 6443, sharedApi: undefined,
  nodes: [{
    metadata: { name: 'beta', labels: { 'shoal.dev/rootless': 'true' } },
    status: { addresses: [{ type: 'InternalIP', address: '198.51.100.9' }], nodeInfo: { containerRuntimeVersion: 'containerd://1.6' } },
  }] as unknown as StatusInput['nodes'],
}

describe('daemon / status', () => {
  it('sorts peers by name and says of each role, state and lag', () => {
    const status = clusterStatus(input)
    deepEqual(status.peers.map((peer) => [peer.name, peer.role, peer.state, peer.lag]), [
      ['alpha', 'leader', 'alive', 2],
      ['beta', 'voter', 'suspect', 3],
      ['lima', 'learner', 'alive', 0],
      ['mike', 'mirror', 'dead', undefined],
      ['wit', 'witness', 'alive', undefined],
    ])
    deepEqual(status.works, [{ work: 'scheduler', peer: 'beta', epoch: 7 }])
    deepEqual([status.cluster, status.term, status.leader, status.revision, status.featureLevel], ['c1', 4, 'alpha', 55, 1])
  })

  it('knows the process of the peer that is asked, and of no other', () => {
    deepEqual(clusterStatus(input).peers.map((peer) => peer.pid), [77, undefined, undefined, undefined, undefined])
  })

  it('names the address that all peers share once there is one', () => {
    equal('sharedApi' in clusterStatus(input), false)
    equal(clusterStatus({ ...input, sharedApi: 'https://192.0.2.200:6443' }).sharedApi, 'https://192.0.2.200:6443')
  })

  it("takes address, runtime and rootless from the peer's Node, or else the address from its record", () => {
    const { peers } = clusterStatus(input)
    deepEqual(peers.filter((peer) => peer.name === 'beta').map((peer) => [peer.address, peer.apiServer, peer.runtime, peer.rootless]), [['198.51.100.9', 'https://198.51.100.9:6443', 'containerd://1.6', true]])
    deepEqual(peers.filter((peer) => peer.name === 'mike').map((peer) => [peer.address, peer.runtime, peer.rootless]), [['192.0.2.4', '', false]])
  })

  it('names what keeps a peer from its part: its own disk and log, and what the Nodes of others say', () => {
    const troubles = (more: Partial<StatusInput>): readonly (readonly [string, string])[] =>
      clusterStatus({ ...input, ...more }).peers.flatMap((peer) => (peer.trouble === undefined ? [] : [[peer.name, peer.trouble] as const]))
    deepEqual(troubles({}), [])
    deepEqual(troubles({ leased: false }), [['alpha', 'it has no lease of a majority: Pods that must be unique do not run on it']])
    const joinedAnew = new Map([['b', 0]])
    deepEqual(troubles({ joinedAnew }), [['beta', 'its log was lost: at 1970-01-01T00:00:00Z it joined anew under a new id']])
    deepEqual(troubles({ joinedAnew, nowMs: 25 * 3_600_000 }), [])
    deepEqual(troubles({ diskFull: true }), [['alpha', 'its disk is full: no writes through it']])
    deepEqual(troubles({ engine: { ...engine, mayVote: false } }), [['alpha', 'its log was damaged: it does not vote until it has caught up']])
    deepEqual(troubles({ clockAheadMs: -3_600_000 }), [['alpha', "its clock is 3600 s behind the leader's"]])
    const pressed = [{ metadata: { name: 'beta' }, status: { conditions: [{ type: 'DiskPressure', status: 'True', message: 'kubelet has disk pressure' }] } }] as unknown as StatusInput['nodes']
    deepEqual(troubles({ nodes: pressed }), [['beta', 'kubelet has disk pressure']])
  })

  it('knows no leader and no lag before the engine has spoken', () => {
    const status = clusterStatus({ ...input, engine: undefined })
    equal(status.leader, '')
    equal(status.peers.every((peer) => !('lag' in peer)), true)
    deepEqual(status.works, [])
  })
})
