// The conditions that the kubelet owns on a Pod: PodReadyToStartContainers, Initialized, Ready, ContainersReady and
// PodScheduled, with Kubernetes' reasons and messages. Pure. Conditions of other types pass through untouched.
import { timestamp } from '../../base/clock.ts'
import type { ContainerStatus, PodCondition } from '../../objects/generated/core-v1.ts'
import type { PodPlan } from './plan.ts'
import { readySandbox, specOf } from './view.ts'
import type { PodView } from './view.ts'

export interface ConditionInput {
  readonly view: PodView
  readonly plan: PodPlan
  readonly phase: string
  readonly containerStatuses: readonly ContainerStatus[]
  readonly initContainerStatuses: readonly ContainerStatus[]
}

interface Verdict {
  readonly type: string
  readonly holds: boolean
  readonly reason?: string | undefined
  readonly message?: string | undefined
}

const completed = 'PodCompleted'

function initialized({ plan, phase, initContainerStatuses }: ConditionInput): Verdict {
  const type = 'Initialized'
  if (phase === 'Succeeded') return { type, holds: true, reason: completed }
  if (plan.initialized) return { type, holds: true }
  const open = initContainerStatuses.filter((each) => !each.ready && each.state?.running === undefined || !each.ready).map((each) => each.name)
  if (open.length === 0) return { type, holds: true }
  return { type, holds: false, reason: 'ContainersNotInitialized', message: `containers with incomplete status: [${open.join(' ')}]` }
}

function containersReady({ phase, containerStatuses }: ConditionInput): Verdict {
  const type = 'ContainersReady'
  if (phase === 'Succeeded') return { type, holds: false, reason: completed }
  if (phase === 'Failed') return { type, holds: false, reason: 'PodFailed' }
  const unready = containerStatuses.filter((each) => !each.ready).map((each) => each.name)
  if (unready.length === 0) return { type, holds: true }
  return { type, holds: false, reason: 'ContainersNotReady', message: `containers with unready status: [${unready.join(' ')}]` }
}

function ready(input: ConditionInput, containers: Verdict): Verdict {
  if (!containers.holds) return { ...containers, type: 'Ready' }
  const { pod } = input.view
  const messages: string[] = []
  for (const gate of specOf(pod).readinessGates ?? []) {
    const condition = pod.status?.conditions?.find((each) => each.type === gate.conditionType)
    if (condition === undefined) messages.push(`corresponding condition of pod readiness gate "${gate.conditionType}" does not exist.`)
    else if (condition.status !== 'True') messages.push(`the status of pod readiness gate "${gate.conditionType}" is not "True", but ${condition.status}`)
  }
  if (messages.length > 0) return { type: 'Ready', holds: false, reason: 'ReadinessGatesNotReady', message: messages.join(', ') }
  return { type: 'Ready', holds: true }
}

/** The Pod's conditions; transition times move only with the status. */
export function podConditions(input: ConditionInput): readonly PodCondition[] {
  const { view } = input
  const containers = containersReady(input)
  const verdicts: readonly Verdict[] = [
    { type: 'PodReadyToStartContainers', holds: readySandbox(view) !== undefined },
    initialized(input),
    ready(input, containers),
    containers,
    { type: 'PodScheduled', holds: true },
  ]
  const old = view.pod.status?.conditions ?? []
  const own = verdicts.map((verdict): PodCondition => {
    const status = verdict.holds ? 'True' : 'False'
    const before = old.find((each) => each.type === verdict.type)
    return {
      type: verdict.type,
      status,
      ...(verdict.reason === undefined ? {} : { reason: verdict.reason }),
      ...(verdict.message === undefined ? {} : { message: verdict.message }),
      lastProbeTime: before?.lastProbeTime,
      lastTransitionTime: before?.status === status ? before.lastTransitionTime : timestamp(view.nowMs),
    }
  })
  return [...own, ...old.filter((each) => !own.some((mine) => mine.type === each.type))]
}
