// A Pod that names its node goes nowhere else.
// Source: Kubernetes reference, scheduling plugins, NodeName.
import { type Plugin, reject } from '../types.ts'

export const nodeName: Plugin = {
  name: 'NodeName', weight: 0,
  prepare: (pod) => {
    const wanted = pod.spec?.nodeName ?? ''
    return { filter: ({ node }) => (wanted !== '' && wanted !== node.metadata.name ? reject("node(s) didn't match the requested node name", false) : undefined) }
  },
}
