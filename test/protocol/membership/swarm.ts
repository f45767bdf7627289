// A few membership machines on a lossy network in virtual time, for the tests of this zone. It has no disk, no log and no
// restart of its own: the tests build those from the calls here.
import { seededRandom } from '../../../protocol/base/random.ts'
import type { Random } from '../../../protocol/base/random.ts'
import { createMembership } from '../../../protocol/membership/membership.ts'
import type { MembershipMachine, MemberState } from '../../../protocol/membership/types.ts'
import type { MembershipMessage } from '../../../protocol/message/membership.ts'

export const stepMs = 20

interface Flight {
  readonly from: string
  readonly to: string
  readonly message: MembershipMessage
}

export interface Change {
  readonly at: number
  readonly seenBy: string
  readonly peer: string
  readonly state: MemberState
}

export class Swarm {
  readonly random: Random
  readonly names: readonly string[]
  readonly machines = new Map<string, MembershipMachine>()
  readonly down = new Set<string>()
  /** Those that stand still, with what waits in their sockets. */
  readonly #paused = new Map<string, Flight[]>()
  readonly changes: Change[] = []
  sentBytes = 0
  sent = 0
  nowMs = 1000
  loss = 0
  delayMs = 5
  /** True when a message may pass. */
  link: (from: string, to: string) => boolean = () => true
  #flights = new Map<number, Flight[]>()

  /** `announces`: each tells its addresses at first, as new lives do; old ones have nothing left to tell. */
  constructor(count: number, seed: number, announces = true) {
    this.random = seededRandom(seed)
    this.names = Array.from({ length: count }, (_, i) => `p${i}`)
    for (const name of this.names) this.start(name, announces)
  }

  /** A new life of a peer, which knows the members but none of their claims. */
  start(name: string, announces = true): void {
    const machine = createMembership({ self: name }, this.random.fork())
    const hint = (other: string) => announces ? { addresses: [`/ip4/10.0.0.1/${other}`], sequence: 1 } : { addresses: [], sequence: 0 }
    for (const other of this.names) machine.admit(other, hint(other), this.nowMs)
    if (announces) machine.announce([`/ip4/10.0.0.1/${name}`])
    this.machines.set(name, machine)
    this.down.delete(name)
    machine.take()
  }

  machine(name: string): MembershipMachine {
    const machine = this.machines.get(name)
    if (machine === undefined) throw new Error(`no machine ${name}`)
    return machine
  }

  stateOf(peer: string, seenBy: string): MemberState | undefined {
    return this.machine(seenBy).members().find((member) => member.peer === peer)?.state
  }

  run(durationMs: number): void {
    for (const end = this.nowMs + durationMs; this.nowMs < end;) this.#step()
  }

  /** Stands still, as a stopped process does: nothing is lost, everything waits. */
  pause(name: string): void {
    this.#paused.set(name, [])
  }

  /** Its timers fire first, then it reads what came meanwhile. */
  resume(name: string): void {
    const held = this.#paused.get(name) ?? []
    this.#paused.delete(name)
    this.machine(name).tick(this.nowMs)
    this.drain(name)
    for (const flight of held) this.#arrive(flight)
  }

  /** Carries out what a machine wants, after a test called it directly. */
  drain(name: string): void {
    const output = this.machine(name).take()
    for (const { peer, state } of output.changed) this.changes.push({ at: this.nowMs, seenBy: name, peer, state })
    for (const { to, message } of output.send) this.#post(name, to, message)
  }

  #step(): void {
    this.nowMs++
    const due = this.#flights.get(this.nowMs) ?? []
    this.#flights.delete(this.nowMs)
    for (const flight of due) this.#arrive(flight)
    this.names.forEach((name, i) => {
      if (this.down.has(name) || this.#paused.has(name) || (this.nowMs + i * 7) % stepMs !== 0) return
      this.machine(name).tick(this.nowMs)
      this.drain(name)
    })
  }

  #arrive(flight: Flight): void {
    const { from, to, message } = flight
    if (this.down.has(to) || !this.link(from, to)) return
    const held = this.#paused.get(to)
    if (held !== undefined) {
      held.push(flight)
      return
    }
    this.machine(to).step(from, message, this.nowMs)
    this.drain(to)
  }

  #post(from: string, to: string, message: MembershipMessage): void {
    this.sent++
    this.sentBytes += 24 + JSON.stringify(message).length / 2
    if (this.random.chance(this.loss)) return
    const at = this.nowMs + this.delayMs + this.random.integer(this.delayMs + 1)
    const flights = this.#flights.get(at)
    if (flights === undefined) this.#flights.set(at, [{ from, to, message }])
    else flights.push({ from, to, message })
  }
}

/** The value below which `share` of the values lie. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}
