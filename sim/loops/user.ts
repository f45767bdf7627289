// The user of a run of control loops: creates two Deployments and a StatefulSet, changes now and then how many replicas are wanted, through
// whichever peer it finds, and remembers what the last word was. A change whose answer does not come is told again.
import type { Random } from '../../protocol/base/random.ts'
import type { JsonObject } from '../../node/objects/json.ts'
import type { Cluster } from '../cluster.ts'
import { exponentialUs } from '../world.ts'
import type { SimUs } from '../world.ts'
import { decodeObject, encodeObject, objectOf } from './places.ts'
import type { StoredObject } from './places.ts'

const changeUs: SimUs = 4_000_000
const retryUs: SimUs = 300_000
const replicasMost = 6
/** The StatefulSet, whose Pods must be unique. */
export const uniqueSet = 'unique'
export const uniqueReplicas = 2

export class User {
  /** Wanted replicas by Deployment. */
  readonly wanted = new Map<string, number>([['web', 3], ['api', 2]])
  readonly #cluster: Cluster
  readonly #random: Random
  readonly #settle: () => Promise<void>
  #stopped = false
  /** Deployments whose last word has not gone through. */
  readonly #open = new Set<string>()

  constructor(cluster: Cluster, settle: () => Promise<void>) {
    this.#cluster = cluster
    this.#random = cluster.world.random.fork()
    this.#settle = settle
  }

  /** Creates everything, before any fault. */
  async begin(): Promise<void> {
    this.#put('/registry/core/namespaces/default', () => ({ metadata: { name: 'default', uid: 'default' }, spec: { finalizers: ['kubernetes'] }, status: { phase: 'Active' } }))
    for (const name of this.wanted.keys()) this.#tell(name)
    this.#put(`/registry/apps/statefulsets/default/${uniqueSet}`, () => ({
      metadata: { name: uniqueSet, namespace: 'default', uid: uniqueSet, generation: 1 },
      spec: { ...specOf(uniqueSet, uniqueReplicas), serviceName: uniqueSet, podManagementPolicy: 'Parallel', updateStrategy: { type: 'RollingUpdate' }, revisionHistoryLimit: 10 },
    }))
    await this.#until()
  }

  /** Changes its mind now and then. */
  start(): void {
    this.#cluster.world.after(exponentialUs(this.#random, changeUs), () => {
      if (this.#stopped) return
      const name = this.#random.pick([...this.wanted.keys()])
      this.wanted.set(name, this.#random.integer(replicasMost + 1))
      this.#tell(name)
      this.start()
    })
  }

  /** Changes nothing more; waits until its last words have gone through. */
  async settleDown(): Promise<void> {
    this.#stopped = true
    await this.#until()
  }

  async #until(): Promise<void> {
    const { world } = this.#cluster
    await world.runSettled(world.nowUs + 30_000_000, this.#settle, () => this.#open.size === 0)
  }

  #tell(name: string): void {
    this.#cluster.world.trace.line(this.#cluster.world.nowUs, () => `--- the user wants ${this.wanted.get(name)} of ${name}`)
    this.#put(`/registry/apps/deployments/default/${name}`, (old) => {
      const spec = specOf(name, this.wanted.get(name))
      const generation = Number(old?.metadata['generation'] ?? 0) + 1
      const metadata = old === undefined ? { name, namespace: 'default', uid: name, generation } : { ...old.metadata, generation, resourceVersion: undefined }
      return { ...(old ?? {}), metadata, spec: { ...objectOf(old?.['spec']), ...spec } }
    })
  }

  /** Writes an object over the version that a peer has, again and again until that went through. */
  #put(key: string, change: (old: StoredObject | undefined) => StoredObject): void {
    this.#open.add(key)
    const again = (): void => this.#cluster.world.after(retryUs, () => this.#put(key, change))
    const running = this.#cluster.running().filter((peer) => !peer.paused)
    if (running.length === 0) return again()
    const peer = this.#random.pick(running)
    const row = peer.machine.keys.get(key)
    const value = encodeObject(change(row === undefined ? undefined : decodeObject(row.value, row.revision)))
    const condition = row === undefined ? { kind: 'absent' as const, key } : { kind: 'version' as const, key, version: row.revision }
    peer.write({ conditions: [condition], writes: [{ kind: 'put', key, value, terminating: false }] }, (answer) => {
      if (answer.kind === 'applied') this.#open.delete(key)
      else again()
    })
  }
}

function specOf(name: string, replicas: number | undefined): JsonObject {
  return { replicas, selector: { matchLabels: { app: name } }, template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: 'main', image: 'none' }] } } }
}
