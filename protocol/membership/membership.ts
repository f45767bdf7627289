// SWIM with Lifeguard, joined: rounds of probes, rumours, suspicions that the suspect can refute, and slow pings to the dead
// so that a healed partition finds itself. Everything it says is soft: it suspends members, and only the log admits or
// removes them. It has no clock and sends nothing by itself; each call is followed by take().
import { assert } from '../base/assert.ts'
import type { BootMs, PeerId } from '../base/ids.ts'
import type { Random } from '../base/random.ts'
import type { MembershipMessage, Rumour } from '../message/membership.ts'
import {
  crashProofMs, deadPeriodMs, maxAddresses, maxHelpers, newsFanout, probePeriodMaxMs, probePeriodMinMs, probePeriodShareMs, selfRumourEvery,
  stallMs, suspectPeriodMs,
} from './limits.ts'
import { LocalHealth } from './local-health.ts'
import { MemberTable, supersedes, view } from './member-table.ts'
import type { MemberRecord } from './member-table.ts'
import { ProbeOrder } from './probe-order.ts'
import { Prober, withRumours } from './prober.ts'
import type { BareMessage } from './prober.ts'
import { RumourQueue } from './rumour-queue.ts'
import { neededConfirmations, suspicionIsOver } from './suspicion.ts'
import type { AddressHint, ConnectionLoss, Member, MembershipMachine, MembershipOutput } from './types.ts'

export interface MembershipOptions {
  readonly self: PeerId
}

/** A peer's view of the others. Chance decides whom it probes and whom it tells first. */
export function createMembership(options: MembershipOptions, random: Random): MembershipMachine {
  return new Membership(options, random)
}

/** How long after one probe the next one starts, with so many peers to probe. */
export function probePeriodMs(targets: number): number {
  assert(targets >= 0, 'a count is not negative')
  return Math.max(probePeriodMinMs, Math.min(probePeriodMaxMs, probePeriodShareMs / Math.max(1, targets)))
}

class Membership implements MembershipMachine {
  readonly #self: PeerId
  readonly #random: Random
  readonly #table = new MemberTable()
  readonly #queue = new RumourQueue()
  readonly #health = new LocalHealth()
  readonly #order: ProbeOrder
  readonly #prober: Prober
  /** Alive or suspect: those whom the rounds of probes visit. */
  readonly #present = new Set<PeerId>()
  /** Dead or departed, in the order in which they will be pinged. */
  readonly #absent = new Set<PeerId>()
  /** Peers that must be told at the next chance what is claimed about them. */
  readonly #owed = new Set<PeerId>()
  /** Peers that repeated an outdated claim about us and must hear the newest. */
  readonly #outdated = new Set<PeerId>()
  /** Fresh rumours that this step brought: told to some at the next tick. */
  #news: Rumour[] = []
  #send: { readonly to: PeerId; readonly message: MembershipMessage }[] = []
  #own: Omit<MemberRecord, 'suspicion'>
  #ownChanged = true
  #pings = 0
  #nextProbeMs: BootMs = 0
  #nextDeadMs: BootMs = 0
  #lastTickMs: BootMs | undefined
  #cachedMembers: readonly Member[] | undefined

  constructor(options: MembershipOptions, random: Random) {
    this.#self = options.self
    this.#random = random
    this.#order = new ProbeOrder(random)
    this.#own = { peer: options.self, state: 'alive', incarnation: 0, addresses: [], addressSequence: 0, sinceMs: 0 }
    const deps = {
      health: this.#health,
      send: (to: PeerId, message: BareMessage): void => this.#sendBare(to, message),
      isSuspect: (target: PeerId): boolean => this.#table.get(target)?.state === 'suspect',
      helpers: (target: PeerId): readonly PeerId[] => this.#someAlive(maxHelpers, target),
    }
    this.#prober = new Prober(deps, random.integer(2 ** 30))
  }

  admit(peer: PeerId, hint: AddressHint, nowMs: BootMs): void {
    if (peer === this.#self) return
    const known = this.#table.get(peer)
    if (known !== undefined) this.#table.hint(known, hint.addresses, hint.sequence)
    else {
      this.#table.add(peer, hint, nowMs)
      this.#present.add(peer)
    }
    this.#cachedMembers = undefined
  }

  remove(peer: PeerId): void {
    this.#table.remove(peer)
    this.#queue.forget(peer)
    this.#prober.forget(peer)
    for (const set of [this.#present, this.#absent, this.#owed, this.#outdated]) set.delete(peer)
    this.#news = this.#news.filter((rumour) => rumour.peer !== peer)
    this.#cachedMembers = undefined
  }

  step(from: PeerId, message: MembershipMessage, nowMs: BootMs): void {
    if (from === this.#self) return
    for (const rumour of message.rumours) this.#hear(from, rumour, nowMs)
    const record = this.#table.get(from)
    if (record !== undefined && record.state !== 'alive') this.#owed.add(from)
    switch (message.kind) {
      case 'ping':
        this.#sendBare(from, { kind: 'ack', sequence: message.sequence })
        break
      case 'ack':
        this.#prober.acked(from, message.sequence)
        break
      case 'pingReq':
        if (message.target === this.#self) this.#sendBare(from, { kind: 'ack', sequence: message.sequence })
        else if (this.#table.get(message.target) !== undefined) this.#prober.help(from, message.sequence, message.target, nowMs)
        break
      case 'nack':
        this.#prober.nacked(from, message.sequence)
        break
      case 'news':
        // It may be dead to us and not know it; nothing else would tell it before our next ping.
        if (this.#owed.has(from) || this.#outdated.has(from)) this.#sendNews(from, [])
        break
    }
  }

  tick(nowMs: BootMs): void {
    const gapMs = nowMs - (this.#lastTickMs ?? nowMs)
    assert(gapMs >= 0, 'the boot-time clock never goes back')
    this.#lastTickMs = nowMs
    if (gapMs >= stallMs) this.#stalled(gapMs)
    if (this.#own.state !== 'left') this.#probeNext(nowMs)
    for (const target of this.#prober.tick(nowMs)) this.#suspect(target, nowMs)
    for (const record of this.#table.suspects()) this.#judge(record, nowMs)
    this.#tellNews()
    this.#table.invariants()
  }

  connectionLost(peer: PeerId, loss: ConnectionLoss, nowMs: BootMs): void {
    if (!this.#present.has(peer) || this.#own.state === 'left') return
    this.#prober.probe(peer, true, nowMs)
    if (loss !== 'refused') return
    this.#prober.refused(peer, nowMs)
    const suspicion = this.#table.get(peer)?.suspicion
    if (suspicion !== undefined && nowMs - suspicion.startedMs >= crashProofMs) suspicion.crashed = true
  }

  announce(addresses: readonly string[]): void {
    this.#renew(this.#own.incarnation + 1, this.#own.addressSequence + 1, addresses.slice(0, maxAddresses))
  }

  leave(nowMs: BootMs): void {
    this.#own = { ...this.#own, state: 'left', incarnation: this.#own.incarnation + 1, sinceMs: nowMs }
    this.#ownChanged = true
    this.#cachedMembers = undefined
    this.#queue.put(this.#selfClaim())
    // There may be no later chance: tell everybody who listens now.
    for (const peer of this.#present) this.#sendNews(peer, [this.#selfClaim()])
  }

  members(): readonly Member[] {
    if (this.#cachedMembers === undefined) {
      this.#cachedMembers = [view(this.#own), ...[...this.#table.records()].map((record) => view(record))]
    }
    return this.#cachedMembers
  }

  localHealth(): number {
    return this.#health.score
  }

  take(): MembershipOutput {
    if (!this.#ownChanged && this.#send.length === 0 && !this.#table.hasChanged) return nothing
    const changed = this.#ownChanged ? [view(this.#own), ...this.#table.takeChanged()] : this.#table.takeChanged()
    const output = { send: this.#send, changed }
    this.#ownChanged = false
    if (changed.length > 0) this.#cachedMembers = undefined
    this.#send = []
    return output
  }

  #hear(from: PeerId, rumour: Rumour, nowMs: BootMs): void {
    if (rumour.peer === this.#self) return this.#hearOfSelf(from, rumour)
    const record = this.#table.get(rumour.peer)
    // Only the log admits: rumours of strangers are not kept.
    if (record === undefined) return
    const fresherHint = this.#table.hint(record, rumour.addresses, rumour.addressSequence)
    if (rumour.state === 'dead' && present(record) && supersedes(rumour, record)) return this.#condemn(record, rumour, nowMs)
    if (supersedes(rumour, record)) return this.#believe(record, rumour, nowMs)
    if (fresherHint) this.#cachedMembers = undefined
    if (rumour.state === 'suspect' && record.state === 'suspect' && rumour.incarnation === record.incarnation) this.#confirm(record, rumour)
    // A peer in a new life counts from the start again until it is told where its last life ended.
    const behind = rumour.incarnation < record.incarnation || (rumour.state === 'alive' && rumour.addressSequence < record.addressSequence)
    if (from === rumour.peer && behind) this.#owed.add(from)
  }

  /** Refutes what is false, and outbids what an earlier life of this peer said. */
  #hearOfSelf(from: PeerId, rumour: Rumour): void {
    if (this.#own.state === 'left') return
    const older = rumour.incarnation < this.#own.incarnation
    const fine = rumour.state === 'alive' && rumour.incarnation === this.#own.incarnation
    const sequence = Math.max(this.#own.addressSequence, rumour.addressSequence)
    const hintIsOurs = rumour.addresses.length === 0 || rumour.addressSequence < this.#own.addressSequence || sameHint(rumour, this.#own)
    if (older) this.#outdated.add(from)
    if ((older || fine) && hintIsOurs) return
    if (rumour.state === 'suspect' && !older) this.#health.note(1)
    this.#renew(Math.max(rumour.incarnation, this.#own.incarnation) + 1, hintIsOurs ? sequence : sequence + 1, this.#own.addresses)
    if (rumour.state !== 'alive' && this.#table.get(rumour.by) !== undefined) this.#sendNews(rumour.by, [this.#selfClaim()])
  }

  #renew(incarnation: number, addressSequence: number, addresses: readonly string[]): void {
    assert(incarnation > this.#own.incarnation, 'a claim about ourselves is always a newer one')
    this.#own = { ...this.#own, incarnation, addressSequence, addresses }
    this.#ownChanged = true
    this.#cachedMembers = undefined
    this.#spread(this.#selfClaim())
  }

  /** Any state -> the claimed one. */
  #believe(record: MemberRecord, rumour: Rumour, nowMs: BootMs): void {
    const suspicion = rumour.state === 'suspect' ? { startedMs: nowMs, by: new Set([rumour.by]), condemned: false, crashed: false, nextAskMs: nowMs } : undefined
    // One of the dead lives: it may have been we who were cut off from all of them, so the next one need not wait its turn.
    if (record.state === 'dead' && rumour.state === 'alive') this.#nextDeadMs = nowMs
    this.#move(record, rumour.state, rumour.incarnation, suspicion, nowMs)
    this.#spread(rumour)
  }

  /**
   * Another's word that a member is dead: alive or suspect -> suspect, with the least wait. SWIM's confirm (section 4.2) kills
   * by hearsay, and a peer that was cut off comes back with such words about everybody; here nobody dies who was not given
   * the time to refute it to us.
   */
  #condemn(record: MemberRecord, rumour: Rumour, nowMs: BootMs): void {
    if (record.suspicion === undefined || rumour.incarnation > record.incarnation) {
      this.#believe(record, { ...rumour, state: 'suspect' }, nowMs)
      this.#owed.add(record.peer)
      this.#prober.nudge(record.peer)
    }
    if (record.suspicion !== undefined) record.suspicion.condemned = true
  }

  #move(record: MemberRecord, state: Rumour['state'], incarnation: number, suspicion: MemberRecord['suspicion'], nowMs: BootMs): void {
    this.#table.move(record, state, incarnation, suspicion, nowMs)
    this.#cachedMembers = undefined
    const isPresent = present(record)
    this.#present[isPresent ? 'add' : 'delete'](record.peer)
    this.#absent[isPresent ? 'delete' : 'add'](record.peer)
    if (!isPresent) this.#prober.forget(record.peer)
    if (state === 'alive') this.#owed.delete(record.peer)
  }

  /** Counts one more accuser, and passes it on while it still shortens the wait (Lifeguard, section IV-C). */
  #confirm(record: MemberRecord, rumour: Rumour): void {
    const suspicion = record.suspicion
    if (suspicion === undefined || suspicion.by.has(rumour.by)) return
    if (suspicion.by.size > neededConfirmations(this.#othersBeside())) return
    suspicion.by.add(rumour.by)
    this.#spread(rumour)
  }

  /** A probe of ours failed: alive -> suspect, or one more accuser. */
  #suspect(target: PeerId, nowMs: BootMs): void {
    const record = this.#table.get(target)
    if (record === undefined || !this.#present.has(target)) return
    const rumour = claim(record, 'suspect', this.#self)
    if (record.state === 'alive') this.#believe(record, rumour, nowMs)
    else this.#confirm(record, rumour)
  }

  /** Suspect -> dead when the wait is over; until then its accusers keep asking it. */
  #judge(record: MemberRecord, nowMs: BootMs): void {
    const suspicion = record.suspicion
    assert(suspicion !== undefined, 'a suspect has a suspicion')
    if (suspicionIsOver(suspicion, this.#othersBeside(), nowMs)) {
      this.#believe(record, claim(record, 'dead', this.#self), nowMs)
    } else if (suspicion.by.has(this.#self) && nowMs >= suspicion.nextAskMs) {
      suspicion.nextAskMs = nowMs + suspectPeriodMs
      this.#owed.add(record.peer)
      this.#prober.nudge(record.peer)
    }
  }

  #probeNext(nowMs: BootMs): void {
    if (nowMs >= this.#nextProbeMs) {
      const target = this.#order.next(this.#present)
      if (target !== undefined) this.#prober.probe(target, false, nowMs)
      this.#nextProbeMs = nowMs + probePeriodMs(this.#present.size)
    }
    if (nowMs < this.#nextDeadMs) return
    this.#nextDeadMs = nowMs + deadPeriodMs
    const [absent] = this.#absent
    if (absent === undefined) return
    this.#absent.delete(absent)
    this.#absent.add(absent)
    this.#owed.add(absent)
    this.#prober.nudge(absent)
  }

  /** We did not run for a while: answers may lie unread, so nobody is judged by that time. */
  #stalled(gapMs: number): void {
    this.#health.note(1)
    this.#prober.postpone(gapMs)
    for (const record of this.#table.suspects()) {
      const suspicion = record.suspicion
      if (suspicion !== undefined) record.suspicion = { ...suspicion, startedMs: suspicion.startedMs + gapMs }
    }
  }

  #sendBare(to: PeerId, message: BareMessage): void {
    if (message.kind === 'ping') this.#pings++
    const withSelf = message.kind === 'ping' && this.#pings % selfRumourEvery === 0
    this.#send.push({ to, message: withRumours(message, this.#rumoursFor(to, withSelf ? [this.#selfClaim()] : [])) })
  }

  #sendNews(to: PeerId, rumours: readonly Rumour[]): void {
    this.#send.push({ to, message: { kind: 'news', sequence: 0, rumours: this.#rumoursFor(to, rumours) } })
  }

  #rumoursFor(to: PeerId, first: readonly Rumour[]): readonly Rumour[] {
    // Rumours are for members: a peer that the log does not know here gets bare answers.
    const record = this.#table.get(to)
    if (record === undefined) return []
    const owed = [...first]
    if (this.#owed.delete(to)) owed.push(claim(record, record.state, this.#self))
    if (this.#outdated.delete(to) && first.length === 0) owed.push(this.#selfClaim())
    return this.#queue.take(to, this.#table.size + 1, owed)
  }

  #spread(rumour: Rumour): void {
    this.#queue.put(rumour)
    this.#news.push(rumour)
  }

  #tellNews(): void {
    if (this.#news.length === 0) return
    this.#news = []
    // The queue gives the least told first, which is what is new.
    for (const peer of this.#someAlive(newsFanout, this.#self)) this.#sendNews(peer, [])
  }

  #someAlive(count: number, except: PeerId): readonly PeerId[] {
    const alive = [...this.#present].filter((peer) => peer !== except && this.#table.get(peer)?.state === 'alive')
    return this.#random.shuffle(alive).slice(0, count)
  }

  /** How many could confirm a suspicion besides us. */
  #othersBeside(): number {
    return Math.max(0, this.#present.size - this.#table.suspects().length)
  }

  #selfClaim(): Rumour {
    const { peer, state, incarnation, addresses, addressSequence } = this.#own
    return { peer, state, incarnation, by: peer, addresses, addressSequence }
  }
}

const nothing: MembershipOutput = { send: [], changed: [] }
const present = (record: MemberRecord): boolean => record.state === 'alive' || record.state === 'suspect'

function claim(record: MemberRecord, state: Rumour['state'], by: PeerId): Rumour {
  const addresses = state === 'alive' ? record.addresses : []
  return { peer: record.peer, state, incarnation: record.incarnation, by, addresses, addressSequence: record.addressSequence }
}

function sameHint(rumour: Rumour, own: Pick<MemberRecord, 'addresses' | 'addressSequence'>): boolean {
  return rumour.addressSequence === own.addressSequence && rumour.addresses.join() === own.addresses.join()
}
