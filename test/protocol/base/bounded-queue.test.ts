// The bounded queue keeps order, refuses when full, and behaves like a plain array otherwise.
import { deepEqual, equal, throws } from 'node:assert/strict'
import fc from 'fast-check'
import { BoundedQueue } from '../../../protocol/base/bounded-queue.ts'

describe('protocol / base / bounded queue', () => {
  it('refuses when full and takes again after a shift', () => {
    const queue = new BoundedQueue<number>(2)
    deepEqual([queue.push(1), queue.push(2), queue.push(3)], [true, true, false])
    equal(queue.shift(), 1)
    equal(queue.push(3), true)
  })
  it('needs a capacity', () => throws(() => new BoundedQueue(0), /capacity/))
  it('equals an array under any pushes and shifts', () => {
    fc.assert(
      fc.property(fc.array(fc.option(fc.integer(), { nil: undefined }), { maxLength: 300 }), (steps) => {
        const queue = new BoundedQueue<number>(40)
        const model: number[] = []
        for (const step of steps) {
          if (step === undefined) equal(queue.shift(), model.shift())
          else if (queue.push(step)) model.push(step)
          equal(queue.length, model.length)
        }
      }),
    )
  })
})
