// What the kubelet counts and measures, declared once; telemetry registers it and docs/metrics.md lists it.

export const podsRunning = {
  name: 'kubelet_running_pods', type: 'gauge', help: 'Pods that this kubelet takes care of.', labels: [],
} as const
