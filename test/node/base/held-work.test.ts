// Terms follow the table: one at a time, each stopped before the next, none after the end.
import { deepEqual } from 'node:assert/strict'
import { HeldWork } from '../../../node/base/held-work.ts'
import { silentLogger } from '../../../node/base/logger.ts'
import { settle } from '../../support/fake-api.ts'

describe('base / held work', () => {
  let epoch: number | undefined
  let seen: string[]
  let listeners: Set<() => void>
  let slow: Promise<void>
  let held: HeldWork

  const assign = async (next: number | undefined): Promise<void> => {
    epoch = next
    for (const listener of listeners) listener()
    await settle(4)
  }

  beforeEach(() => {
    epoch = undefined
    seen = []
    listeners = new Set()
    slow = Promise.resolve()
    held = new HeldWork({
      logger: silentLogger,
      works: {
        epoch: () => epoch,
        progress: () => undefined,
        onChange: (listener) => {
          listeners.add(listener)
          return () => listeners.delete(listener)
        },
      },
      begin: (term) => ({
        start: () => { seen.push(`start ${term}`) },
        stop: () => slow.then(() => { seen.push(`stop ${term}`) }),
      }),
    }, 'scheduler')
  })

  it('a term runs from taking the work to losing it', async () => {
    await held.start()
    await assign(3)
    await assign(3)
    await assign(undefined)
    deepEqual(seen, ['start 3', 'stop 3'])
    await held.stop()
    deepEqual(listeners.size, 0)
  })

  it('the old term has stopped before the next starts, however long it takes', async () => {
    await held.start()
    await assign(3)
    const gate = Promise.withResolvers<void>()
    slow = gate.promise
    await assign(5)
    await assign(6)
    deepEqual(seen, ['start 3'])
    gate.resolve()
    await settle(4)
    deepEqual(seen, ['start 3', 'stop 3', 'start 6'])
    await held.stop()
  })

  it('the end stops the term, and nothing starts after it', async () => {
    await held.start()
    await assign(1)
    await held.stop()
    await assign(2)
    await held.stop()
    deepEqual(seen, ['start 1', 'stop 1'])
  })
})
