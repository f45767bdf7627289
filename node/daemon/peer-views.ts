// The peers as the dashboard draws them: what this peer knows of each, at once, and who sees whom, from answers of the others
// that are at most a few seconds old. Others are asked only while somebody looks; nobody waits for a peer that is silent.
import type { Clock } from '../base/clock.ts'
import type { ClusterStatus, DoctorReport } from '../base/control.ts'
import type { Logger } from '../base/logger.ts'
import type { JsonObject } from '../objects/json.ts'
import { agreedLevel } from '../peer/feature-levels.ts'
import type { Peer } from '../peer/peer.ts'
import { readJoinedAnew } from '../peer/records.ts'
import type { StateStore } from '../store/types.ts'
import type { ClusterAccess } from './cluster-access.ts'
import { peerViewsAgeMs } from './limits.ts'
import { clusterStatus } from './status.ts'

export interface StatusParts {
  readonly store: StateStore
  readonly peer: Peer
  readonly access: ClusterAccess
  readonly name: string
  readonly apiPort: number
}

/** The cluster as this peer sees it now. */
export function statusOf({ store, peer, access, name, apiPort }: StatusParts): ClusterStatus {
  return clusterStatus({
    cluster: peer.identity.file.cluster, incarnation: peer.identity.file.incarnation, self: name, pid: process.pid, records: peer.peers(), members: peer.members.members(),
    engine: peer.status(), revision: store.revision(), featureLevel: agreedLevel(store), removed: peer.removed(), nodes: access.nodes(), sharedApi: access.sharedApi(), apiPort, diskFull: peer.agreed.diskFull, leased: peer.lease.valid(), clockAheadMs: peer.clocks.aheadMs,
    joinedAnew: readJoinedAnew(store), nowMs: store.appliedTimeMs(),
  })
}

export interface PeerViewsDeps {
  readonly clock: Clock
  readonly logger: Logger
  readonly status: () => ClusterStatus
  /** Asks every peer whom it sees. */
  readonly examine: () => Promise<DoctorReport>
}

export class PeerViews {
  readonly #deps: PeerViewsDeps
  #last: { readonly report: DoctorReport; readonly atMs: number } | undefined
  #asking = false

  constructor(deps: PeerViewsDeps) {
    this.#deps = deps
  }

  /** The status of now with the newest answers; old ones are renewed for who reads next. */
  read(): JsonObject {
    const { clock, status } = this.#deps
    const last = this.#last
    if (!this.#asking && (last === undefined || clock.bootMs() - last.atMs >= peerViewsAgeMs)) this.#ask()
    const views = last === undefined ? {} : { views: last.report.views, findings: last.report.findings, viewsAgeMs: Math.round(clock.bootMs() - last.atMs) }
    // As over the control socket: fields that are undefined are left out.
    const plain: JsonObject = JSON.parse(JSON.stringify({ ...status(), ...views }))
    return plain
  }

  #ask(): void {
    const { clock, logger, examine } = this.#deps
    this.#asking = true
    examine()
      .then((report) => { this.#last = { report, atMs: clock.bootMs() } })
      .catch((error: unknown) => logger.warn('peers could not be asked how they see each other', { error }))
      .finally(() => { this.#asking = false })
  }
}
