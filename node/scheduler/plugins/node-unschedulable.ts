// Keeps Pods off cordoned nodes, unless they tolerate the taint that says so.
// Source: Kubernetes reference, scheduling plugins, NodeUnschedulable.
import { taintUnschedulable, tolerates } from '../../objects/pods/tolerations.ts'
import { type Plugin, reject } from '../types.ts'

export const nodeUnschedulable: Plugin = {
  name: 'NodeUnschedulable', weight: 0,
  prepare: (pod) => {
    const taint = { key: taintUnschedulable, effect: 'NoSchedule' }
    const isTolerated = (pod.spec?.tolerations ?? []).some((one) => tolerates(one, taint))
    return { filter: ({ node }) => (node.spec?.unschedulable === true && !isTolerated ? reject('node(s) were unschedulable', false) : undefined) }
  },
}
