// What really runs on the machines, whatever anybody believes: the containers of simulated kubelets. It is the truth against
// which two promises are held: that of what must be unique there is never two, and that what is wanted runs in the end.
import { assert } from '../../protocol/base/assert.ts'
import { demand } from '../violation.ts'
import type { SimUs } from '../world.ts'

/** A machine that goes on after a standstill has this long to stop what is no longer its own: until then it can reach nobody. */
export const wokenGraceUs: SimUs = 2_500_000

export interface Container {
  readonly namespace: string
  /** The Pod's name; of unique Pods the identity. */
  readonly name: string
  readonly uid: string
  readonly owner: string
  readonly unique: boolean
}

/** What the truth needs to know of a machine. */
export interface Machine {
  readonly index: number
  readonly running: boolean
  readonly paused: boolean
  /** When it last stood still. */
  readonly pausedUntilUs: SimUs
}

export class Containers {
  readonly #byMachine = new Map<number, Map<string, Container>>()
  /** How many were ever started. */
  started = 0

  of(machine: number): ReadonlyMap<string, Container> {
    return this.#of(machine)
  }

  start(machine: number, container: Container): void {
    const mine = this.#of(machine)
    assert(!mine.has(container.uid), 'a Pod is started once on a machine')
    mine.set(container.uid, container)
    this.started++
  }

  stop(machine: number, uid: string): void {
    this.#of(machine).delete(uid)
  }

  /** The machine lost its power. */
  died(machine: number): void {
    this.#byMachine.delete(machine)
  }

  /** All that run on these machines. */
  all(machines: readonly Machine[]): readonly Container[] {
    return machines.flatMap((machine) => [...this.#of(machine.index).values()])
  }

  /** Of what must be unique there is one at most, on machines whose clocks run. */
  check(machines: readonly Machine[], nowUs: SimUs): void {
    const seen = new Map<string, number>()
    for (const machine of machines) {
      if (!machine.running || machine.paused || nowUs - machine.pausedUntilUs < wokenGraceUs) continue
      for (const { unique, namespace, name, uid } of this.#of(machine.index).values()) {
        if (!unique) continue
        const other = seen.get(`${namespace}/${name}`)
        demand(other === undefined, 'one of a kind', () => `${namespace}/${name} runs on machine ${other} and, as ${uid}, on machine ${machine.index}`)
        seen.set(`${namespace}/${name}`, machine.index)
      }
    }
  }

  #of(machine: number): Map<string, Container> {
    let mine = this.#byMachine.get(machine)
    if (mine === undefined) {
      mine = new Map()
      this.#byMachine.set(machine, mine)
    }
    return mine
  }
}
