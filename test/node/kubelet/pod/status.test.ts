// The status that the API shows of a Pod: phases, container states, conditions (Kubernetes documentation, Pod Lifecycle).
import { deepEqual, equal } from 'node:assert/strict'
import type { PodStatus } from '../../../../node/objects/generated/core-v1.ts'
import { planPod } from '../../../../node/kubelet/pod/plan.ts'
import { podStatus, sameStatus } from '../../../../node/kubelet/pod/status.ts'
import type { PodView } from '../../../../node/kubelet/pod/view.ts'
import { ended, makeContainer, makePod, makeSandbox, makeView, named } from '../../../support/pod-fixtures.ts'

const statusOf = (view: PodView): PodStatus => podStatus(view, { plan: planPod(view), hostAddresses: ['192.168.1.1'], messages: new Map([['c-main-0', 'bye']]) })
const sandboxes = [makeSandbox()]
const ready = new Map([['c-main-0', { started: true, ready: true, failure: undefined }]])

describe('kubelet / pod / status', () => {
  it('begins as Pending with a container that is being made', () => {
    const status = statusOf(makeView())
    deepEqual([status.phase, status.hostIP, status.podIP, status.qosClass], ['Pending', '192.168.1.1', undefined, 'BestEffort'])
    deepEqual(status.containerStatuses?.[0]?.state, { waiting: { reason: 'ContainerCreating' } })
  })
  it('says PodInitializing while init containers run', () => {
    const pod = makePod({ initContainers: [named('i')] })
    const status = statusOf(makeView({ pod, sandboxes, containers: [makeContainer({ name: 'i' })] }))
    deepEqual(status.containerStatuses?.[0]?.state, { waiting: { reason: 'PodInitializing' } })
    deepEqual(status.initContainerStatuses?.[0]?.state?.running, { startedAt: '2026-01-01T11:59:10Z' })
    equal(status.phase, 'Pending')
  })
  it('runs, ready and started by health, with address and container id', () => {
    const status = statusOf(makeView({ sandboxes, containers: [makeContainer()], health: ready }))
    const [main] = status.containerStatuses ?? []
    deepEqual([status.phase, status.podIP, main?.ready, main?.started, main?.containerID], ['Running', '10.244.0.5', true, true, 'containerd://c-main-0'])
  })
  it('shows why a container waits, and how the one before ended', () => {
    const view = makeView({ sandboxes, containers: [ended(1, 1000)], crashes: new Map([['main', 2]]) })
    const [main] = statusOf(view).containerStatuses ?? []
    deepEqual([main?.state?.waiting?.reason, main?.lastState?.terminated?.exitCode, main?.lastState?.terminated?.message], ['CrashLoopBackOff', 1, 'bye'])
    equal(statusOf(view).phase, 'Running')
  })
  it('counts restarts and keeps the last end', () => {
    const view = makeView({ sandboxes, containers: [makeContainer({ attempt: 3 }), ended(2, 1000, { attempt: 2 })] })
    const [main] = statusOf(view).containerStatuses ?? []
    deepEqual([main?.restartCount, main?.lastState?.terminated?.exitCode], [3, 2])
  })
  it('shows errors of pulling', () => {
    const view = makeView({ sandboxes, waiting: new Map([['main', { reason: 'ErrImagePull', message: 'no registry' }]]) })
    deepEqual(statusOf(view).containerStatuses?.[0]?.state, { waiting: { reason: 'ErrImagePull', message: 'no registry' } })
    equal(statusOf(view).phase, 'Pending')
  })
  it('ends as Succeeded or Failed, with the address that it had', () => {
    const pod = makePod({ restartPolicy: 'Never' }, {}, { phase: 'Running', podIPs: [{ ip: '10.244.0.9' }] })
    const status = statusOf(makeView({ pod, sandboxes: [makeSandbox({ ready: false })], addresses: [], containers: [ended(0, 0)] }))
    deepEqual([status.phase, status.podIP, status.containerStatuses?.[0]?.state?.terminated?.reason], ['Succeeded', '10.244.0.9', 'Completed'])
  })
  it('is the same whatever the order of keys', () => {
    equal(sameStatus({ phase: 'Running', podIP: '1' }, { podIP: '1', phase: 'Running' }), true)
    equal(sameStatus({ phase: 'Running' }, { phase: 'Pending' }), false)
  })
})
