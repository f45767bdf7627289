// Probes under way: a direct ping, then helpers, then the verdict (SWIM, section 3.1), with Lifeguard's early nacks.
// Several probes run side by side, so that the time to find a silent peer does not depend on how long one probe takes.
// It judges one probe at a time; what a failed probe means for the member is not decided here.
import { assert } from '../base/assert.ts'
import type { BootMs, PeerId } from '../base/ids.ts'
import type { MembershipMessage } from '../message/membership.ts'
import {
  directTimeoutMs, hastyDirectTimeoutMs, hastyIndirectTimeoutMs, indirectTimeoutMs, maxProbes, maxRelays, nackShare,
} from './limits.ts'
import type { LocalHealth } from './local-health.ts'

/** A message without its rumours: the machine adds them when it sends. */
export type BareMessage =
  | { readonly kind: 'ping' | 'ack' | 'nack'; readonly sequence: number }
  | { readonly kind: 'pingReq'; readonly sequence: number; readonly target: PeerId }

export interface ProberDeps {
  readonly health: LocalHealth
  send(to: PeerId, message: BareMessage): void
  /** Whether the target's silence is known already. */
  isSuspect(target: PeerId): boolean
  /** Live peers that may be asked to help with `target`, in an order by chance. */
  helpers(target: PeerId): readonly PeerId[]
}

interface Probe {
  readonly target: PeerId
  readonly sequence: number
  readonly hasty: boolean
  helpers: readonly PeerId[]
  readonly nackedBy: Set<PeerId>
  /** Nobody listens at the target: when all helpers say that they hear nothing either, there is nothing to wait for. */
  refused: boolean
  /** When helpers are asked, and when the probe has failed. */
  directUntilMs: BootMs
  endsMs: BootMs
}

interface Relay {
  readonly target: PeerId
  readonly asker: PeerId
  readonly askerSequence: number
  nackMs: BootMs
  endsMs: BootMs
  nacked: boolean
}

/** The probes of one peer. */
export class Prober {
  readonly #deps: ProberDeps
  #sequence: number
  #probes = new Map<number, Probe>()
  #relays = new Map<number, Relay>()
  /** When nobody listened at a peer the last time; until it is heard. */
  readonly #refusedAtMs = new Map<PeerId, BootMs>()

  /** Sequences start anywhere, so that answers to an earlier life mean nothing. */
  constructor(deps: ProberDeps, firstSequence: number) {
    this.#deps = deps
    this.#sequence = firstSequence
  }

  /** Starts a probe. A hasty one replaces a patient one; a second of the same kind is not started. */
  probe(target: PeerId, hasty: boolean, nowMs: BootMs): void {
    for (const probe of this.#probes.values()) {
      if (probe.target === target && (probe.hasty || !hasty)) return
    }
    if (this.#probes.size >= maxProbes) return
    // Only our own: whoever asked us to help still waits for our word.
    this.#giveUp(target)
    this.#sequence++
    const directMs = this.#deps.health.stretchMs(hasty ? hastyDirectTimeoutMs : directTimeoutMs)
    const indirectMs = this.#deps.health.stretchMs(hasty ? hastyIndirectTimeoutMs : indirectTimeoutMs)
    this.#probes.set(this.#sequence, {
      target, sequence: this.#sequence, hasty, helpers: [], nackedBy: new Set(), refused: false,
      directUntilMs: nowMs + directMs, endsMs: nowMs + directMs + indirectMs,
    })
    this.#deps.send(target, { kind: 'ping', sequence: this.#sequence })
  }

  /**
   * Nobody listens at the target: no answer to the ping will come, so the helpers are asked now, and who asked us to help is told.
   * A verdict still takes all of them, since a peer that moved is refused at its old address only by those who know no other.
   */
  refused(target: PeerId, nowMs: BootMs): void {
    this.#refusedAtMs.set(target, nowMs)
    for (const probe of this.#probes.values()) {
      if (probe.target !== target || !probe.hasty) continue
      probe.refused = true
      probe.directUntilMs = Math.min(probe.directUntilMs, nowMs)
    }
    for (const relay of this.#relays.values()) if (relay.target === target) relay.nackMs = Math.min(relay.nackMs, nowMs)
  }

  /** A ping outside of any probe: its answer carries rumours, its silence says nothing. */
  nudge(target: PeerId): void {
    this.#sequence++
    this.#deps.send(target, { kind: 'ping', sequence: this.#sequence })
  }

  /** An answer. The target's own to a ping not older than its probe ends the probe, and so does a helper's to this very probe. */
  acked(from: PeerId, sequence: number): void {
    this.#refusedAtMs.delete(from)
    for (const [key, probe] of this.#probes) {
      const direct = probe.target === from && sequence >= key
      if (!direct && !(key === sequence && probe.helpers.includes(from))) continue
      this.#probes.delete(key)
      this.#deps.health.note(-1)
    }
    const relay = this.#relays.get(sequence)
    if (relay === undefined || relay.target !== from) return
    this.#relays.delete(sequence)
    this.#deps.send(relay.asker, { kind: 'ack', sequence: relay.askerSequence })
  }

  nacked(from: PeerId, sequence: number): void {
    const probe = this.#probes.get(sequence)
    if (probe !== undefined && probe.helpers.includes(from)) probe.nackedBy.add(from)
  }

  /** Another peer asks us to probe `target` for it. */
  help(asker: PeerId, sequence: number, target: PeerId, nowMs: BootMs): void {
    if (this.#relays.size >= maxRelays) return
    this.#sequence++
    const refusedLately = nowMs - (this.#refusedAtMs.get(target) ?? Number.NEGATIVE_INFINITY) < indirectTimeoutMs
    this.#relays.set(this.#sequence, {
      target, asker, askerSequence: sequence, nacked: false,
      nackMs: refusedLately ? nowMs : nowMs + hastyIndirectTimeoutMs * nackShare, endsMs: nowMs + indirectTimeoutMs * 2,
    })
    this.#deps.send(target, { kind: 'ping', sequence: this.#sequence })
  }

  /** Drops all probes of a peer. */
  forget(peer: PeerId): void {
    this.#giveUp(peer)
    this.#refusedAtMs.delete(peer)
    for (const [key, relay] of this.#relays) if (relay.target === peer || relay.asker === peer) this.#relays.delete(key)
  }

  /** Gives our own probes of a peer up. */
  #giveUp(peer: PeerId): void {
    for (const [key, probe] of this.#probes) if (probe.target === peer) this.#probes.delete(key)
  }

  /** We stood still for so long: nobody else is to blame for it. */
  postpone(gapMs: number): void {
    for (const probe of this.#probes.values()) {
      probe.directUntilMs += gapMs
      probe.endsMs += gapMs
    }
    for (const relay of this.#relays.values()) {
      relay.nackMs += gapMs
      relay.endsMs += gapMs
    }
  }

  /** Moves probes on; returns the targets whose probes failed. */
  tick(nowMs: BootMs): readonly PeerId[] {
    const failed: PeerId[] = []
    for (const [key, probe] of this.#probes) {
      const isHopeless = probe.refused && probe.directUntilMs === Number.POSITIVE_INFINITY && probe.nackedBy.size === probe.helpers.length
      if (nowMs >= probe.endsMs || isHopeless) {
        this.#probes.delete(key)
        this.#blame(probe)
        failed.push(probe.target)
      } else if (nowMs >= probe.directUntilMs) this.#askHelpers(probe)
    }
    for (const [key, relay] of this.#relays) {
      if (nowMs >= relay.endsMs) this.#relays.delete(key)
      else if (nowMs >= relay.nackMs && !relay.nacked) {
        relay.nacked = true
        this.#deps.send(relay.asker, { kind: 'nack', sequence: relay.askerSequence })
      }
    }
    return failed
  }

  #askHelpers(probe: Probe): void {
    probe.directUntilMs = Number.POSITIVE_INFINITY
    probe.helpers = this.#deps.helpers(probe.target)
    assert(!probe.helpers.includes(probe.target), 'nobody helps to probe itself')
    for (const helper of probe.helpers) {
      this.#deps.send(helper, { kind: 'pingReq', sequence: probe.sequence, target: probe.target })
    }
    // The ping may have been lost: the second one is cheap, and a false suspicion is not.
    this.#deps.send(probe.target, { kind: 'ping', sequence: probe.sequence })
  }

  /** Helpers that were silent too make it likely that the fault is ours (Lifeguard, section IV-A). */
  #blame(probe: Probe): void {
    // Of a suspect nothing else was to be expected.
    if (this.#deps.isSuspect(probe.target)) return
    const silent = probe.helpers.length - probe.nackedBy.size
    this.#deps.health.note(probe.helpers.length === 0 ? 1 : silent)
  }
}

/** A bare message with rumours on it. */
export function withRumours(message: BareMessage, rumours: MembershipMessage['rumours']): MembershipMessage {
  return { ...message, rumours }
}
