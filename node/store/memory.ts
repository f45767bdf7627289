// The store's twin without a disk: the same state, gone with the process. For tests and the simulator, where a crash is
// played by keeping or dropping the store. What is applied counts as durable at once.
import { snapshotRefused } from './errors.ts'
import { LocalState } from './local-state.ts'
import { plainChunks, snapshotSink, snapshotSource } from './snapshot.ts'
import type { Entry, SnapshotMark } from '../../protocol/message/entry.ts'
import type { LocalStateDeps } from './local-state.ts'
import type { AppliedCommand, SnapshotSink, SnapshotSource, StateStore } from './types.ts'

/** An empty store in memory. */
export function memoryStore(deps: LocalStateDeps): StateStore {
  return new MemoryStore(deps)
}

class MemoryStore extends LocalState implements StateStore {
  override apply(entries: readonly Entry[]): readonly AppliedCommand[] {
    return super.apply(entries, () => undefined)
  }

  flush(): Promise<number> {
    return Promise.resolve(this.appliedIndex())
  }

  durableIndex(): number {
    return this.appliedIndex()
  }

  mark(): SnapshotMark {
    return this.machine.header().mark
  }

  durableMark(): SnapshotMark {
    return this.mark()
  }

  hash(): string {
    return this.machine.header().hash
  }

  snapshot(): Promise<SnapshotSource> {
    return Promise.resolve(snapshotSource(this.machine, plainChunks))
  }

  receive(mark: SnapshotMark): Promise<SnapshotSink> {
    const sink = snapshotSink(mark, plainChunks, (machine) => {
      if (machine.index < this.appliedIndex()) throw snapshotRefused.make({ found: 'it is older than the state here' })
      this.replace(machine, machine.revision, [])
      return Promise.resolve()
    })
    return Promise.resolve(sink)
  }

  override close(): Promise<void> {
    super.close()
    return Promise.resolve()
  }
}
