// The kubelet's metrics.

export const podsRunning = {
  name: 'kubelet_running_pods', type: 'gauge', help: 'Pods that this kubelet takes care of.', labels: [],
} as const
