// What the kubelet counts and measures, declared once; telemetry registers it and docs/metrics.md lists it.

export const podsRunning = {
  name: 'kubelet_running_pods', type: 'gauge', help: 'Pods that this kubelet takes care of.', labels: [],
} as const

export const uniquePods = {
  name: 'kubelet_unique_pods', type: 'gauge', help: 'Pods of this kubelet that must be unique and run only under the lease of this peer.', labels: [],
} as const

export const uniqueStops = {
  name: 'kubelet_unique_pod_stops_total', type: 'counter', help: 'Pods that must be unique and were stopped because the lease of this peer was over.', labels: [],
} as const
