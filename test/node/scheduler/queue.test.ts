// The order of waiting Pods and when they are tried again. Time is a manual clock.
// Source: Kubernetes concepts, Pod Priority and Preemption (order).
import assert from 'node:assert/strict'
import type { Pod } from '../../../node/objects/generated/core-v1.ts'
import { SchedulingQueue } from '../../../node/scheduler/queue.ts'
import { ManualClock } from '../../support/manual-clock.ts'

const pod = (priority = 0): Pod => ({ metadata: {}, spec: { containers: [], priority } })

describe('scheduler / queue', () => {
  let clock: ManualClock
  let queue: SchedulingQueue
  let wakes: number

  beforeEach(() => {
    clock = new ManualClock()
    wakes = 0
    queue = new SchedulingQueue(clock, () => wakes++)
  })

  const drain = (): string[] => {
    const keys: string[] = []
    for (let next = queue.next(); next !== undefined; next = queue.next()) keys.push(next.key)
    return keys
  }

  it('takes higher priorities first, then who came first', () => {
    queue.add('a', pod())
    queue.add('b', pod(10))
    queue.add('c', pod())
    queue.add('d', pod(10))
    assert.deepEqual(drain(), ['b', 'd', 'a', 'c'])
    assert.equal(wakes, 4)
  })

  it('lets an unschedulable Pod wait for a change, and then for its back-off', () => {
    queue.add('a', pod())
    drain()
    queue.failed('a', pod(), 'unschedulable')
    clock.advance(10_000)
    assert.deepEqual(drain(), [])
    queue.somethingChanged()
    assert.deepEqual(drain(), ['a'])
    queue.failed('a', pod(), 'unschedulable')
    queue.somethingChanged()
    clock.advance(1_999)
    assert.deepEqual(drain(), [])
    clock.advance(1)
    assert.deepEqual(drain(), ['a'])
  })

  it('tries again after an error without a change, later each time', () => {
    queue.add('a', pod())
    for (const waitMs of [1_000, 2_000, 4_000, 8_000, 10_000, 10_000]) {
      assert.deepEqual(drain(), ['a'])
      queue.failed('a', pod(), 'error')
      clock.advance(waitMs - 1)
      assert.deepEqual(drain(), [])
      clock.advance(1)
    }
  })

  it('tries an unschedulable Pod again after five minutes in any case', () => {
    queue.add('a', pod())
    drain()
    queue.failed('a', pod(), 'unschedulable')
    assert.deepEqual(queue.inactive(), { backoff: 0, unschedulable: 1 })
    clock.advance(301_000)
    assert.deepEqual(drain(), ['a'])
  })

  it('forgets a Pod that is gone and its failures', () => {
    queue.add('a', pod())
    drain()
    queue.failed('a', pod(), 'error')
    queue.remove('a')
    clock.advance(60_000)
    assert.deepEqual(drain(), [])
    assert.equal(queue.has('a'), false)
  })
})
