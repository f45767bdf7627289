// The Pod that a Job makes of its template: name, owner, the finalizer that keeps it until it is counted, and its index.
// Pure. Source: Kubernetes concepts, Jobs (Indexed completion mode).
import type { Job } from '../../objects/generated/batch-v1.ts'
import type { Container, Pod } from '../../objects/generated/core-v1.ts'
import { indexKey } from '../../objects/pods/indexes.ts'
import { nameSuffix } from '../../objects/pods/fnv.ts'
import { controllerReference } from '../../objects/pods/owners.ts'
import type { NewPod } from './plan.ts'
import { trackingFinalizer } from './progress.ts'

/** Room for the suffix within a host name of 63. */
const longestPrefix = 57

/** Names for new Pods: the same for the same view, so that a create whose answer was lost meets itself; none twice. */
export function podNames(job: Job, pods: readonly Pod[], wanted: readonly NewPod[], isTaken: (name: string) => boolean): readonly string[] {
  const known = pods.map((pod) => pod.metadata.uid ?? '').sort().join(' ')
  const names: string[] = []
  for (const { index } of wanted) {
    const prefix = prefixOf(job, index)
    for (let number = 0; ; number++) {
      const name = prefix + nameSuffix(`${job.metadata.uid} ${known} ${names.length} ${number}`, 5)
      if (isTaken(name) || names.includes(name)) continue
      names.push(name)
      break
    }
  }
  return names
}

function prefixOf(job: Job, index: number | undefined): string {
  const tail = index === undefined ? '-' : `-${index}-`
  return (job.metadata.name ?? '').slice(0, longestPrefix - tail.length + 1) + tail
}

/** The Pod as it is sent to the API. */
export function podOf(job: Job, name: string, { index, failures }: NewPod): Pod {
  const template = job.spec?.template
  const indexed = index === undefined ? undefined : { [indexKey]: String(index) }
  const tried = job.spec?.backoffLimitPerIndex === undefined || index === undefined ? undefined : { 'batch.kubernetes.io/job-index-failure-count': String(failures) }
  const spec = template?.spec
  return {
    metadata: {
      name, namespace: job.metadata.namespace, generateName: prefixOf(job, index),
      labels: { ...template?.metadata?.labels, ...indexed },
      annotations: indexed === undefined ? template?.metadata?.annotations : { ...template?.metadata?.annotations, ...indexed, ...tried },
      finalizers: [...(template?.metadata?.finalizers ?? []), trackingFinalizer],
      ownerReferences: [controllerReference('batch/v1', 'Job', job.metadata)],
    },
    spec: spec === undefined || index === undefined ? spec : {
      ...spec, hostname: `${job.metadata.name}-${index}`,
      containers: spec.containers.map(withIndex), initContainers: spec.initContainers?.map(withIndex),
    },
  }
}

function withIndex(container: Container): Container {
  const name = 'JOB_COMPLETION_INDEX'
  if (container.env?.some((one) => one.name === name) === true) return container
  const fieldRef = { apiVersion: 'v1', fieldPath: `metadata.labels['${indexKey}']` }
  return { ...container, env: [...(container.env ?? []), { name, valueFrom: { fieldRef } }] }
}
