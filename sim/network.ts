// The network between simulated peers: each message takes a time by chance and may be lost, doubled, overtaken, held back
// on a clogged path or stopped by a partition, which may cut one direction only.
// It knows peers by number and does not look into messages.
import { assert } from '../protocol/base/assert.ts'
import type { Random } from '../protocol/base/random.ts'
import { exponentialUs } from './world.ts'
import type { SimUs, World } from './world.ts'

export interface NetworkOptions {
  readonly leastLatencyUs: SimUs
  readonly meanLatencyUs: SimUs
  readonly loss: number
  readonly duplication: number
  /** True: messages of one path keep their order, as on one stream. */
  readonly ordered: boolean
}

/** What is worse for a while. */
export type Noise = Pick<NetworkOptions, 'loss' | 'duplication' | 'meanLatencyUs'>

export class Network {
  readonly #world: World
  readonly #random: Random
  readonly #count: number
  #options: NetworkOptions
  #noise: Noise | undefined
  /** By path `from * count + to`: how many cuts stop it. */
  readonly #blocked: Uint16Array
  readonly #cloggedUntilUs: Float64Array
  readonly #lastArrivalUs: Float64Array

  constructor(world: World, count: number, options: NetworkOptions) {
    this.#world = world
    this.#random = world.random.fork()
    this.#count = count
    this.#options = options
    this.#blocked = new Uint16Array(count * count)
    this.#cloggedUntilUs = new Float64Array(count * count)
    this.#lastArrivalUs = new Float64Array(count * count)
  }

  /** Sends: `deliver` runs at the arrival, never or twice, as chance will have it. */
  send(from: number, to: number, deliver: () => void): void {
    const path = from * this.#count + to
    const { loss, duplication } = this.#noise ?? this.#options
    if (this.#blocked[path] !== 0 || (loss > 0 && this.#random.chance(loss))) return
    this.#carry(path, deliver)
    if (duplication > 0 && this.#random.chance(duplication)) this.#carry(path, deliver)
  }

  /** Whether a message could pass now. */
  open(from: number, to: number): boolean {
    return this.#blocked[from * this.#count + to] === 0
  }

  /** How many peers it joins, those included that have not come yet. */
  get size(): number {
    return this.#count
  }

  /** Stops everything from `from` to `to`, what is under way included. Cuts add up. */
  block(from: number, to: number): void {
    const path = from * this.#count + to
    this.#blocked[path] = (this.#blocked[path] ?? 0) + 1
  }

  /** Ends one cut of a path. */
  unblock(from: number, to: number): void {
    const path = from * this.#count + to
    assert((this.#blocked[path] ?? 0) > 0, 'only what was cut is mended')
    this.#blocked[path] = (this.#blocked[path] ?? 0) - 1
  }

  /** More is lost, doubled and late, until it is called without. */
  noise(noise: Noise | undefined): void {
    this.#noise = noise
  }

  /** Holds messages of a path back for so long; they arrive afterwards. */
  clog(from: number, to: number, forUs: SimUs): void {
    this.#cloggedUntilUs[from * this.#count + to] = this.#world.nowUs + forUs
  }

  /** Opens every path of partitions; clogs end by themselves. */
  heal(): void {
    this.#blocked.fill(0)
  }

  /** Ends clogs and gives messages these odds from now on. */
  calm(options: Partial<NetworkOptions>): void {
    this.#cloggedUntilUs.fill(0)
    this.#noise = undefined
    this.#options = { ...this.#options, ...options }
  }

  #carry(path: number, deliver: () => void): void {
    const latencyUs = this.#options.leastLatencyUs + exponentialUs(this.#random, (this.#noise ?? this.#options).meanLatencyUs)
    let arrivalUs = Math.max(this.#world.nowUs + Math.round(latencyUs), this.#cloggedUntilUs[path] ?? 0)
    if (this.#options.ordered) {
      arrivalUs = Math.max(arrivalUs, this.#lastArrivalUs[path] ?? 0)
      this.#lastArrivalUs[path] = arrivalUs
    }
    this.#world.after(arrivalUs - this.#world.nowUs, () => {
      if (this.#blocked[path] === 0) deliver()
    })
  }
}
