// The Node object: Kubernetes documentation, Node Status and Well-Known Labels.
import { deepEqual, equal } from 'node:assert/strict'
import type { NodeStatus } from '../../../../node/objects/generated/core-v1.ts'
import { nodeLabels, nodeStatus, nodeStatusChanged } from '../../../../node/kubelet/node/node-status.ts'
import type { NodeFacts } from '../../../../node/kubelet/node/node-status.ts'
import { testOptions } from '../../../support/kubelet-bench.ts'

const options = testOptions('/x')
const facts: NodeFacts = {
  machine: {
    hostname: 'h', processors: 4, memoryBytes: 8 * 1024 ** 3, architecture: 'amd64', kernel: '6.1', osImage: 'Debian', machineId: 'm', bootId: 'b', systemUuid: 's',
    resolver: { servers: [], searches: [], options: [] },
  },
  use: { memoryAvailableBytes: 4 * 1024 ** 3, diskBytes: 100 * 1024 ** 3, diskAvailableBytes: 50 * 1024 ** 3, processes: 100, processesMost: 32_768 },
  runtime: { name: 'containerd', version: '1.6', ready: true, networkReady: true, message: '' },
  images: [{ id: 'i', tags: ['a:1'], digests: [], sizeBytes: 5, uid: undefined, username: '' }],
  kubeletPort: 10250,
  nowMs: Date.UTC(2026, 0, 1),
}
const condition = (status: NodeStatus, type: string): string => {
  const found = status.conditions?.find((each) => each.type === type)
  return `${found?.status} ${found?.reason}`
}

describe('kubelet / node / status', () => {
  it('says what the machine is and has', () => {
    const status = nodeStatus(options, facts, undefined)
    deepEqual(status.addresses, [{ type: 'InternalIP', address: '192.168.1.1' }, { type: 'Hostname', address: 'n1' }])
    deepEqual([status.capacity?.['cpu'], status.capacity?.['memory'], status.allocatable?.['pods'], status.daemonEndpoints?.kubeletEndpoint?.Port], ['4', '8388608Ki', '110', 10250])
    deepEqual([status.nodeInfo?.containerRuntimeVersion, status.nodeInfo?.kubeletVersion, status.images], ['containerd://1.6', 'v1.32.3+shoal', [{ names: ['a:1'], sizeBytes: 5 }]])
    equal(nodeLabels(options, facts.machine)['kubernetes.io/hostname'], 'n1')
  })
  it('is ready when runtime and network are', () => {
    equal(condition(nodeStatus(options, facts, undefined), 'Ready'), 'True KubeletReady')
    for (const runtime of [{ ...facts.runtime, ready: false }, { ...facts.runtime, networkReady: false }]) equal(condition(nodeStatus(options, { ...facts, runtime }, undefined), 'Ready'), 'False KubeletNotReady')
  })
  it('feels pressure', () => {
    const use = { ...facts.use, memoryAvailableBytes: 1, diskAvailableBytes: 1, processes: 32_000 }
    const status = nodeStatus(options, { ...facts, use }, undefined)
    deepEqual(['MemoryPressure', 'DiskPressure', 'PIDPressure'].map((type) => condition(status, type).split(' ')[0]), ['True', 'True', 'True'])
  })
  it('keeps the times and conditions that are not its own to change', () => {
    const old = { conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: 'long ago' }, { type: 'Custom', status: 'True' }] }
    const status = nodeStatus(options, facts, old)
    equal(status.conditions?.find((each) => each.type === 'Ready')?.lastTransitionTime, 'long ago')
    equal(condition(status, 'Custom').split(' ')[0], 'True')
  })
  it('has not changed when only the clock has moved', () => {
    const first = nodeStatus(options, facts, undefined)
    equal(nodeStatusChanged(first, nodeStatus(options, { ...facts, nowMs: facts.nowMs + 60_000 }, first)), false)
    equal(nodeStatusChanged(first, nodeStatus(options, { ...facts, images: [] }, first)), true)
    equal(nodeStatusChanged(undefined, first), true)
  })
})
