// nodeSelector and node affinity: the required ones decide, the preferred ones give points.
// Source: Kubernetes concepts, Assigning Pods to Nodes.
import { allowsNode, nodePreference } from '../../objects/pods/node-match.ts'
import { type Plugin, reject } from '../types.ts'

export const nodeAffinity: Plugin = {
  name: 'NodeAffinity', weight: 2,
  prepare: (pod) => ({
    filter: ({ node }) => (allowsNode(pod, node) ? undefined : reject("node(s) didn't match Pod's node affinity/selector", false)),
    ...(pod.spec?.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution === undefined ? {} : {
      score: ({ node }) => nodePreference(pod, node),
      scale: 'highestBest' as const,
    }),
  }),
}
