// The arithmetic of a rollout: how many Pods each ReplicaSet should have now, so that never more than the surge exist above
// the wanted number and never more than the allowed number are unavailable. Pure numbers; plan.ts turns them into steps.
// Source: Kubernetes concepts, Deployments (rolling update, proportional scaling).
import type { Deployment, ReplicaSet } from '../../objects/generated/apps-v1.ts'
import { byAge, desiredAnnotation, mostAnnotation } from './revisions.ts'

/** A ReplicaSet and the size it should get. */
export interface Resize {
  readonly set: ReplicaSet
  readonly replicas: number
}

/** The numbers that bound a rollout. */
export interface Bounds {
  readonly replicas: number
  readonly surge: number
  readonly unavailable: number
}

export const sizeOf = (set: ReplicaSet): number => set.spec?.replicas ?? 1
const availableOf = (set: ReplicaSet): number => set.status?.availableReplicas ?? 0
export const totalSize = (sets: readonly ReplicaSet[]): number => sets.reduce((sum, set) => sum + sizeOf(set), 0)

const isRolling = (deployment: Deployment): boolean => (deployment.spec?.strategy?.type ?? 'RollingUpdate') === 'RollingUpdate'

/** A number, or a percentage of `total` rounded up or down. */
function resolve(value: number | string | undefined, total: number, round: (amount: number) => number): number {
  if (typeof value === 'string' && value.endsWith('%')) return round((Number(value.slice(0, -1)) * total) / 100)
  return Number(value ?? 0)
}

/** The Deployment's bounds. Both zero would stand still for ever: one may then be unavailable. */
export function boundsOf(deployment: Deployment): Bounds {
  const replicas = deployment.spec?.replicas ?? 1
  if (!isRolling(deployment)) return { replicas, surge: 0, unavailable: 0 }
  const rolling = deployment.spec?.strategy?.rollingUpdate
  const surge = resolve(rolling?.maxSurge ?? '25%', replicas, Math.ceil)
  const unavailable = resolve(rolling?.maxUnavailable ?? '25%', replicas, Math.floor)
  return { replicas, surge, unavailable: Math.min(surge === 0 && unavailable === 0 ? 1 : unavailable, replicas) }
}

/** How large the new ReplicaSet may be now. */
export function newSetSize(deployment: Deployment, all: readonly ReplicaSet[], fresh: ReplicaSet | undefined): number {
  const { replicas, surge } = boundsOf(deployment)
  if (!isRolling(deployment)) return replicas
  const now = fresh === undefined ? 0 : sizeOf(fresh)
  if (now >= replicas) return replicas
  const room = replicas + surge - totalSize(all)
  return room <= 0 ? now : now + Math.min(room, replicas - now)
}

/** What the old ReplicaSets give up now: unhealthy Pods first, then healthy ones as far as enough are available. */
export function shrinkOld(deployment: Deployment, fresh: ReplicaSet | undefined, old: readonly ReplicaSet[]): readonly Resize[] {
  const { replicas, unavailable } = boundsOf(deployment)
  const active = old.filter((set) => sizeOf(set) > 0).sort(byAge)
  const all = fresh === undefined ? active : [...active, fresh]
  const leastAvailable = replicas - unavailable
  const freshUnavailable = fresh === undefined ? 0 : Math.max(0, sizeOf(fresh) - availableOf(fresh))
  const sizes = new Map(active.map((set) => [set, sizeOf(set)]))
  let unhealthyLeft = totalSize(all) - leastAvailable - freshUnavailable
  if (unhealthyLeft <= 0) return []
  for (const set of active) {
    const down = Math.min(Math.max(0, sizeOf(set) - availableOf(set)), unhealthyLeft)
    sizes.set(set, sizeOf(set) - down)
    unhealthyLeft -= down
  }
  let healthyLeft = all.reduce((sum, set) => sum + availableOf(set), 0) - leastAvailable
  for (const set of active) {
    const down = Math.min(sizes.get(set) ?? 0, Math.max(0, healthyLeft))
    sizes.set(set, (sizes.get(set) ?? 0) - down)
    healthyLeft -= down
  }
  return active.flatMap((set) => (sizes.get(set) === sizeOf(set) ? [] : [{ set, replicas: sizes.get(set) ?? 0 }]))
}

/** Whether somebody changed the Deployment's size since its ReplicaSets were scaled last. */
export function wasResized(deployment: Deployment, all: readonly ReplicaSet[]): boolean {
  return all.some((set) => {
    const desired = set.metadata.annotations?.[desiredAnnotation]
    return sizeOf(set) > 0 && desired !== undefined && Number(desired) !== (deployment.spec?.replicas ?? 1)
  })
}

function isSaturated(deployment: Deployment, set: ReplicaSet | undefined): boolean {
  const replicas = deployment.spec?.replicas ?? 1
  return set !== undefined && sizeOf(set) === replicas && availableOf(set) === replicas
    && Number(set.metadata.annotations?.[desiredAnnotation]) === replicas
}

/** The sizes after a change of the Deployment's size, in the middle of a rollout in proportion. */
export function rescale(deployment: Deployment, fresh: ReplicaSet | undefined, old: readonly ReplicaSet[]): readonly Resize[] {
  const { replicas, surge } = boundsOf(deployment)
  const all = fresh === undefined ? old : [...old, fresh]
  const active = all.filter((set) => sizeOf(set) > 0)
  if (active.length <= 1) {
    const only = active[0] ?? fresh ?? [...old].sort(byAge).at(-1)
    // A set that has the size by chance still has to remember it, or the change would count as unseen for ever.
    return only === undefined || (sizeOf(only) === replicas && !wasResized(deployment, [only])) ? [] : [{ set: only, replicas }]
  }
  if (isSaturated(deployment, fresh) || !isRolling(deployment)) return old.filter((set) => sizeOf(set) > 0).map((set) => ({ set, replicas: 0 }))
  const change = (replicas > 0 ? replicas + surge : 0) - totalSize(active)
  return inProportion(deployment, active, change)
}

function inProportion(deployment: Deployment, active: readonly ReplicaSet[], change: number): readonly Resize[] {
  // Growing, the larger and then the newer get first; shrinking, the larger and then the older give first.
  const ordered = [...active].sort((a, b) => sizeOf(b) - sizeOf(a) || (change > 0 ? byAge(b, a) : byAge(a, b)))
  let done = 0
  const shares = ordered.map((set) => {
    const left = change - done
    const wanted = left === 0 || change === 0 ? 0 : shareOf(deployment, set)
    const share = change > 0 ? Math.min(wanted, left) : Math.max(wanted, left)
    done += share
    return share
  })
  return ordered.map((set, number) => {
    const rest = number === 0 ? change - done : 0
    return { set, replicas: Math.max(0, sizeOf(set) + (shares[number] ?? 0) + rest) }
  })
}

/** By how much a ReplicaSet should grow or shrink to keep its part of the whole. */
function shareOf(deployment: Deployment, set: ReplicaSet): number {
  const { replicas, surge } = boundsOf(deployment)
  if (replicas === 0) return -sizeOf(set)
  const before = Number(set.metadata.annotations?.[mostAnnotation] ?? deployment.status?.replicas ?? 0)
  if (!(before > 0)) return 0
  return Math.round((sizeOf(set) * (replicas + surge)) / before) - sizeOf(set)
}
