// Rates between two counts of processor time, and what they are when there is nothing to compare.
import { deepEqual, equal } from 'node:assert/strict'
import { usageBetween } from '../../../../node/kubelet/stats/usage.ts'

describe('kubelet / stats / usage', () => {
  const before = { atMs: 10_000, cpuNanos: 1_000_000_000, memoryBytes: 5 }
  it('is the difference of the counts over the time between them', () => {
    deepEqual(usageBetween(before, { atMs: 15_000, cpuNanos: 3_500_000_000, memoryBytes: 7 }), { atMs: 15_000, cpuNanos: 3_500_000_000, memoryBytes: 7, windowMs: 5_000, cpuNanoCores: 500_000_000 })
  })
  it('is nothing when the count went back, and unknown without time between', () => {
    equal(usageBetween(before, { ...before, atMs: 11_000, cpuNanos: 1 })?.cpuNanoCores, 0)
    equal(usageBetween(before, before), undefined)
  })
})
