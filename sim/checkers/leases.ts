// Leases against the true time: when the leader of the newest term lets others take over what a peer held, that peer's
// own lease ended at least the stopping time before, by its own clock. Looked at in samples, not at every event.
import { leaseStopMs } from '../../protocol/ownership/limits.ts'
import type { Cluster } from '../cluster.ts'
import { demand } from '../violation.ts'
import type { SimUs } from '../world.ts'

/** How often leases are compared. */
export const leaseSampleUs: SimUs = 500_000

/** Compares from now on until the run ends. */
export function watchLeases(cluster: Cluster): void {
  cluster.world.after(leaseSampleUs, () => {
    compare(cluster)
    watchLeases(cluster)
  })
}

function compare(cluster: Cluster): void {
  const expired = cluster.leader()?.engine.status().expired ?? []
  for (const id of expired) {
    const peer = cluster.byId(id)
    if (!peer.running) continue
    const { leaseUntilMs } = peer.engine.status()
    demand(leaseUntilMs + leaseStopMs <= peer.clock.bootMs(), 'leases', () => `${id} may still run unique Pods for ${leaseUntilMs + leaseStopMs - peer.clock.bootMs()} ms when others may take over`)
  }
}
