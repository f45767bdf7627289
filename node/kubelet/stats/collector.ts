// Measures at a fixed pace what the containers and the machine use, and keeps the newest figures for whoever asks. With
// control groups the runtime counts; without them (rootless) the processes are summed. It judges nothing and stores nothing:
// after a restart the first rates are there one pace later.
import type { Clock, Timer } from '../../base/clock.ts'
import type { Logger } from '../../base/logger.ts'
import { isRuntimeNotFound } from '../errors.ts'
import { statsEveryMs } from '../limits.ts'
import { containerNameLabel, podNameLabel, podNamespaceLabel, podUidLabel } from '../pod/configs.ts'
import type { Runtime, RuntimeContainer } from '../runtime/types.ts'
import type { KubeletOptions } from '../types.ts'
import { readMachineUse, readProcesses } from './processes.ts'
import type { ContainerStats, MachineStats } from './summary.ts'
import { usageBetween } from './usage.ts'
import type { UsageSample } from './usage.ts'

export interface StatsDeps {
  readonly runtime: Pick<Runtime, 'listContainers' | 'listContainerStats' | 'containerPid'>
  readonly clock: Clock
  readonly logger: Logger
}

/** The machine's own counts go under a key that no container has. */
const machineKey = ''

export class StatsCollector {
  readonly #deps: StatsDeps
  readonly #options: Pick<KubeletOptions, 'nodeName' | 'rootless'>
  #before: ReadonlyMap<string, UsageSample> = new Map()
  #pids = new Map<string, number>()
  #latest: MachineStats
  #timer: Timer | undefined
  #running: Promise<void> = Promise.resolve()
  #stopped = true
  #failing = false

  constructor(deps: StatsDeps, options: Pick<KubeletOptions, 'nodeName' | 'rootless'>) {
    this.#deps = deps
    this.#options = options
    this.#latest = { nodeName: options.nodeName, node: undefined, containers: [] }
  }

  start(): void {
    if (!this.#stopped) return
    this.#stopped = false
    this.#next(0)
  }

  async stop(): Promise<void> {
    this.#stopped = true
    this.#timer?.cancel()
    await this.#running
  }

  /** The figures of the last measure. */
  latest(): MachineStats {
    return this.#latest
  }

  /** Measures once. Rejects when the runtime does. */
  async measure(): Promise<void> {
    const containers = (await this.#deps.runtime.listContainers()).filter((each) => each.state === 'running')
    const counted = await this.#count(containers)
    const now = new Map([...counted, [machineKey, await readMachineUse(this.#deps.clock.wallMs())]])
    const usageOf = (key: string): ReturnType<typeof usageBetween> => {
      const [before, after] = [this.#before.get(key), now.get(key)]
      return before === undefined || after === undefined ? undefined : usageBetween(before, after)
    }
    const stats = containers.flatMap((container): readonly ContainerStats[] => {
      const usage = usageOf(container.id)
      const { labels } = container
      if (usage === undefined) return []
      return [{
        namespace: labels[podNamespaceLabel] ?? '', pod: labels[podNameLabel] ?? '', podUid: labels[podUidLabel] ?? '', name: labels[containerNameLabel] ?? container.name,
        startedMs: container.createdMs, usage,
      }]
    })
    this.#latest = { nodeName: this.#options.nodeName, node: usageOf(machineKey), containers: stats }
    this.#before = now
  }

  #next(delayMs: number): void {
    this.#timer = this.#deps.clock.after(delayMs, () => {
      this.#running = this.measure().then(() => {
        this.#failing = false
      }, (error: unknown) => {
        if (!this.#failing) this.#deps.logger.warn('what containers use could not be measured', { error })
        this.#failing = true
      }).finally(() => {
        if (!this.#stopped) this.#next(statsEveryMs)
      })
    })
  }

  async #count(containers: readonly RuntimeContainer[]): Promise<ReadonlyMap<string, UsageSample>> {
    if (!this.#options.rootless) return new Map((await this.#deps.runtime.listContainerStats()).map((each) => [each.id, each]))
    const pids = await Promise.all(containers.map(async ({ id }): Promise<readonly [string, number | undefined]> => [id, this.#pids.get(id) ?? await this.#askPid(id)]))
    this.#pids = new Map(pids.filter((pair): pair is readonly [string, number] => pair[1] !== undefined))
    return readProcesses(this.#pids, this.#deps.clock.wallMs())
  }

  /** A container may be gone since it was listed. */
  async #askPid(id: string): Promise<number | undefined> {
    try {
      return await this.#deps.runtime.containerPid(id)
    } catch (error) {
      if (!isRuntimeNotFound(error)) throw error
      return undefined
    }
  }
}
