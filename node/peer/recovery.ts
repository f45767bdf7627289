// Recovery without a majority, the act: this peer's log and state become those of a new incarnation in which it is the only
// voter. Everything in its log counts, also what it never knew to be committed, for a lost peer may have acknowledged it.
// It runs while no peer runs in the directory; the new incarnation is in force with one write of the cluster file at the end.
import { rmSync } from 'node:fs'
import type { SnapshotMark, Entry } from '../../protocol/message/entry.ts'
import { encodeTransaction } from '../../protocol/message/codec.ts'
import type { StateMachine } from '../../protocol/state/machine.ts'
import type { Clock } from '../base/clock.ts'
import type { Metrics } from '../base/metrics.ts'
import { branchState } from '../store/branch.ts'
import { openLog } from '../store/log/open-log.ts'
import { startingPoint } from '../store/log/starting-point.ts'
import type { StateStore } from '../store/types.ts'
import type { DataDirectory } from './data-directory.ts'
import { recoveryImpossible } from './errors.ts'
import { recovered, type Lineage } from './lineage.ts'
import { afterLoss, ProposalCounter } from './proposals.ts'
import { clusterKey, parseObject, putJson } from './records.ts'

/** Versions of the new incarnation begin so far above the old ones that no client takes one for the other. */
export const revisionRaise = 2 ** 32

export interface RecoveryDeps {
  readonly clock: Clock
  readonly metrics: Metrics
  /** Opens the state of the directory, to learn how far it is. */
  readonly openState: () => Promise<StateStore>
}

/** Begins a new incarnation of this peer alone; answers its lineage. `chance` in [0, 2^20). Throws SHOAL_RECOVERY_IMPOSSIBLE. */
export async function recoverAlone(deps: RecoveryDeps, directory: DataDirectory, chance: number): Promise<Lineage> {
  const { clock, metrics } = deps
  const { file, key } = directory.read()
  const mark = await stateMark(deps)
  const log = await openLog({ clock, metrics }, { directory: directory.log, expected: false })
  await log.close()
  const point = startingPoint(log.recovered, mark)
  if (point.stateMissing) throw recoveryImpossible.make({ why: 'its state was being fetched and is not whole' })
  if (point.snapshot.index === 0 && point.entries.length === 0) throw recoveryImpossible.make({ why: 'it holds nothing of the cluster' })
  const nowMs = Math.max(clock.wallMs(), point.entries.at(-1)?.timeMs ?? 0)
  const lineage = recovered(file, nowMs, chance)
  const proposal = { peer: key.peerId, counter: new ProposalCounter(directory.counter, file.ran > 0 ? afterLoss(nowMs) : 1).next() }
  const term = Math.max(point.hardState.term, point.snapshot.term) + 1
  const closing = (machine: StateMachine): readonly Entry[] => {
    const record = { ...parseObject(machine.keys.get(clusterKey)?.value), cluster: file.cluster, incarnation: lineage.incarnation }
    const command = encodeTransaction({ conditions: [], writes: [putJson(clusterKey, record)] })
    const { index } = machine
    return [
      { term, index: index + 1, timeMs: nowMs, body: { kind: 'configuration', configuration: { voters: [key.peerId], learners: [], witnesses: [] } } },
      { term, index: index + 2, timeMs: nowMs, body: { kind: 'command', proposal, command } },
    ]
  }
  const ended = await branchState(directory.state, directory.stateOf(lineage.incarnation), { entries: point.entries.filter((entry) => entry.index > point.snapshot.index), raise: revisionRaise, closing })
  await beginLog(deps, directory.logOf(lineage.incarnation), ended)
  directory.turn(lineage)
  return lineage
}

async function stateMark(deps: RecoveryDeps): Promise<SnapshotMark> {
  const store = await deps.openState()
  try {
    return store.durableMark()
  } finally {
    await store.close()
  }
}

/** An empty log that begins behind the new state. */
async function beginLog({ clock, metrics }: RecoveryDeps, path: string, mark: SnapshotMark): Promise<void> {
  rmSync(path, { recursive: true, force: true })
  const log = await openLog({ clock, metrics }, { directory: path, expected: false })
  try {
    await log.append({ hardState: { term: mark.term, vote: undefined, commit: mark.index }, entries: [], compactTo: mark })
  } finally {
    await log.close()
  }
}
