// The two documents of a kubelet's measures.
import { deepEqual, equal, match } from 'node:assert/strict'
import { resourceMetricsText, summaryOf } from '../../../../node/kubelet/stats/summary.ts'
import type { MachineStats } from '../../../../node/kubelet/stats/summary.ts'

const usage = (cores: number, memoryBytes: number) => ({ atMs: 1_700_000_000_000, windowMs: 5_000, cpuNanos: cores * 10, cpuNanoCores: cores, memoryBytes })
const container = (name: string, cores: number) => ({ namespace: 'shop', pod: 'web', podUid: 'u1', name, startedMs: 1_699_999_000_000, usage: usage(cores, 100) })
const stats: MachineStats = { nodeName: 'n1', node: usage(9, 900), containers: [container('nginx', 3), container('side', 4)] }

describe('kubelet / stats / summary', () => {
  it('names Pods with their containers and the sum of them', () => {
    const time = '2023-11-14T22:13:20Z'
    const shown = (cores: number, memory: number) => ({ cpu: { time, usageNanoCores: cores, usageCoreNanoSeconds: cores * 10, windowMs: 5_000 }, memory: { time, workingSetBytes: memory } })
    deepEqual(summaryOf(stats), {
      node: { nodeName: 'n1', ...shown(9, 900) },
      pods: [{
        podRef: { name: 'web', namespace: 'shop', uid: 'u1' }, startTime: '2023-11-14T21:56:40Z',
        containers: [{ name: 'nginx', startTime: '2023-11-14T21:56:40Z', ...shown(3, 100) }, { name: 'side', startTime: '2023-11-14T21:56:40Z', ...shown(4, 100) }],
        ...shown(7, 200),
      }],
    })
    deepEqual(summaryOf({ nodeName: 'n1', node: undefined, containers: [] }), { node: { nodeName: 'n1' }, pods: [] })
  })

  it('writes metrics with the labels of the reference', () => {
    const text = resourceMetricsText(stats)
    match(text, /^container_cpu_usage_seconds_total\{container="nginx",namespace="shop",pod="web"\} 3e-8 1700000000000$/m)
    match(text, /^pod_memory_working_set_bytes\{namespace="shop",pod="web"\} 200 1700000000000$/m)
    match(text, /^node_memory_working_set_bytes 900 1700000000000$/m)
    equal(text.split('\n').filter((line) => line.startsWith('# TYPE')).length, 7)
  })
})
