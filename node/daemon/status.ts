// What `shoal status` shows, put together from the agreed table of peers, soft membership and the engine's own status. Pure.
import type { ClusterStatus, PeerStatus } from '../base/control.ts'
import { timestamp } from '../base/clock.ts'
import type { MemberView } from '../base/views.ts'
import type { EngineStatus, PeerRecord } from '../../protocol/engine/types.ts'
import type { Node } from '../objects/generated/core-v1.ts'
import { internalAddress } from '../objects/node-address.ts'
import { anewShownMs } from './limits.ts'

export interface StatusInput {
  readonly cluster: string
  readonly incarnation: number
  readonly self: string
  /** Number of the daemon's process. */
  readonly pid: number
  readonly records: readonly PeerRecord[]
  readonly members: readonly MemberView[]
  readonly engine: EngineStatus | undefined
  readonly revision: number
  readonly featureLevel: number
  readonly removed: boolean
  readonly nodes: readonly Node[]
  readonly apiPort: number
  /** Where the API of any live peer answers. */
  readonly sharedApi: string | undefined
  /** The disk under the own log is full. */
  readonly diskFull: boolean
  /** The own lease runs. */
  readonly leased: boolean
  /** The own clock against the agreed time; 0 when both agree. */
  readonly clockAheadMs: number
  /** Members that lost their log and joined anew, and when. */
  readonly joinedAnew: ReadonlyMap<string, number>
  /** The agreed time. */
  readonly nowMs: number
}

/** Label of a Node that runs without root. */
export const rootlessLabel = 'shoal.dev/rootless'

function roleOf(record: PeerRecord, engine: EngineStatus | undefined): PeerStatus['role'] {
  if (engine?.leader === record.peer) return 'leader'
  if (record.role === 'witness') return 'witness'
  if (engine?.configuration.voters.includes(record.peer)) return 'voter'
  if (engine?.configuration.learners.includes(record.peer)) return 'learner'
  return 'mirror'
}

/** `/ip4/192.0.2.1/tcp/7447` -> `192.0.2.1`. */
const hostOf = (multiaddr: string | undefined): string => multiaddr?.split('/')[2] ?? ''

function lagOf(record: PeerRecord, input: StatusInput): number | undefined {
  const { engine, self } = input
  if (engine === undefined) return undefined
  if (record.name === self) return Math.max(0, engine.commit - engine.applied)
  const match = engine.progress.find((progress) => progress.peer === record.peer)?.match
  return match === undefined ? undefined : Math.max(0, engine.lastIndex - match)
}

/** Of itself a peer knows what its log lacks; of others what their Nodes tell. */
function troubleOf(record: PeerRecord, node: Node | undefined, input: StatusInput): string | undefined {
  if (record.name === input.self && input.diskFull) return 'its disk is full: no writes through it'
  if (record.name === input.self && input.engine?.mayVote === false) return 'its log was damaged: it does not vote until it has caught up'
  if (record.name === input.self && input.clockAheadMs !== 0) {
    return `its clock is ${Math.round(Math.abs(input.clockAheadMs) / 1000)} s ${input.clockAheadMs > 0 ? 'ahead of' : 'behind'} the leader's`
  }
  if (record.name === input.self && record.role === 'peer' && !input.leased) return 'it has no lease of a majority: Pods that must be unique do not run on it'
  const pressure = node?.status?.conditions?.find((condition) => /Pressure$/.test(condition.type) && condition.status === 'True')
  if (pressure !== undefined) return pressure.message
  const anewMs = input.joinedAnew.get(record.peer)
  return anewMs !== undefined && input.nowMs - anewMs < anewShownMs ? `its log was lost: at ${timestamp(anewMs)} it joined anew under a new id` : undefined
}

/** The whole picture as this peer sees it. */
export function clusterStatus(input: StatusInput): ClusterStatus {
  const { engine, records } = input
  const nameOf = (peer: string | undefined): string => records.find((record) => record.peer === peer)?.name ?? ''
  const peers = records.map((record): PeerStatus => {
    const node = input.nodes.find((candidate) => candidate.metadata.name === record.name)
    const address = internalAddress(node) ?? hostOf(record.addresses[0])
    const lag = lagOf(record, input)
    const trouble = troubleOf(record, node, input)
    return {
      name: record.name,
      peerId: record.peer,
      address,
      ...(record.name === input.self ? { pid: input.pid } : {}),
      apiServer: record.role === 'witness' ? '' : `https://${address}:${input.apiPort}`,
      role: roleOf(record, engine),
      state: input.members.find((member) => member.peerId === record.peer)?.state ?? 'alive',
      ...(lag === undefined ? {} : { lag }),
      runtime: node?.status?.nodeInfo?.containerRuntimeVersion ?? '',
      rootless: node?.metadata.labels?.[rootlessLabel] === 'true',
      ...(trouble === undefined ? {} : { trouble }),
    }
  })
  return {
    cluster: input.cluster,
    incarnation: input.incarnation,
    term: engine?.term ?? 0,
    leader: nameOf(engine?.leader),
    revision: input.revision,
    featureLevel: input.featureLevel,
    removed: input.removed,
    ...(input.sharedApi === undefined ? {} : { sharedApi: input.sharedApi }),
    peers: [...peers].sort((a, b) => (a.name < b.name ? -1 : 1)),
    works: (engine?.assignments ?? []).map(({ work, peer, epoch }) => ({ work, peer: nameOf(peer), epoch })),
  }
}
