// Carries out the actions of probes and lifecycle hooks against a running container: exec, HTTP, TCP, gRPC and sleep.
// It knows addresses and ports; thresholds and consequences belong to prober and worker.
import type { Clock } from '../../base/clock.ts'
import type { Container, LifecycleHandler, Probe } from '../../objects/generated/core-v1.ts'
import { runtimeError } from '../errors.ts'
import { probeOutputBytes } from '../limits.ts'
import type { Runtime } from '../runtime/types.ts'
import { grpcAttempt, httpAttempt, portNumber, tcpAttempt } from './attempts.ts'
import type { AttemptResult } from './attempts.ts'

export interface HandlerDeps {
  readonly runtime: Runtime
  readonly clock: Clock
}

/** Longest wait for a hook that names no end of its own; the grace period bounds preStop further. */
const hookTimeoutMs = 120_000

const decoder = new TextDecoder()

async function execAttempt(runtime: Runtime, id: string, command: readonly string[], timeoutMs: number): Promise<AttemptResult> {
  try {
    const result = await runtime.execSync(id, command, timeoutMs)
    const output = decoder.decode(Buffer.concat([result.stdout, result.stderr]).subarray(0, probeOutputBytes))
    return { ok: result.exitCode === 0, message: result.exitCode === 0 ? '' : output === '' ? `command exited with ${result.exitCode}` : output }
  } catch (error) {
    if (!runtimeError.is(error)) throw error
    return { ok: false, message: `command timed out or could not run: ${error.details.reason}` }
  }
}

/** One attempt of a probe. */
export async function probeAttempt(deps: HandlerDeps, probe: Probe, container: Container, id: string, address: string): Promise<AttemptResult> {
  const timeoutMs = (probe.timeoutSeconds ?? 1) * 1000
  if (probe.exec !== undefined) return execAttempt(deps.runtime, id, probe.exec.command ?? [], timeoutMs)
  if (probe.httpGet !== undefined) {
    const port = portNumber(container, probe.httpGet.port)
    if (port === undefined) return { ok: false, message: `couldn't find port: ${probe.httpGet.port}` }
    return httpAttempt(probe.httpGet, port, address, timeoutMs)
  }
  if (probe.tcpSocket !== undefined) {
    const port = portNumber(container, probe.tcpSocket.port)
    if (port === undefined) return { ok: false, message: `couldn't find port: ${probe.tcpSocket.port}` }
    return tcpAttempt(port, probe.tcpSocket.host ?? address, timeoutMs)
  }
  if (probe.grpc !== undefined) return grpcAttempt(probe.grpc, address, timeoutMs)
  return { ok: false, message: 'missing probe handler' }
}

/** A postStart or preStop hook, at most `timeoutMs` long. */
export async function runHook(deps: HandlerDeps, hook: LifecycleHandler, container: Container, id: string, address: string, timeoutMs = hookTimeoutMs): Promise<AttemptResult> {
  if (hook.exec !== undefined) return execAttempt(deps.runtime, id, hook.exec.command ?? [], timeoutMs)
  if (hook.httpGet !== undefined) {
    const port = portNumber(container, hook.httpGet.port)
    if (port === undefined) return { ok: false, message: `couldn't find port: ${hook.httpGet.port}` }
    return httpAttempt(hook.httpGet, port, address, timeoutMs)
  }
  if (hook.sleep !== undefined) {
    const durationMs = Math.min(timeoutMs, hook.sleep.seconds * 1000)
    await new Promise<void>((resolve) => deps.clock.after(durationMs, resolve))
  }
  return { ok: true, message: '' }
}
