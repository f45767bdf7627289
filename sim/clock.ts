// The clocks of one simulated machine: the boot-time clock, which never goes back and may run fast or slow, and the wall
// clock, which may jump to either side. Both follow the world's; neither is what the world goes by.
import { assert } from '../protocol/base/assert.ts'
import type { BootMs, WallMs } from '../protocol/base/ids.ts'
import type { SimUs, World } from './world.ts'

/** What the boot-time clock shows when the run begins: machines are older than their daemons. */
const ageUs: SimUs = 10_000_000
/** What right wall clocks show when the run begins. */
const epochMs: WallMs = 1_790_000_000_000

export class MachineClock {
  readonly #world: World
  readonly #ownRate: number
  #wallOffsetMs: number
  #atUs: SimUs
  #shownUs: SimUs
  #rate: number

  /** `ownRate` is how fast this machine's clock always runs, `wallOffsetMs` how far its wall clock is off. */
  constructor(world: World, ownRate: number, wallOffsetMs: number) {
    assert(ownRate > 0, 'a clock goes on')
    this.#world = world
    this.#ownRate = ownRate
    this.#wallOffsetMs = wallOffsetMs
    this.#atUs = world.nowUs
    this.#shownUs = ageUs + world.nowUs * ownRate
    this.#rate = ownRate
  }

  /** Runs at this rate from now on, on top of the machine's own. */
  driftTo(rate: number): void {
    this.#shownUs = this.#bootUs()
    this.#atUs = this.#world.nowUs
    this.#rate = this.#ownRate * rate
  }

  /** The wall clock jumps. */
  jump(byMs: number): void {
    this.#wallOffsetMs += byMs
  }

  bootMs(): BootMs {
    return Math.floor(this.#bootUs() / 1000)
  }

  wallMs(): WallMs {
    return epochMs + this.#wallOffsetMs + Math.floor(this.#world.nowUs / 1000)
  }

  /** How long a span of this clock takes in the world. */
  worldUs(spanUs: SimUs): SimUs {
    return spanUs / this.#rate
  }

  #bootUs(): SimUs {
    return this.#shownUs + (this.#world.nowUs - this.#atUs) * this.#rate
  }
}
