// A port of the node can be taken once.
// Source: Kubernetes reference, scheduling plugins, NodePorts.
import { hostPorts, portsConflict } from '../../objects/pods/host-ports.ts'
import { type Plugin, reject } from '../types.ts'

export const nodePorts: Plugin = {
  name: 'NodePorts', weight: 0,
  prepare: (pod) => {
    const wanted = hostPorts(pod)
    if (wanted.length === 0) return {}
    return { filter: (state) => (portsConflict(wanted, state.hostPorts) ? reject("node(s) didn't have free ports for the requested pod ports", true) : undefined) }
  },
}
