// A first-in first-out queue with a capacity: what is full refuses, and the caller decides what that means.
// It never grows silently and never drops by itself.
import { assert } from './assert.ts'

/** A queue of at most `capacity` items; push and shift take constant time on average. */
export class BoundedQueue<T> {
  readonly capacity: number
  #items: (T | undefined)[] = []
  #head = 0

  constructor(capacity: number) {
    assert(Number.isInteger(capacity) && capacity > 0, 'a queue needs a capacity')
    this.capacity = capacity
  }

  get length(): number {
    return this.#items.length - this.#head
  }

  /** Adds an item; false when the queue is full and nothing was added. */
  push(item: T): boolean {
    if (this.length >= this.capacity) return false
    this.#items.push(item)
    return true
  }

  /** Takes the oldest item, or undefined when empty. */
  shift(): T | undefined {
    if (this.#head === this.#items.length) return undefined
    const item = this.#items[this.#head]
    this.#items[this.#head] = undefined
    this.#head++
    if (this.#head > 32 && this.#head * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#head)
      this.#head = 0
    }
    return item
  }
}
