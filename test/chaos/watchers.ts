// A watcher keeps a picture of one collection by list and watch, through one peer after another: it resumes where it was when
// its peer dies. What it was told must come once and in order, and in the end its picture must be what a list says.
import type { Random } from '../../protocol/base/random.ts'
import type { PeerApi } from './api.ts'

const silenceMs = 20_000
const listTimeoutMs = 6_000
const pauseMs = 100

export interface Watched {
  readonly metadata: { readonly name: string; readonly resourceVersion: string }
}

interface Event {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR'
  readonly object: Watched & { readonly code?: number }
}

export class Watcher {
  readonly picture = new Map<string, string>()
  /** Every version that it was told of, and from which on it missed none. */
  readonly versions = new Set<number>()
  sinceVersion = 0
  /** What must never be: versions that came twice or too late. */
  readonly wrong: string[] = []
  resumed = 0
  relisted = 0
  readonly #path: string
  readonly #peers: readonly PeerApi[]
  readonly #random: Random
  readonly #told: (object: Watched) => void
  #version = 0
  #peer: PeerApi

  constructor(path: string, peers: readonly PeerApi[], random: Random, told: (object: Watched) => void = () => undefined) {
    this.#path = path
    this.#peers = peers
    this.#random = random
    this.#told = told
    this.#peer = random.pick(peers)
  }

  /** Follows until the signal is given. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      if (this.#version === 0 ? await this.#list() : await this.#watch(signal)) continue
      this.#peer = this.#random.pick(this.#peers)
      await new Promise((resolve) => setTimeout(resolve, pauseMs))
    }
  }

  async #list(): Promise<boolean> {
    const answer = await this.#peer.ask({ method: 'GET', path: this.#path }, listTimeoutMs)
    if (answer.status !== 200 || answer.isStale) return false
    const list: { readonly metadata: { readonly resourceVersion: string }; readonly items: readonly Watched[] } = JSON.parse(answer.body)
    this.picture.clear()
    for (const item of list.items) this.picture.set(item.metadata.name, item.metadata.resourceVersion)
    this.#version = this.sinceVersion = Number(list.metadata.resourceVersion)
    return true
  }

  /** True when it may go on with the same peer. */
  async #watch(signal: AbortSignal): Promise<boolean> {
    this.resumed++
    const status = await this.#peer.lines(`${this.#path}?watch=1&allowWatchBookmarks=true&resourceVersion=${this.#version}`, silenceMs, signal, (line) => this.#hear(line))
    if (status === 410) this.#relist()
    return false
  }

  #relist(): void {
    this.relisted++
    this.#version = 0
  }

  #hear(line: string): void {
    const event: Event = JSON.parse(line)
    if (event.type === 'ERROR') {
      if (event.object.code === 410) this.#relist()
      return
    }
    const { name, resourceVersion } = event.object.metadata
    const version = Number(resourceVersion)
    if (event.type === 'BOOKMARK') {
      if (version < this.#version) this.wrong.push(`a bookmark at ${version} after ${this.#version} from ${this.#peer.name}`)
      this.#version = version
      return
    }
    if (version <= this.#version) this.wrong.push(`${event.type} ${name} at ${version} after ${this.#version} from ${this.#peer.name}`)
    this.#version = version
    this.versions.add(version)
    if (event.type === 'DELETED') this.picture.delete(name)
    else this.picture.set(name, resourceVersion)
    this.#told(event.object)
  }
}
