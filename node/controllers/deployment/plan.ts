// What a Deployment needs next: one step of its rollout and its status. Pure: the same view gives the same plan, and a plan
// whose writes were lost is found again at the next look. It is the order of the reference's controller: pause, resize, strategy, clean up.
// Source: Kubernetes concepts, Deployments.
import type { Deployment, DeploymentCondition, DeploymentStatus, ReplicaSet } from '../../objects/generated/apps-v1.ts'
import type { Pod } from '../../objects/generated/core-v1.ts'
import { isPodTerminal } from '../../objects/pods/lifecycle.ts'
import { controllerOf } from '../../objects/pods/owners.ts'
import { sameJson } from '../../objects/pods/fnv.ts'
import { newReplicaSetOf, newSetAnnotations, nextRevision, revisionAnnotation, revisionOf, templateHash } from './revisions.ts'
import { boundsOf, newSetSize, rescale, type Resize, shrinkOld, sizeOf, wasResized } from './sizes.ts'
import { foundCondition, isComplete, pauseCondition, plainStatus, rolloutStatus } from './status.ts'

export interface DeploymentView {
  readonly deployment: Deployment
  /** The ReplicaSets that it owns. */
  readonly sets: readonly ReplicaSet[]
  /** The Pods of these ReplicaSets. */
  readonly pods: readonly Pod[]
  readonly nowMs: number
}

export type DeploymentStep =
  | { readonly kind: 'create'; readonly name: string; readonly hash: string; readonly replicas: number; readonly annotations: { readonly [key: string]: string } }
  | { readonly kind: 'annotate'; readonly set: ReplicaSet; readonly annotations: { readonly [key: string]: string }; readonly minReadySeconds: number }
  | { readonly kind: 'revision'; readonly revision: string }
  | { readonly kind: 'resize'; readonly set: ReplicaSet; readonly replicas: number }
  | { readonly kind: 'delete'; readonly set: ReplicaSet }

export interface DeploymentPlan {
  /** In order; after one fails the rest waits for the next look. */
  readonly steps: readonly DeploymentStep[]
  readonly status: DeploymentStatus
}

/** The next step and the status that goes with it. */
export function planDeployment(view: DeploymentView): DeploymentPlan {
  const { deployment, sets, nowMs } = view
  const collisions = deployment.status?.collisionCount ?? 0
  const fresh = newReplicaSetOf(deployment, sets)
  const old = sets.filter((set) => set !== fresh)
  const base = { deployment, fresh, old, collisions, nowMs }
  if (deployment.metadata.deletionTimestamp !== undefined) return { steps: [], status: plainStatus(base) }
  const paused = pauseCondition(deployment, nowMs)
  if (paused !== undefined) return { steps: [], status: { ...plainStatus(base), conditions: paused } }
  const isPaused = deployment.spec?.paused === true
  if (isPaused || wasResized(deployment, sets)) {
    const steps = [...adoptRevision(view, fresh, old), ...asSteps(rescale(deployment, fresh, old)), ...(isPaused ? surplusHistory(deployment, old) : [])]
    return { steps, status: plainStatus(base) }
  }
  const steps = deployment.spec?.strategy?.type === 'Recreate' ? recreate(view, fresh, old) : roll(view, fresh, old)
  const status = rolloutStatus(base)
  if (steps.length > 0) return { steps, status: withFound(deployment, status, steps, fresh, nowMs) }
  const cleanUp = isComplete(deployment, status) ? surplusHistory(deployment, old) : []
  return { steps: cleanUp, status: withFound(deployment, status, steps, fresh, nowMs) }
}

/** Replaces the condition Progressing when a ReplicaSet was made or found. */
function withFound(deployment: Deployment, status: DeploymentStatus, steps: readonly DeploymentStep[], fresh: ReplicaSet | undefined, nowMs: number): DeploymentStatus {
  const created = steps.find((step) => step.kind === 'create')
  const name = created?.name ?? fresh?.metadata.name
  if (name === undefined) return status
  const found = foundCondition({ ...deployment, status }, name, created !== undefined, nowMs)
  return found === undefined ? status : { ...status, conditions: found satisfies readonly DeploymentCondition[] }
}

function asSteps(sizes: readonly Resize[]): readonly DeploymentStep[] {
  return sizes.map(({ set, replicas }) => ({ kind: 'resize', set, replicas }))
}

/** The new ReplicaSet's annotations and the Deployment's revision, where they differ from what they should be. */
function adoptRevision(view: DeploymentView, fresh: ReplicaSet | undefined, old: readonly ReplicaSet[]): readonly DeploymentStep[] {
  if (fresh === undefined) return []
  const { deployment } = view
  const steps: DeploymentStep[] = []
  const annotations = newSetAnnotations(deployment, fresh, nextRevision(old))
  const minReadySeconds = deployment.spec?.minReadySeconds ?? 0
  if (!sameJson(annotations, fresh.metadata.annotations ?? {}) || (fresh.spec?.minReadySeconds ?? 0) !== minReadySeconds) {
    steps.push({ kind: 'annotate', set: fresh, annotations, minReadySeconds })
  }
  const revision = annotations[revisionAnnotation] ?? ''
  if (deployment.metadata.annotations?.[revisionAnnotation] !== revision) steps.push({ kind: 'revision', revision })
  return steps
}

function createStep(view: DeploymentView, old: readonly ReplicaSet[]): DeploymentStep {
  const { deployment } = view
  const hash = templateHash(deployment.spec?.template ?? {}, deployment.status?.collisionCount ?? 0)
  const annotations = newSetAnnotations(deployment, undefined, nextRevision(old))
  return { kind: 'create', name: `${deployment.metadata.name}-${hash}`, hash, replicas: newSetSize(deployment, old, undefined), annotations }
}

function roll(view: DeploymentView, fresh: ReplicaSet | undefined, old: readonly ReplicaSet[]): readonly DeploymentStep[] {
  const { deployment } = view
  if (fresh === undefined) return [createStep(view, old)]
  const revision = adoptRevision(view, fresh, old)
  const size = newSetSize(deployment, [...old, fresh], fresh)
  if (size !== sizeOf(fresh)) return [...revision, { kind: 'resize', set: fresh, replicas: size }]
  return [...revision, ...asSteps(shrinkOld(deployment, fresh, old))]
}

function recreate(view: DeploymentView, fresh: ReplicaSet | undefined, old: readonly ReplicaSet[]): readonly DeploymentStep[] {
  const { deployment, pods } = view
  const revision = adoptRevision(view, fresh, old)
  const active = old.filter((set) => sizeOf(set) > 0)
  if (active.length > 0) return [...revision, ...active.map((set): DeploymentStep => ({ kind: 'resize', set, replicas: 0 }))]
  // Not one Pod of the old template may run beside one of the new, ending ones included.
  const oldRuns = pods.some((pod) => !isPodTerminal(pod) && controllerOf(pod.metadata)?.uid !== fresh?.metadata.uid)
  if (oldRuns) return revision
  if (fresh === undefined) return [createStep(view, old)]
  const { replicas } = boundsOf(deployment)
  return sizeOf(fresh) === replicas ? revision : [...revision, { kind: 'resize', set: fresh, replicas }]
}

/** Old ReplicaSets beyond the history limit that have no Pods any more, oldest revision first. */
function surplusHistory(deployment: Deployment, old: readonly ReplicaSet[]): readonly DeploymentStep[] {
  const limit = deployment.spec?.revisionHistoryLimit ?? 10
  const cleanable = old.filter((set) => set.metadata.deletionTimestamp === undefined).sort((a, b) => revisionOf(a) - revisionOf(b))
  return cleanable.slice(0, Math.max(0, cleanable.length - limit))
    .filter((set) => (set.status?.replicas ?? 0) === 0 && sizeOf(set) === 0 && (set.metadata.generation ?? 0) <= (set.status?.observedGeneration ?? 0))
    .map((set) => ({ kind: 'delete', set }))
}
