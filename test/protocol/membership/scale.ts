// Membership at scale, as measurements that the quick test and the long run share: deaths and false deaths among 5 to 100
// peers, and what one peer sends and hears as the cluster grows to thousands. Of those thousands only some are machines of
// ours, since 5,000 tables of 5,000 members fit no memory; the others do what costs a peer work: they probe and they answer.
import { seededRandom } from '../../../protocol/base/random.ts'
import type { Random } from '../../../protocol/base/random.ts'
import { createMembership, probePeriodMs } from '../../../protocol/membership/membership.ts'
import type { MembershipMachine } from '../../../protocol/membership/types.ts'
import { encodeMessage } from '../../../protocol/message/codec.ts'
import type { MembershipMessage } from '../../../protocol/message/membership.ts'
import { percentile, stepMs, Swarm } from './swarm.ts'

/** Who was wrongly held for dead, and by whom, while a quarter stood still for a second at a time under this share of loss. */
export function falselyDead(count: number, seconds: number, seed: number, loss: number): readonly string[] {
  const swarm = new Swarm(count, seed)
  swarm.loss = loss
  swarm.run(1000)
  let before: readonly string[] = []
  for (let second = 0; second < seconds; second++) {
    // Whoever stood still has a second to show itself, or it would be two seconds at a time.
    const rested = swarm.names.filter((name) => !before.includes(name))
    before = swarm.random.shuffle(rested).slice(0, Math.max(1, Math.floor(count / 4)))
    for (const name of before) swarm.pause(name)
    swarm.run(1000)
    for (const name of before) swarm.resume(name)
  }
  return swarm.changes.filter((change) => change.state === 'dead').map((change) => `${change.peer} by ${change.seenBy} at ${change.at}`)
}

/** How long after a silent loss each survivor suspected the victim, and held it for dead: the 99th percentiles. */
export function timesOfSilence(count: number, runs: number, loss: number): { readonly suspectedMs: number; readonly deadMs: number; readonly others: number } {
  const suspected: number[] = []
  const dead: number[] = []
  let others = 0
  for (let seed = 1; seed <= runs; seed++) {
    const swarm = new Swarm(count, seed)
    swarm.loss = loss
    swarm.run(1500 + swarm.random.integer(900))
    swarm.changes.length = 0
    swarm.down.add('p0')
    const startMs = swarm.nowMs
    swarm.run(4500)
    for (const seenBy of swarm.names.slice(1)) {
      const seen = swarm.changes.filter((change) => change.peer === 'p0' && change.seenBy === seenBy)
      suspected.push((seen.find((change) => change.state !== 'alive')?.at ?? Infinity) - startMs)
      dead.push((seen.find((change) => change.state === 'dead')?.at ?? Infinity) - startMs)
    }
    others += swarm.changes.filter((change) => change.peer !== 'p0' && change.state === 'dead').length
  }
  return { suspectedMs: percentile(suspected, 0.99), deadMs: percentile(dead, 0.99), others }
}

/** What one peer has to do with the others, in a second. */
export interface Load {
  readonly messagesSent: number
  readonly messagesHeard: number
  readonly bytesSent: number
  readonly bytesHeard: number
}

const cluster = { cluster: '0123456789abcdef0123456789abcdef', incarnation: 1 }
const delayMs = 5

interface Flight {
  readonly from: number
  readonly to: number
  readonly message: MembershipMessage
}

/** Many peers of which the first few are machines; the rest probe by chance, as often as a machine would, and answer. */
class Crowd {
  nowMs = 1000
  readonly machines: readonly MembershipMachine[]
  readonly #count: number
  readonly #random: Random
  readonly #flights = new Map<number, Flight[]>()
  #tally = { messagesSent: 0, messagesHeard: 0, bytesSent: 0, bytesHeard: 0 }

  constructor(count: number, machines: number, seed: number) {
    this.#count = count
    this.#random = seededRandom(seed)
    this.machines = Array.from({ length: machines }, (_, i) => {
      const machine = createMembership({ self: nameOf(i) }, this.#random.fork())
      for (let other = 0; other < count; other++) machine.admit(nameOf(other), { addresses: [`/ip4/10.0.0.1/tcp/${7000 + (other % 1000)}`], sequence: 1 }, this.nowMs)
      machine.announce([`/ip4/10.0.0.1/tcp/${7000 + i}`])
      machine.take()
      return machine
    })
  }

  run(durationMs: number): Load {
    this.#tally = { messagesSent: 0, messagesHeard: 0, bytesSent: 0, bytesHeard: 0 }
    for (const endMs = this.nowMs + durationMs; this.nowMs < endMs;) this.#step()
    const each = (total: number): number => total / this.machines.length / (durationMs / 1000)
    const { messagesSent, messagesHeard, bytesSent, bytesHeard } = this.#tally
    return { messagesSent: each(messagesSent), messagesHeard: each(messagesHeard), bytesSent: each(bytesSent), bytesHeard: each(bytesHeard) }
  }

  #step(): void {
    this.nowMs++
    const due = this.#flights.get(this.nowMs) ?? []
    this.#flights.delete(this.nowMs)
    for (const flight of due) this.#arrive(flight)
    this.machines.forEach((machine, i) => {
      if ((this.nowMs + i * 7) % stepMs !== 0) return
      machine.tick(this.nowMs)
      this.#drain(i)
    })
    // All the others together begin so many probes in this millisecond, and few of them meet a machine.
    const others = this.#count - this.machines.length
    const share = this.machines.length / (this.#count - 1)
    let expected = (others / probePeriodMs(this.#count - 1)) * share
    for (; expected > 0; expected--) {
      if (expected < 1 && !this.#random.chance(expected)) return
      const from = this.machines.length + this.#random.integer(others)
      this.#post({ from, to: this.#random.integer(this.machines.length), message: { kind: 'ping', sequence: this.nowMs, rumours: [] } })
    }
  }

  #arrive({ from, to, message }: Flight): void {
    const machine = this.machines[to]
    if (machine !== undefined) {
      this.#tally.messagesHeard++
      this.#tally.bytesHeard += sizeBytes(message)
      machine.step(nameOf(from), message, this.nowMs)
      this.#drain(to)
    } else if (message.kind === 'ping' || message.kind === 'pingReq') this.#post({ from: to, to: from, message: { kind: 'ack', sequence: message.sequence, rumours: [] } })
  }

  #drain(of: number): void {
    const machine = this.machines[of]
    for (const { to, message } of machine?.take().send ?? []) {
      this.#tally.messagesSent++
      this.#tally.bytesSent += sizeBytes(message)
      this.#post({ from: of, to: Number(to.slice(1)), message })
    }
  }

  #post(flight: Flight): void {
    const atMs = this.nowMs + delayMs + this.#random.integer(delayMs + 1)
    const flights = this.#flights.get(atMs)
    if (flights === undefined) this.#flights.set(atMs, [flight])
    else flights.push(flight)
  }
}

const nameOf = (i: number): string => `p${i}`
const sizeBytes = (message: MembershipMessage): number => encodeMessage(cluster, { zone: 'membership', body: message }).length

/** The load of a peer among `count`, once their first words have been said. `machines` of them are real. */
export function idleLoad(count: number, machines: number, seconds: number): Load {
  const crowd = new Crowd(count, Math.min(count - 1, machines), count)
  crowd.run(4000)
  return crowd.run(seconds * 1000)
}

/** The load of a peer among `count` real ones while one of them dies each five seconds, its detection and its rumours included. */
export function loadUnderDeaths(count: number, deaths: number): Pick<Load, 'messagesSent' | 'bytesSent'> {
  const swarm = new Swarm(count, count, false)
  swarm.run(4000)
  swarm.sent = 0
  swarm.sentBytes = 0
  for (let death = 0; death < deaths; death++) {
    swarm.down.add(`p${death}`)
    swarm.run(5000)
  }
  const peerSeconds = count * deaths * 5
  return { messagesSent: swarm.sent / peerSeconds, bytesSent: swarm.sentBytes / peerSeconds }
}
