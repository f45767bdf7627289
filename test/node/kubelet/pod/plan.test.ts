// The plan of a Pod as tables: what is there, what comes next. Kubernetes documentation: Pod Lifecycle, Init Containers,
// Sidecar Containers (KEP-753).
import { deepEqual, equal } from 'node:assert/strict'
import fc from 'fast-check'
import { planPod, specImageAnnotation } from '../../../../node/kubelet/pod/plan.ts'
import type { PodView } from '../../../../node/kubelet/pod/view.ts'
import { ended, makeContainer, makePod, makeSandbox, makeView, named, nowMs } from '../../../support/pod-fixtures.ts'

const brief = (view: PodView): readonly string[] => planPod(view).actions.map((action) => {
  switch (action.kind) {
    case 'stopSandbox': return `stop ${action.id}`
    case 'createSandbox': return `sandbox ${action.attempt}`
    case 'startContainer': return `start ${action.target.container.name} ${action.attempt}`
    case 'stopContainer': return `end ${action.target.container.name}: ${action.reason}`
  }
})

const sandboxes = [makeSandbox()]
const healthy = { started: true, ready: true, failure: undefined }

describe('kubelet / pod / plan / sandbox', () => {
  it('comes first', () => deepEqual(brief(makeView()), ['sandbox 0']))
  it('is replaced when it is down, after the old one gave its address back', () => {
    deepEqual(brief(makeView({ sandboxes: [makeSandbox({ ready: false, attempt: 2 })], addresses: [] })), ['stop s0', 'sandbox 3'])
  })
  it('is replaced when it has no address', () => deepEqual(brief(makeView({ sandboxes, addresses: [] })), ['stop s0', 'sandbox 1']))
  it('starts its containers again by their policy', () => {
    const pod = makePod({ restartPolicy: 'OnFailure', containers: [named('done'), named('failed')] })
    const containers = [ended(0, 1000, { name: 'done', sandboxId: 'old' }), ended(1, 60_000, { name: 'failed', sandboxId: 'old' })]
    deepEqual(brief(makeView({ pod, sandboxes, containers })), ['start failed 1'])
  })
})

describe('kubelet / pod / plan / containers', () => {
  it('start together once the sandbox is there', () => {
    deepEqual(brief(makeView({ pod: makePod({ containers: [named('a'), named('b')] }), sandboxes })), ['start a 0', 'start b 0'])
  })
  it('are left alone while they run', () => deepEqual(brief(makeView({ sandboxes, containers: [makeContainer()] })), []))
  it('start again at once after the first end', () => deepEqual(brief(makeView({ sandboxes, containers: [ended(1, 0)] })), ['start main 1']))
  it('wait out their back-off, and say so', () => {
    const plan = planPod(makeView({ sandboxes, containers: [ended(1, 4_000, { attempt: 2 })], crashes: new Map([['main', 2]]) }))
    deepEqual(plan.actions, [])
    equal(plan.wakeAtMs, nowMs + 16_000)
    deepEqual(plan.waiting.get('main'), { reason: 'CrashLoopBackOff', message: 'back-off 20s restarting failed container=main pod=web_default(uid-1)' })
  })
  it('start again after the back-off', () => {
    deepEqual(brief(makeView({ sandboxes, containers: [ended(1, 20_000, { attempt: 2 })], crashes: new Map([['main', 2]]) })), ['start main 3'])
  })
  it('do not wait after they have run for ten minutes', () => {
    const long = { ...ended(1, 0), startedMs: nowMs - 700_000 }
    deepEqual(brief(makeView({ sandboxes, containers: [long], crashes: new Map([['main', 6]]) })), ['start main 1'])
  })
  it('are ended when a probe says so', () => {
    const health = new Map([['c-main-0', { ...healthy, failure: { probe: 'livenessProbe' as const, reason: 'Unhealthy', message: 'x' } }]])
    deepEqual(brief(makeView({ sandboxes, containers: [makeContainer()], health })), ['end main: Unhealthy'])
  })
  it('are ended when their image was changed', () => {
    const old = makeContainer({ annotations: { [specImageAnnotation]: 'busybox:1' } })
    deepEqual(brief(makeView({ sandboxes, containers: [old] })), ['end main: ContainerSpecChanged'])
  })
  it('that never ran do not count as ended', () => {
    const plan = planPod(makeView({ pod: makePod({ restartPolicy: 'Never' }), sandboxes, containers: [makeContainer({ state: 'created' })] }))
    equal(plan.end, undefined)
    deepEqual(plan.actions.map((each) => each.kind), ['startContainer'])
  })
})

describe('kubelet / pod / plan / ends', () => {
  const never = makePod({ restartPolicy: 'Never', containers: [named('a'), named('b')] })
  it('with success when all have succeeded', () => {
    const plan = planPod(makeView({ pod: never, sandboxes, containers: [ended(0, 0, { name: 'a' }), ended(0, 0, { name: 'b' })] }))
    deepEqual([plan.end?.phase, plan.actions.map((each) => each.kind)], ['Succeeded', ['stopSandbox']])
  })
  it('with failure when one has failed, but not before all have ended', () => {
    equal(planPod(makeView({ pod: never, sandboxes, containers: [ended(1, 0, { name: 'a' }), ended(0, 0, { name: 'b' })] })).end?.phase, 'Failed')
    equal(planPod(makeView({ pod: never, sandboxes, containers: [ended(1, 0, { name: 'a' }), makeContainer({ name: 'b' })] })).end, undefined)
  })
  it('stay final: nothing starts again', () => {
    deepEqual(brief(makeView({ pod: makePod({}, {}, { phase: 'Failed' }), sandboxes: [makeSandbox({ ready: false })], containers: [ended(1, 0)] })), [])
  })
  it('at the deadline, whatever runs', () => {
    const pod = makePod({ activeDeadlineSeconds: 60 }, {}, { phase: 'Running', startTime: new Date(nowMs - 61_000).toISOString() })
    const plan = planPod(makeView({ pod, sandboxes, containers: [makeContainer()] }))
    deepEqual([plan.end?.reason, plan.actions.map((each) => each.kind)], ['DeadlineExceeded', ['stopSandbox']])
  })
})

describe('kubelet / pod / plan / init containers', () => {
  const pod = makePod({ initContainers: [named('i1'), named('i2')] })
  it('run one after the other, before the others', () => {
    deepEqual(brief(makeView({ pod, sandboxes })), ['start i1 0'])
    deepEqual(brief(makeView({ pod, sandboxes, containers: [makeContainer({ name: 'i1' })] })), [])
    deepEqual(brief(makeView({ pod, sandboxes, containers: [ended(0, 0, { name: 'i1' })] })), ['start i2 0'])
    deepEqual(brief(makeView({ pod, sandboxes, containers: [ended(0, 0, { name: 'i2' }), ended(0, 0, { name: 'i1' })] })), ['start main 0'])
  })
  it('run again in a new sandbox', () => {
    const containers = [ended(0, 0, { name: 'i1', sandboxId: 'old' }), ended(0, 0, { name: 'i2', sandboxId: 'old' })]
    deepEqual(brief(makeView({ pod, sandboxes, containers })), ['start i1 1'])
  })
  it('that are gone count as done when later ones have run', () => {
    deepEqual(brief(makeView({ pod, sandboxes, containers: [makeContainer()] })), [])
  })
  it('fail the Pod where nothing restarts, and are tried again elsewhere', () => {
    const failed = [ended(1, 0, { name: 'i1' })]
    equal(planPod(makeView({ pod: makePod({ restartPolicy: 'Never', initContainers: [named('i1')] }), sandboxes, containers: failed })).end?.phase, 'Failed')
    deepEqual(brief(makeView({ pod, sandboxes, containers: failed })), ['start i1 1'])
  })
  it('that restart always are sidecars: what follows waits until they have started', () => {
    const withSidecar = makePod({ initContainers: [named('side', { restartPolicy: 'Always' })] })
    const running = makeContainer({ name: 'side' })
    deepEqual(brief(makeView({ pod: withSidecar, sandboxes })), ['start side 0'])
    deepEqual(brief(makeView({ pod: withSidecar, sandboxes, containers: [running] })), [])
    deepEqual(brief(makeView({ pod: withSidecar, sandboxes, containers: [running], health: new Map([[running.id, healthy]]) })), ['start main 0'])
    deepEqual(brief(makeView({ pod: withSidecar, sandboxes, containers: [ended(1, 0, { name: 'side' }), makeContainer()] })), ['start side 1'])
  })
})

describe('kubelet / pod / plan / properties', () => {
  const state = fc.constantFrom('created', 'running', 'exited', 'unknown')
  const container = fc.record({ name: fc.constantFrom('i', 'main', 'other'), attempt: fc.nat(3), state, exitCode: fc.constantFrom(0, 1, 137), sandboxId: fc.constantFrom('s0', 'old') })
  it('never starts a container that runs, nor two of one name', () => {
    fc.assert(fc.property(fc.array(container, { maxLength: 6 }), fc.constantFrom('Always', 'OnFailure', 'Never'), (list, restartPolicy) => {
      const pod = makePod({ restartPolicy, initContainers: [named('i')], containers: [named('main'), named('other')] })
      const containers = list.map((each, index) => makeContainer({ ...each, id: `c${index}`, finishedMs: nowMs })).sort((a, b) => b.attempt - a.attempt)
      const started = planPod(makeView({ pod, sandboxes, containers })).actions.flatMap((action) => (action.kind === 'startContainer' ? [action] : []))
      equal(new Set(started.map((each) => each.target.container.name)).size, started.length)
      for (const action of started) {
        const current = containers.find((each) => each.name === action.target.container.name && each.sandboxId === 's0')
        equal(current?.state === 'running', false)
        equal(containers.some((each) => each.name === action.target.container.name && each.attempt >= action.attempt), false)
      }
    }), { numRuns: 300 })
  })
})
