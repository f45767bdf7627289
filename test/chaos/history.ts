// What clients saw: an operation on one register a line, as sim/checkers/linearizability.ts judges them, and as JSON lines for
// other tools. Times are microseconds of this process's own clock.
import { linearizable, type Operation } from '../../sim/checkers/linearizability.ts'

export interface Recorded extends Operation {
  readonly client: number
  readonly register: string
  readonly peer: string
  /** resourceVersion of the object after a write that was acknowledged; 0 otherwise. */
  readonly version: number
}

export class History {
  readonly operations: Recorded[] = []

  add(operation: Recorded): void {
    this.operations.push(operation)
  }

  /** A line of JSON an operation. Infinity is null there. */
  lines(): string {
    return this.operations.map((one) => `${JSON.stringify(one)}\n`).join('')
  }

  /** What is wrong with it: registers without any right order, and registers that nobody could decide in time. */
  verdicts(): { readonly violated: readonly string[]; readonly undecided: readonly string[]; readonly registers: number } {
    const byRegister = Map.groupBy(this.operations, (one) => one.register)
    const violated: string[] = []
    const undecided: string[] = []
    for (const [register, operations] of byRegister) {
      const verdict = linearizable(operations.filter((one) => one.kind !== 'read' || one.outcome === 'done'))
      if (verdict === 'violated') violated.push(register)
      if (verdict === 'undecided') undecided.push(register)
    }
    return { violated, undecided, registers: byRegister.size }
  }
}
