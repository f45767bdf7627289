// Conditions of Pods: Kubernetes documentation, Pod Lifecycle, Pod conditions; KEP-580 readiness gates.
import { deepEqual, equal } from 'node:assert/strict'
import type { PodCondition, PodStatus } from '../../../../node/objects/generated/core-v1.ts'
import { planPod } from '../../../../node/kubelet/pod/plan.ts'
import { podStatus } from '../../../../node/kubelet/pod/status.ts'
import type { PodView } from '../../../../node/kubelet/pod/view.ts'
import { ended, makeContainer, makePod, makeSandbox, makeView, named } from '../../../support/pod-fixtures.ts'

const conditionsOf = (view: PodView): readonly PodCondition[] => podStatus(view, { plan: planPod(view), hostAddresses: [], messages: new Map() }).conditions ?? []
const brief = (view: PodView): string => conditionsOf(view).map((each) => `${each.type}=${each.status}${each.reason === undefined ? '' : `(${each.reason})`}`).join(' ')
const sandboxes = [makeSandbox()]
const health = new Map([['c-main-0', { started: true, ready: true, failure: undefined }]])

describe('kubelet / pod / conditions', () => {
  it('of a Pod that has only been seen', () => {
    equal(brief(makeView()), 'PodReadyToStartContainers=False Initialized=True Ready=False(ContainersNotReady) ContainersReady=False(ContainersNotReady) PodScheduled=True')
  })
  it('of a Pod that runs', () => {
    equal(brief(makeView({ sandboxes, containers: [makeContainer()], health })), 'PodReadyToStartContainers=True Initialized=True Ready=True ContainersReady=True PodScheduled=True')
  })
  it('name the containers that hold it up', () => {
    const pod = makePod({ initContainers: [named('i')], containers: [named('a'), named('b')] })
    const list = conditionsOf(makeView({ pod, sandboxes }))
    equal(list.find((each) => each.type === 'Initialized')?.message, 'containers with incomplete status: [i]')
    equal(list.find((each) => each.type === 'Ready')?.message, 'containers with unready status: [a b]')
  })
  it('wait for readiness gates', () => {
    const pod = makePod({ readinessGates: [{ conditionType: 'x.dev/open' }] })
    const message = (conditions: PodStatus['conditions']): string | undefined =>
      conditionsOf(makeView({ pod: { ...pod, status: { conditions } }, sandboxes, containers: [makeContainer()], health })).find((each) => each.type === 'Ready')?.message
    equal(message([]), 'corresponding condition of pod readiness gate "x.dev/open" does not exist.')
    equal(message([{ type: 'x.dev/open', status: 'False' }]), 'the status of pod readiness gate "x.dev/open" is not "True", but False')
    equal(message([{ type: 'x.dev/open', status: 'True' }]), undefined)
  })
  it('of others are kept, and times move only with the status', () => {
    const old = [{ type: 'DisruptionTarget', status: 'True' }, { type: 'PodScheduled', status: 'True', lastTransitionTime: '2020-01-01T00:00:00Z' }]
    const list = conditionsOf(makeView({ pod: makePod({}, {}, { conditions: old }) }))
    deepEqual(list.find((each) => each.type === 'DisruptionTarget'), old[0])
    equal(list.find((each) => each.type === 'PodScheduled')?.lastTransitionTime, '2020-01-01T00:00:00Z')
    equal(list.find((each) => each.type === 'Ready')?.lastTransitionTime, '2026-01-01T12:00:00Z')
  })
  it('of a Pod that has completed', () => {
    const view = makeView({ pod: makePod({ restartPolicy: 'Never' }), sandboxes, containers: [ended(0, 0)] })
    equal(brief(view), 'PodReadyToStartContainers=True Initialized=True(PodCompleted) Ready=False(PodCompleted) ContainersReady=False(PodCompleted) PodScheduled=True')
  })
})
