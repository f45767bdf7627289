// The words for how things fare, against what kubectl prints for the same objects.
import { deepEqual, equal } from 'node:assert/strict'
import { countsOf, duration, nodeHealth, podHealth, workloadHealth } from '../../../node/dashboard/health.ts'
import type { Pod, Workload } from '../../../node/dashboard/objects.ts'

const metadata = { name: 'x', uid: 'u', resourceVersion: '1' }
const container = { name: 'c', ready: false, restartCount: 0, image: 'i' }
const pod = (status: NonNullable<Pod['status']>): Pod => ({ metadata, spec: { nodeName: 'n', containers: [] }, status })
const workload = (wanted: number, ready: number, more: Workload['status'] = {}): Workload => ({ metadata, spec: { replicas: wanted }, status: { readyReplicas: ready, ...more } })

describe('dashboard / health', () => {
  it('a Pod', () => {
    equal(podHealth(pod({ phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] })).word, 'Running')
    deepEqual(podHealth(pod({ phase: 'Running', containerStatuses: [{ ...container, state: { waiting: { reason: 'CrashLoopBackOff' } } }] })), { tone: 'bad', word: 'CrashLoopBackOff' })
    deepEqual(podHealth(pod({ phase: 'Pending', containerStatuses: [{ ...container, state: { waiting: { reason: 'ContainerCreating' } } }] })), { tone: 'busy', word: 'ContainerCreating' })
    deepEqual(podHealth(pod({ phase: 'Failed', reason: 'Evicted' })), { tone: 'bad', word: 'Evicted' })
    deepEqual(podHealth(pod({ phase: 'Succeeded' })), { tone: 'idle', word: 'Completed' })
    equal(podHealth({ ...pod({ phase: 'Running' }), metadata: { ...metadata, deletionTimestamp: 'now' } }).word, 'Terminating')
    equal(podHealth({ metadata }).word, 'Pending')
  })

  it('a Node', () => {
    equal(nodeHealth({ metadata }).tone, 'bad')
    const ready = [{ type: 'Ready', status: 'True' }]
    equal(nodeHealth({ metadata, status: { conditions: ready } }).word, 'Ready')
    equal(nodeHealth({ metadata, spec: { unschedulable: true }, status: { conditions: ready } }).word, 'Cordoned')
    equal(nodeHealth({ metadata, status: { conditions: [...ready, { type: 'DiskPressure', status: 'True' }] } }).tone, 'busy')
  })

  it('a workload', () => {
    equal(workloadHealth('Deployment', workload(3, 3, { updatedReplicas: 3 })).tone, 'good')
    equal(workloadHealth('Deployment', workload(3, 3, { updatedReplicas: 1 })).tone, 'busy')
    equal(workloadHealth('Deployment', workload(3, 0)).tone, 'bad')
    equal(workloadHealth('Deployment', workload(0, 0)).tone, 'idle')
    equal(workloadHealth('Job', { metadata, spec: { completions: 2 }, status: { succeeded: 2 } }).word, 'Complete')
    deepEqual(countsOf('DaemonSet', { metadata, status: { desiredNumberScheduled: 4, numberReady: 3 } }), { ready: 3, wanted: 4 })
  })

  it('a duration', () => deepEqual([0, 59_000, 119_000, 120_000, 7_200_000, 172_800_000].map(duration), ['0s', '59s', '119s', '2m', '2h', '2d']))
})
