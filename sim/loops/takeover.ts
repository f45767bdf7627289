// The leader's word about leases, as the daemon's peers ask for it: over the network, from whoever leads, and only when a
// majority has confirmed after it that it still leads in the same term. False when nobody answers.
import type { TakeoverView } from '../../node/base/views.ts'
import type { Cluster } from '../cluster.ts'
import type { SimPeer } from '../peer.ts'
import type { SimUs } from '../world.ts'

const timeoutUs: SimUs = 3_000_000

/** What `self` hears from the leader. */
export function simTakeover(cluster: Cluster, self: SimPeer): TakeoverView {
  return {
    nodeIsOver: (nodeName) => ask(cluster, self, (peer) => `node-${peer.index}` === nodeName),
    peerIsOver: (peerId) => ask(cluster, self, (peer) => peer.id === peerId),
  }
}

function ask(cluster: Cluster, self: SimPeer, about: (peer: SimPeer) => boolean): Promise<boolean> {
  const leader = cluster.leader()
  if (leader === undefined || !self.running) return Promise.resolve(false)
  return new Promise((resolve) => {
    const done = (verdict: boolean): void => {
      cluster.world.touch()
      resolve(verdict)
    }
    cluster.world.after(timeoutUs, () => done(false))
    // A machine that was wiped has no peer that could ask for a lease any more, and nothing runs there.
    const isOver = (): boolean => leader.engine.status().role === 'leader' && cluster.joined().filter(about).every((peer) => leader.engine.leaseOver(peer.id))
    cluster.network.send(self.index, leader.index, () => {
      if (!leader.running || leader.paused) return
      const { term } = leader.engine.status()
      const verdict = isOver()
      leader.read('/registry/', (answer) => {
        if (answer.kind === 'none' || !leader.running) return
        cluster.network.send(leader.index, self.index, () => done(verdict && isOver() && leader.engine.status().term === term))
      })
    })
  })
}
