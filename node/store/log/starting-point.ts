// Where a peer begins after a start: its log and its state are on disk apart, the state lagging behind. Pure.
import type { Entry, HardState, SnapshotMark } from '../../../protocol/message/entry.ts'
import type { RecoveredLog } from './types.ts'

export interface StartingPoint {
  readonly hardState: HardState
  /** What is applied: the state on disk, or the log's mark when the state is older. */
  readonly snapshot: SnapshotMark
  /** Stands for everything before `entries`: the log's mark, or the state where the log does not lead to it. */
  readonly begin: SnapshotMark
  /** From `begin.index + 1` on. Those up to the snapshot are applied, and there for peers that lack them. */
  readonly entries: readonly Entry[]
  readonly mayVote: boolean
  /** The state ends before the log begins: a state of at least `snapshot.index` has to be fetched before anything is applied. */
  readonly stateMissing: boolean
  /** The log does not reach up to `snapshot`: before anything else is appended, save it as `compactTo`, or a hole would stay. */
  readonly saveMark: boolean
}

/** Joins what the log holds with the mark of the state on disk. */
export function startingPoint(log: RecoveredLog, state: SnapshotMark): StartingPoint {
  const rest = { hardState: log.hardState, mayVote: log.mayVote }
  if (state.index < log.mark.index) return { ...rest, snapshot: log.mark, begin: log.mark, entries: log.entries, stateMissing: true, saveMark: false }
  // What was applied was committed: another entry in the log at its index was replaced, and so was everything after it.
  const at = log.entries[state.index - log.mark.index - 1]
  const agrees = state.index === log.mark.index || at?.term === state.term
  const [begin, entries] = agrees ? [log.mark, log.entries] : [state, []]
  return { ...rest, snapshot: state, begin, entries, stateMissing: false, saveMark: !agrees }
}
