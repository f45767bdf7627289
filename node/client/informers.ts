// Informers shared by everything in one process half: one copy of a kind, however many loops read it.
// It starts what is asked for, also later than the others, and stops everything together.
import type { Informer, InformerDeps, InformerOptions } from './informer.ts'
import { Informer as InformerOfKind } from './informer.ts'
import { groupVersion, type ResourceType } from './resource-types.ts'
import type { ApiObject } from './types.ts'

/** What all informers are, whatever their kind. */
type Running = Pick<Informer<ApiObject>, 'start' | 'whenSynced' | 'stop'>

/** The shared informers; see the head of this file. */
export class Informers {
  readonly #deps: InformerDeps
  readonly #options: Pick<InformerOptions, 'freeze' | 'fromLocalCopy'>
  readonly #informers = new Map<string, Running>()
  #started = false

  constructor(deps: InformerDeps, options: Pick<InformerOptions, 'freeze' | 'fromLocalCopy'> = {}) {
    this.#deps = deps
    this.#options = options
  }

  /** The informer of a kind; made at the first call, started when the others are. */
  of<T extends ApiObject>(type: ResourceType<T>): Informer<T> {
    const key = `${groupVersion(type)}/${type.resource}`
    const known = this.#informers.get(key)
    // One kind has one type: the map is keyed by what names the kind.
    if (known !== undefined) return known as Informer<T>
    const informer = new InformerOfKind<T>(this.#deps, type, this.#options)
    this.#informers.set(key, informer)
    if (this.#started) informer.start()
    return informer
  }

  start(): void {
    this.#started = true
    for (const informer of this.#informers.values()) informer.start()
  }

  /** Resolves when every informer asked for so far has its first list. */
  async whenSynced(signal?: AbortSignal): Promise<void> {
    await Promise.all([...this.#informers.values()].map((informer) => informer.whenSynced(signal)))
  }

  async stop(): Promise<void> {
    this.#started = false
    await Promise.all([...this.#informers.values()].map((informer) => informer.stop()))
  }
}
