// The network between simulated peers: each message takes a time by chance and may be lost, doubled, overtaken, held back
// on a clogged path or stopped by a partition, which may cut one direction only.
// It knows peers by number and does not look into messages.
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

export class Network {
  readonly #world: World
  readonly #random: Random
  readonly #count: number
  #options: NetworkOptions
  /** By path `from * count + to`. */
  readonly #blocked: Uint8Array
  readonly #cloggedUntilUs: Float64Array
  readonly #lastArrivalUs: Float64Array

  constructor(world: World, count: number, options: NetworkOptions) {
    this.#world = world
    this.#random = world.random.fork()
    this.#count = count
    this.#options = options
    this.#blocked = new Uint8Array(count * count)
    this.#cloggedUntilUs = new Float64Array(count * count)
    this.#lastArrivalUs = new Float64Array(count * count)
  }

  /** Sends: `deliver` runs at the arrival, never or twice, as chance will have it. */
  send(from: number, to: number, deliver: () => void): void {
    const path = from * this.#count + to
    const { loss, duplication } = this.#options
    if (this.#blocked[path] === 1 || (loss > 0 && this.#random.chance(loss))) return
    this.#carry(path, deliver)
    if (duplication > 0 && this.#random.chance(duplication)) this.#carry(path, deliver)
  }

  /** Whether a message could pass now. */
  open(from: number, to: number): boolean {
    return this.#blocked[from * this.#count + to] === 0
  }

  /** Stops everything from `from` to `to`, what is under way included. */
  block(from: number, to: number): void {
    this.#blocked[from * this.#count + to] = 1
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
    this.#options = { ...this.#options, ...options }
  }

  #carry(path: number, deliver: () => void): void {
    const latencyUs = this.#options.leastLatencyUs + exponentialUs(this.#random, this.#options.meanLatencyUs)
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
