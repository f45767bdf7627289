// Opens the log for the driver: joins what it holds with the mark of the state on disk, and mends the place where the two
// meet before anything else is written. What was damaged is told, never papered over.
import type { PeerId } from '../../protocol/base/ids.ts'
import type { SnapshotMark } from '../../protocol/message/entry.ts'
import type { Logger } from '../base/logger.ts'
import { startingPoint } from '../store/log/starting-point.ts'
import type { DurableLog } from '../store/log/types.ts'
import type { PeerLog } from './types.ts'

/** The log as the driver uses it, from where log and state together begin. */
export async function joinLogAndState(log: DurableLog, mark: SnapshotMark, logger: Logger, self: PeerId): Promise<PeerLog> {
  const point = startingPoint(log.recovered, mark)
  if (log.recovered.problem !== undefined) {
    const { kind, found } = log.recovered.problem
    logger.error('the log is damaged; this peer fetches what is missing and does not vote meanwhile', { kind, found, peer: self })
  }
  if (point.saveMark) await log.append({ hardState: undefined, entries: [], compactTo: point.snapshot })
  const { hardState, snapshot, begin, entries, mayVote, stateMissing } = point
  return {
    recovered: { hardState, snapshot, begin, entries, mayVote },
    fetchFrom: stateMissing ? snapshot.index : undefined,
    damage: log.recovered.problem?.found,
    append: (save) => log.append({ hardState: save.hardState, entries: save.entries, compactTo: save.compactTo }),
    healed: () => log.healed(),
    close: () => log.close(),
  }
}
