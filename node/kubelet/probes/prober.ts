// Runs the probes of the containers of one Pod, each at its own pace, and keeps what they found. Liveness and readiness
// wait for startup. It restarts nothing: it tells its owner when a verdict changed.
// Source: Kubernetes concepts, Probes; a container that is not ready may be asked more often than its period says.
import type { Clock, Timer } from '../../base/clock.ts'
import type { Container, Probe } from '../../objects/generated/core-v1.ts'
import type { Health } from '../pod/view.ts'
import type { AttemptResult } from './attempts.ts'
import { count, freshTally } from './tally.ts'
import type { ProbeKind, Tally } from './tally.ts'

export interface ProberDeps {
  readonly clock: Clock
  /** Carries out one attempt within the probe's own time limit. */
  readonly attempt: (probe: Probe, container: Container, containerId: string) => Promise<AttemptResult>
  /** A verdict changed. */
  readonly onChange: () => void
  /** A probe failed once; for events. */
  readonly onFailure: (kind: ProbeKind, container: Container, message: string) => void
}

interface Running {
  readonly container: Container
  readonly startedMs: number
  readonly tallies: Map<ProbeKind, Tally>
  readonly timers: Map<ProbeKind, Timer>
  failure: Health['failure']
  /** Wait before the next question for readiness, while it has never been ready. */
  eagerMs: number | undefined
  stopped: boolean
}

const probeOf = (container: Container, kind: ProbeKind): Probe | undefined => container[`${kind}Probe`]
/** The first pause of a container that is not ready yet; each further one is twice as long, up to the probe's period. */
const firstEagerMs = 500

const healthy: Health = { started: true, ready: true, failure: undefined }

export class Prober {
  readonly #deps: ProberDeps
  readonly #running = new Map<string, Running>()
  #ending = false

  constructor(deps: ProberDeps) {
    this.#deps = deps
  }

  /** These containers run now, by id; probes of others end. `startedMs` is by the wall clock. */
  follow(containers: ReadonlyMap<string, { readonly container: Container; readonly startedMs: number }>): void {
    for (const [id, running] of this.#running) {
      if (containers.has(id)) continue
      running.stopped = true
      for (const timer of running.timers.values()) timer.cancel()
      this.#running.delete(id)
    }
    for (const [id, { container, startedMs }] of containers) {
      if (this.#running.has(id)) continue
      const running: Running = { container, startedMs, tallies: new Map(), timers: new Map(), failure: undefined, eagerMs: firstEagerMs, stopped: false }
      for (const kind of ['startup', 'readiness', 'liveness'] as const) {
        if (probeOf(container, kind) !== undefined) running.tallies.set(kind, freshTally(kind))
      }
      this.#running.set(id, running)
      this.#begin(id, running)
    }
  }

  /** The health of every container that is followed. */
  health(): ReadonlyMap<string, Health> {
    const result = new Map<string, Health>()
    for (const [id, running] of this.#running) {
      const started = running.tallies.get('startup')?.passing ?? true
      const ready = started && (running.tallies.get('readiness')?.passing ?? true)
      result.set(id, running.tallies.size === 0 ? healthy : { started, ready, failure: running.failure })
    }
    return result
  }

  /** The Pod ends: liveness no longer matters, readiness goes on for those who still send traffic. */
  endLiveness(): void {
    this.#ending = true
    for (const running of this.#running.values()) for (const kind of ['startup', 'liveness'] as const) running.timers.get(kind)?.cancel()
  }

  stop(): void {
    this.follow(new Map())
  }

  #begin(id: string, running: Running): void {
    const startup = running.tallies.get('startup')
    if (startup !== undefined && !startup.passing) {
      this.#schedule(id, running, 'startup', 0)
      return
    }
    for (const kind of ['readiness', 'liveness'] as const) if (running.tallies.has(kind)) this.#schedule(id, running, kind, 0)
  }

  #schedule(id: string, running: Running, kind: ProbeKind, delayMs: number): void {
    const probe = probeOf(running.container, kind)
    if (probe === undefined || running.stopped || (this.#ending && kind !== 'readiness')) return
    const earliestMs = running.startedMs + (probe.initialDelaySeconds ?? 0) * 1000 - this.#deps.clock.wallMs()
    running.timers.set(kind, this.#deps.clock.after(Math.max(0, delayMs, earliestMs), () => void this.#probe(id, running, kind, probe)))
  }

  async #probe(id: string, running: Running, kind: ProbeKind, probe: Probe): Promise<void> {
    const result = await this.#deps.attempt(probe, running.container, id)
    if (running.stopped) return
    const before = running.tallies.get(kind) ?? freshTally(kind)
    const after = count(before, probe, result.ok)
    running.tallies.set(kind, after)
    if (!result.ok && !this.#ending) this.#deps.onFailure(kind, running.container, result.message)
    if (after.failed && kind !== 'readiness' && running.failure === undefined) {
      running.failure = { probe: kind === 'liveness' ? 'livenessProbe' : 'startupProbe', reason: 'Unhealthy', message: `Container ${running.container.name} failed ${kind} probe, will be restarted` }
      this.#deps.onChange()
      return
    }
    if (after.passing !== before.passing) this.#deps.onChange()
    if (kind === 'startup' && after.passing) {
      this.#begin(id, running)
      return
    }
    this.#schedule(id, running, kind, this.#pauseMs(running, kind, after.passing, (probe.periodSeconds ?? 10) * 1000))
  }

  /** A container that has just started is asked more often until it is ready for the first time; that makes Pods ready sooner. */
  #pauseMs(running: Running, kind: ProbeKind, isPassing: boolean, periodMs: number): number {
    if (kind !== 'readiness') return periodMs
    const eagerMs = isPassing ? undefined : running.eagerMs
    running.eagerMs = eagerMs === undefined || eagerMs >= periodMs ? undefined : eagerMs * 2
    return Math.min(periodMs, eagerMs ?? periodMs)
  }
}
