// A Job's own rules: which failures end it, which do not count, and which successes are enough. Pure.
// Source: Kubernetes concepts, Jobs (Pod failure policy, success policy).
import type { Job, PodFailurePolicyRule } from '../../objects/generated/batch-v1.ts'
import type { ContainerStatus, Pod } from '../../objects/generated/core-v1.ts'
import { indexOf, parseIndexes } from '../../objects/pods/indexes.ts'

interface Verdict {
  readonly action: string
  readonly message: string
}

/** What the first rule that fits the failed Pod says, or undefined. */
export function failureVerdict(job: Job, pod: Pod): Verdict | undefined {
  if (pod.status?.phase !== 'Failed') return undefined
  for (const [at, rule] of (job.spec?.podFailurePolicy?.rules ?? []).entries()) {
    const why = matchOf(rule, pod)
    if (why !== undefined) return { action: rule.action, message: `${why} matching ${rule.action} rule at index ${at}` }
  }
  return undefined
}

function matchOf(rule: PodFailurePolicyRule, pod: Pod): string | undefined {
  const own = `pod ${pod.metadata.namespace}/${pod.metadata.name}`
  const codes = rule.onExitCodes
  if (codes !== undefined) {
    const statuses = [...(pod.status?.containerStatuses ?? []), ...(pod.status?.initContainerStatuses ?? [])]
    const found = statuses.find((status) => {
      const code = exitCodeOf(status)
      if (code === undefined || code === 0 || (codes.containerName !== undefined && codes.containerName !== status.name)) return false
      return codes.values.includes(code) === (codes.operator === 'In')
    })
    return found === undefined ? undefined : `Container ${found.name} for ${own} failed with exit code ${exitCodeOf(found) ?? 0}`
  }
  const condition = pod.status?.conditions?.find((one) => (rule.onPodConditions ?? []).some((pattern) => pattern.type === one.type && pattern.status === one.status))
  return condition === undefined ? undefined : `Pod ${pod.metadata.namespace}/${pod.metadata.name} has condition ${condition.type}`
}

const exitCodeOf = (status: ContainerStatus): number | undefined => status.state?.terminated?.exitCode

/** Whether a rule says that this failure does not count. */
export const isIgnored = (job: Job, pod: Pod): boolean => failureVerdict(job, pod)?.action === 'Ignore'

/** Why a rule ends the whole Job, or undefined. */
export function jobEnding(job: Job, pods: readonly Pod[]): string | undefined {
  const verdicts = pods.map((pod) => failureVerdict(job, pod))
  return verdicts.find((verdict) => verdict?.action === 'FailJob')?.message
}

/** Whether a rule gives up the index of the Pod. */
export const givesUpIndex = (job: Job, pod: Pod): boolean => failureVerdict(job, pod)?.action === 'FailIndex' && indexOf(pod) !== undefined

/** The message of the first success rule that is met, or undefined. */
export function successVerdict(job: Job, succeeded: ReadonlySet<number>): string | undefined {
  const rules = job.spec?.successPolicy?.rules ?? []
  const at = rules.findIndex((rule) => {
    const wanted = rule.succeededIndexes === undefined ? undefined : parseIndexes(rule.succeededIndexes, job.spec?.completions ?? 0)
    const met = wanted === undefined || typeof wanted === 'string' ? succeeded.size : [...wanted].filter((index) => succeeded.has(index)).length
    const needed = rule.succeededCount ?? (wanted === undefined || typeof wanted === 'string' ? Number.POSITIVE_INFINITY : wanted.size)
    return met >= needed
  })
  return at < 0 ? undefined : `Matched rules at index ${at}`
}
