// The nemesis breaks one or two of the peers at a time and heals them again, by a schedule that is drawn from the seed before
// it begins. Who leads is known only when the time comes, so the schedule names roles. What it cannot do here: step the clock
// of one machine, since they share the kernel's; the simulator does that.
import type { Random } from '../../protocol/base/random.ts'
import type { TestCluster } from '../support/cluster.ts'

const kinds = ['kill daemon', 'kill machine', 'pause', 'link down', 'deaf', 'mute'] as const

export interface Fault {
  readonly atMs: number
  readonly lastsMs: number
  readonly kind: (typeof kinds)[number]
  /** The leader, or any peer by its number. */
  readonly target: 'leader' | number
}

/** Faults for so long, each followed by some calm; now and then a second one comes while the first lasts. */
export function drawFaults(random: Random, peers: number, durationMs: number): readonly Fault[] {
  const faults: Fault[] = []
  for (let atMs = 2_000; atMs < durationMs - 5_000;) {
    const lastsMs = 500 + random.integer(7_000)
    faults.push({ atMs, lastsMs, kind: random.pick(kinds), target: random.chance(0.5) ? 'leader' : random.integer(peers) })
    atMs += random.chance(0.25) ? 500 + random.integer(1_000) : lastsMs + 1_000 + random.integer(4_000)
  }
  return faults
}

export const describeFault = ({ atMs, lastsMs, kind, target }: Fault): string =>
  `${(atMs / 1000).toFixed(1)} s: ${kind} of ${target === 'leader' ? 'the leader' : `peer ${target + 1}`} for ${(lastsMs / 1000).toFixed(1)} s`

export class Nemesis {
  readonly #cluster: TestCluster
  readonly #broken = new Set<string>()
  /** What was done, in order. */
  readonly log: string[] = []
  readonly #say: (line: string) => void

  constructor(cluster: TestCluster, say: (line: string) => void) {
    this.#cluster = cluster
    this.#say = say
  }

  /** Carries the schedule out until the signal is given; resolves when all is healed. */
  async run(faults: readonly Fault[], enough: AbortSignal): Promise<void> {
    const startMs = performance.now()
    const inFlight: Promise<void>[] = []
    for (const fault of faults) {
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, fault.atMs - (performance.now() - startMs))))
      if (enough.aborted) break
      inFlight.push(this.#carryOut(fault))
    }
    await Promise.all(inFlight)
  }

  async #carryOut(fault: Fault): Promise<void> {
    const name = await this.#victim(fault)
    // Two of five may be broken at a time; a third one would leave no majority, which other tests are about.
    if (name === undefined || this.#broken.has(name) || this.#broken.size >= (this.#cluster.names.length - 1) / 2) return
    this.#broken.add(name)
    this.#note(`${fault.kind} of ${name}`)
    const heal = await this.#break(fault.kind, name)
    await new Promise((resolve) => setTimeout(resolve, fault.lastsMs))
    await heal()
    this.#note(`${name} healed`)
    this.#broken.delete(name)
  }

  async #victim({ target }: Fault): Promise<string | undefined> {
    if (target !== 'leader') return this.#cluster.names[target]
    for (const name of this.#cluster.names) {
      const status = this.#broken.has(name) ? undefined : await this.#cluster.local.status(name).catch(() => undefined)
      if (status !== undefined && status.leader !== '') return status.leader
    }
    return undefined
  }

  /** Breaks it; answers how to heal it. */
  async #break(kind: Fault['kind'], name: string): Promise<() => Promise<void>> {
    const { local } = this.#cluster
    const pids = (await local.pids()).get(name)
    switch (kind) {
      case 'kill daemon':
        if (pids?.pid !== undefined) process.kill(pids.pid, 'SIGKILL')
        return () => Promise.resolve()
      case 'kill machine':
        await local.killMachine(name)
        return () => local.startMachine(name)
      case 'pause':
        if (pids?.pid !== undefined) process.kill(pids.pid, 'SIGSTOP')
        return () => Promise.resolve(pids?.pid === undefined ? undefined : void process.kill(pids.pid, 'SIGCONT'))
      case 'link down':
        await local.setLink(name, false)
        return () => local.setLink(name, true)
      case 'deaf':
        return this.#drop(name, 'input', 'iifname')
      case 'mute':
        return this.#drop(name, 'output', 'oifname')
    }
  }

  /** Packets of one direction are dropped on the machine itself. */
  async #drop(name: string, hook: 'input' | 'output', device: string): Promise<() => Promise<void>> {
    const table = ['table', 'inet', 'chaos']
    await this.#cluster.inside(name, 'nft', `add table inet chaos; add chain inet chaos drops { type filter hook ${hook} priority -300; }; add rule inet chaos drops ${device} != "lo" drop`)
    return async () => { await this.#cluster.inside(name, 'nft', 'delete', ...table) }
  }

  #note(what: string): void {
    this.log.push(what)
    this.#say(what)
  }
}
