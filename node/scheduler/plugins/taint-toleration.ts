// Taints keep Pods off that do not tolerate them; taints that only ask (PreferNoSchedule) cost points.
// Source: Kubernetes concepts, Taints and Tolerations.
import { tolerates, untoleratedTaint } from '../../objects/pods/tolerations.ts'
import { type Plugin, reject } from '../types.ts'

export const taintToleration: Plugin = {
  name: 'TaintToleration', weight: 3,
  prepare: (pod) => ({
    filter: ({ node }) => {
      const taint = untoleratedTaint(pod, node.spec?.taints, ['NoSchedule', 'NoExecute'])
      return taint === undefined ? undefined : reject(`node(s) had untolerated taint {${taint.key}: ${taint.value ?? ''}}`, false)
    },
    score: ({ node }) => (node.spec?.taints ?? [])
      .filter((taint) => taint.effect === 'PreferNoSchedule' && !(pod.spec?.tolerations ?? []).some((one) => tolerates(one, taint))).length,
    scale: 'lowestBest',
  }),
}
