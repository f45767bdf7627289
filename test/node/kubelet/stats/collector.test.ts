// The pace of measuring and what it keeps: rates from the second measure on, by the runtime's counts or by processes.
import { deepEqual, equal, ok } from 'node:assert/strict'
import { silentLogger } from '../../../../node/base/logger.ts'
import { StatsCollector } from '../../../../node/kubelet/stats/collector.ts'
import { FakeRuntime } from '../../../support/fake-runtime.ts'
import { ManualClock } from '../../../support/manual-clock.ts'
import { makeContainer } from '../../../support/pod-fixtures.ts'

const labels = { 'io.kubernetes.pod.name': 'web', 'io.kubernetes.pod.namespace': 'default', 'io.kubernetes.pod.uid': 'u1', 'io.kubernetes.container.name': 'nginx' }

describe('kubelet / stats / collector', () => {
  const start = (rootless: boolean): { readonly clock: ManualClock; readonly runtime: FakeRuntime; readonly collector: StatsCollector } => {
    const clock = new ManualClock()
    const runtime = new FakeRuntime(clock)
    runtime.containers.set('c1', makeContainer({ id: 'c1', state: 'running', labels }))
    return { clock, runtime, collector: new StatsCollector({ runtime, clock, logger: silentLogger }, { nodeName: 'n1', rootless }) }
  }

  it('has rates from the second measure on, and forgets what has ended', async () => {
    const { clock, runtime, collector } = start(false)
    runtime.counts.set('c1', { cpuNanos: 1_000_000_000, memoryBytes: 10 })
    await collector.measure()
    deepEqual(collector.latest(), { nodeName: 'n1', node: undefined, containers: [] })
    await clock.advance(5_000)
    runtime.counts.set('c1', { cpuNanos: 2_000_000_000, memoryBytes: 20 })
    await collector.measure()
    const [container] = collector.latest().containers
    deepEqual([container?.namespace, container?.pod, container?.name, container?.podUid], ['default', 'web', 'nginx', 'u1'])
    deepEqual([container?.usage.cpuNanoCores, container?.usage.memoryBytes, container?.usage.windowMs], [200_000_000, 20, 5_000])
    ok((collector.latest().node?.memoryBytes ?? 0) > 0)
    runtime.containers.clear()
    await clock.advance(5_000)
    await collector.measure()
    deepEqual(collector.latest().containers, [])
  })

  it('measures processes where there are no control groups', async () => {
    const { clock, collector } = start(true)
    await collector.measure()
    await clock.advance(5_000)
    await collector.measure()
    ok((collector.latest().containers[0]?.usage.memoryBytes ?? 0) > 1_000_000)
  })

  it('stops with its owner, twice as well as once', async () => {
    const { collector } = start(false)
    collector.start()
    collector.start()
    await collector.stop()
    await collector.stop()
    equal(collector.latest().containers.length, 0)
  })
})
