// A state that goes on under another name: the whole state of one directory written into another, with entries applied on top
// that were never committed, a higher revision and a new configuration. For recovery without a majority, while no daemon runs.
// The source is not changed, so that nothing is lost when it fails half way.
import { mkdir, rm } from 'node:fs/promises'
import { StateMachine } from '../../protocol/state/machine.ts'
import { clearOthers, loadState, openDatabase, wholeState, writeGeneration } from './level-files.ts'
import type { Entry, SnapshotMark } from '../../protocol/message/entry.ts'

export interface Branch {
  /** Entries behind the state that is on disk, to be applied first. */
  readonly entries: readonly Entry[]
  /** The revision is raised by this much, so that no version of the old state means something else in the new one. */
  readonly raise: number
  /** Makes the last entries, given the state behind `entries`; they are applied on top. */
  readonly closing: (machine: StateMachine) => readonly Entry[]
}

/** Writes the state of `from` into `to`, which is emptied first; answers its mark. Throws `stateDamaged`, `directoryInUse`. */
export async function branchState(from: string, to: string, branch: Branch): Promise<SnapshotMark> {
  const machine = await readMachine(from)
  for (const entry of branch.entries) if (entry.index > machine.index) machine.apply(entry)
  const header = machine.header()
  const raised = StateMachine.restore({ ...header, revision: header.revision + branch.raise }, machine.keys.all(), machine.results())
  for (const entry of branch.closing(raised)) raised.apply(entry)
  await rm(to, { recursive: true, force: true })
  await mkdir(to, { recursive: true })
  const database = await openDatabase(to)
  try {
    await writeGeneration(database, 1, wholeState(raised))
    await clearOthers(database, 1)
  } finally {
    await database.close()
  }
  return raised.header().mark
}

async function readMachine(directory: string): Promise<StateMachine> {
  const database = await openDatabase(directory)
  try {
    return (await loadState(database, directory))?.machine ?? new StateMachine()
  } finally {
    await database.close()
  }
}
