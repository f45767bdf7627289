// Slots: so many at the same time, the others in order, also after failures.
import { deepEqual, rejects } from 'node:assert/strict'
import { Slots } from '../../../node/kubelet/slots.ts'

describe('kubelet / slots', () => {
  it('lets two in and the third when one is done', async () => {
    const slots = new Slots(2)
    const began: number[] = []
    const ends: (() => void)[] = []
    const task = (number: number): Promise<void> => slots.run(() => {
      began.push(number)
      return new Promise((resolve) => ends.push(resolve))
    })
    const all = [task(1), task(2), task(3)]
    await new Promise(setImmediate)
    deepEqual(began, [1, 2])
    ends[0]?.()
    await all[0]
    await new Promise(setImmediate)
    deepEqual(began, [1, 2, 3])
    ends[1]?.()
    ends[2]?.()
    await Promise.all(all)
  })
  it('frees the slot of a task that failed', async () => {
    const slots = new Slots(1)
    await rejects(slots.run(() => Promise.reject(new Error('no'))), /no/)
    deepEqual(await slots.run(() => Promise.resolve(1)), 1)
  })
})
