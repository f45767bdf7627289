// The twin in memory keeps the contract of stores.
import { noMetrics } from '../../../node/base/metrics.ts'
import { memoryStore } from '../../../node/store/memory.ts'
import { describeStore } from '../../contract/store.ts'

describe('store / memory', () => {
  describeStore({ open: (clock) => Promise.resolve(memoryStore({ clock, metrics: noMetrics })) })
})
