// What a Pod prints into its table: how many containers are ready, in which word its state sums up, how often it was
// restarted. The rules are those of `kubectl get pods`; recorded tables check them.
import { has, isTrue, numberIn, objectIn, objectsIn, stringIn } from '../../objects/access.ts'
import { shortDuration, timeMs } from '../../objects/times.ts'
import { age, name, orNone } from '../cells.ts'
import type { Json, JsonObject } from '../../objects/json.ts'

interface Tally {
  reason: string
  ready: number
  restarts: number
  /** When a container last ended, in milliseconds. */
  lastRestartMs: number | undefined
}

function count(tally: Tally, status: JsonObject): void {
  tally.restarts += numberIn(status, 'restartCount') ?? 0
  const endedMs = timeMs(objectIn(status, 'lastState', 'terminated').finishedAt)
  if (endedMs !== undefined) tally.lastRestartMs = Math.max(endedMs, tally.lastRestartMs ?? endedMs)
}

function endReason(terminated: JsonObject): string {
  const reason = stringIn(terminated, 'reason')
  if (reason !== '') return reason
  const signal = numberIn(terminated, 'signal') ?? 0
  return signal !== 0 ? `Signal:${signal}` : `ExitCode:${numberIn(terminated, 'exitCode') ?? 0}`
}

const hasCondition = (pod: JsonObject, type: string): boolean =>
  objectsIn(pod, 'status', 'conditions').some((condition) => stringIn(condition, 'type') === type && stringIn(condition, 'status') === 'True')

/** Where the init containers stand, or undefined when they are through. */
function initReason(pod: JsonObject, tally: Tally, sidecars: Tally): string | undefined {
  const containers = objectsIn(pod, 'spec', 'initContainers')
  for (const [at, status] of objectsIn(pod, 'status', 'initContainerStatuses').entries()) {
    const own = containers.find((container) => stringIn(container, 'name') === stringIn(status, 'name'))
    const isSidecar = own !== undefined && stringIn(own, 'restartPolicy') === 'Always'
    count(tally, status)
    if (isSidecar) count(sidecars, status)
    const state = objectIn(status, 'state')
    const waiting = stringIn(state, 'waiting', 'reason')
    if (has(state, 'terminated') && (numberIn(state, 'terminated', 'exitCode') ?? 0) === 0) continue
    if (isSidecar && isTrue(status, 'started')) {
      if (isTrue(status, 'ready')) tally.ready += 1
      continue
    }
    if (has(state, 'terminated')) return `Init:${endReason(objectIn(state, 'terminated'))}`
    if (waiting !== '' && waiting !== 'PodInitializing') return `Init:${waiting}`
    return `Init:${at}/${containers.length}`
  }
  return undefined
}

function countContainers(pod: JsonObject, tally: Tally): void {
  let isRunning = false
  for (const status of [...objectsIn(pod, 'status', 'containerStatuses')].reverse()) {
    count(tally, status)
    const state = objectIn(status, 'state')
    const waiting = stringIn(state, 'waiting', 'reason')
    if (waiting !== '') tally.reason = waiting
    else if (has(state, 'terminated')) tally.reason = endReason(objectIn(state, 'terminated'))
    else if (isTrue(status, 'ready') && has(state, 'running')) {
      isRunning = true
      tally.ready += 1
    }
  }
  if (tally.reason === 'Completed' && isRunning) tally.reason = hasCondition(pod, 'Ready') ? 'Running' : 'NotReady'
}

function firstReason(pod: JsonObject): string {
  const isGated = objectsIn(pod, 'status', 'conditions').some((condition) => stringIn(condition, 'type') === 'PodScheduled' && stringIn(condition, 'reason') === 'SchedulingGated')
  return isGated ? 'SchedulingGated' : stringIn(pod, 'status', 'reason') || stringIn(pod, 'status', 'phase')
}

function tallyOf(pod: JsonObject): Tally {
  const tally: Tally = { reason: firstReason(pod), ready: 0, restarts: 0, lastRestartMs: undefined }
  const sidecars: Tally = { reason: '', ready: 0, restarts: 0, lastRestartMs: undefined }
  const initializing = initReason(pod, tally, sidecars)
  if (initializing !== undefined) tally.reason = initializing
  if (initializing === undefined || hasCondition(pod, 'Initialized')) {
    // Past initialization only the restarts of what still runs count.
    tally.restarts = sidecars.restarts
    tally.lastRestartMs = sidecars.lastRestartMs
    countContainers(pod, tally)
  }
  if (!has(pod, 'metadata', 'deletionTimestamp')) return tally
  const isOver = ['Succeeded', 'Failed'].includes(stringIn(pod, 'status', 'phase'))
  if (stringIn(pod, 'status', 'reason') === 'NodeLost') tally.reason = 'Unknown'
  else if (!isOver) tally.reason = 'Terminating'
  return tally
}

function gatesCell(pod: JsonObject): string {
  const gates = objectsIn(pod, 'spec', 'readinessGates')
  const met = gates.filter((gate) => hasCondition(pod, stringIn(gate, 'conditionType'))).length
  return gates.length === 0 ? '<none>' : `${met}/${gates.length}`
}

/** Name, ready, status, restarts, age, IP, node, nominated node, readiness gates. */
export function podCells(pod: JsonObject, nowMs: number): readonly Json[] {
  const tally = tallyOf(pod)
  const sidecars = objectsIn(pod, 'spec', 'initContainers').filter((container) => stringIn(container, 'restartPolicy') === 'Always').length
  const total = objectsIn(pod, 'spec', 'containers').length + sidecars
  const hasRestarted = tally.restarts !== 0 && tally.lastRestartMs !== undefined
  const restarts = hasRestarted ? `${tally.restarts} (${shortDuration(nowMs - (tally.lastRestartMs ?? 0))} ago)` : String(tally.restarts)
  const [address] = objectsIn(pod, 'status', 'podIPs')
  return [
    name(pod), `${tally.ready}/${total}`, tally.reason, restarts, age(pod, nowMs), orNone(stringIn(address, 'ip')),
    orNone(stringIn(pod, 'spec', 'nodeName')), orNone(stringIn(pod, 'status', 'nominatedNodeName')), gatesCell(pod),
  ]
}
