// The API as one simulated daemon's parts see it: reads are linearizable and then of this peer's own copy, writes travel
// through the log under the versions that they rest on and the epoch of the work they are of, watches follow the copy.
// A daemon that has ended answers nobody any more.
import type { ApiRequest, ApiWatchEvent, Transport } from '../../node/client/types.ts'
import type { Json, JsonObject } from '../../node/objects/json.ts'
import type { Condition } from '../../protocol/message/transaction.ts'
import { assignedEpoch } from '../../protocol/state/conditions.ts'
import type { RowEvent } from '../../protocol/state/rows.ts'
import type { SimPeer } from '../peer.ts'
import type { WriteAnswer } from '../requests.ts'
import { demand } from '../violation.ts'
import { decodeObject, discovery, encodeObject, keyOf, objectOf, parsePath } from './places.ts'
import type { Place, StoredObject } from './places.ts'
import { planWrite, refusal } from './plan.ts'
import type { Existing, Fresh, PlannedWrite } from './plan.ts'

/** A write that lost a race without having named a version is planned anew so often. */
const attemptsMost = 8

/** What the work's holder must still be when its writes are applied. */
export interface Fence {
  readonly work: string
  readonly epoch: number
}

export interface TransportDeps {
  readonly peer: SimPeer
  /** Something may go on: promises were resolved. */
  touch(): void
  fresh(): Fresh
  alive(): boolean
  /** Calls when the copy has moved on; the answer ends it. */
  onApplied(listener: () => void): () => void
}

export class SimTransport implements Transport {
  readonly #deps: TransportDeps
  readonly #fence: Fence | undefined

  constructor(deps: TransportDeps, fence?: Fence) {
    this.#deps = deps
    this.#fence = fence
  }

  async send(request: ApiRequest): Promise<unknown> {
    const documents = discovery(request.path)
    if (documents !== undefined) return documents
    const place = parsePath(request.path)
    // The transport in process gets what would be JSON.
    const body = objectOf(request.body as Json | undefined)
    if (request.method === 'GET') return this.#read(place)
    if (request.method === 'DELETE' && place.name === undefined) return this.#deleteAll(place, body)
    return this.#write(request.method, place, body)
  }

  async *watch(request: ApiRequest, signal: AbortSignal): AsyncIterable<ApiWatchEvent> {
    const { peer } = this.#deps
    const prefix = keyOf(parsePath(request.path))
    let seen = Number(request.query?.['resourceVersion'] ?? peer.machine.revision)
    while (!signal.aborted) {
      const batches = peer.machine.revision <= seen ? [] : peer.changes(prefix, seen)
      if (batches === undefined) throw refusal(410, 'Expired', 'too old resource version')
      for (const batch of batches) {
        for (const event of batch.events) yield watchEvent(event)
        seen = batch.revision
      }
      if (batches.length === 0) await this.#moved(signal)
    }
  }

  #moved(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const end = this.#deps.onApplied(() => {
        end()
        this.#deps.touch()
        resolve()
      })
      signal.addEventListener('abort', () => {
        end()
        resolve()
      }, { once: true })
    })
  }

  async #read(place: Place): Promise<Json> {
    await this.#confirm(keyOf(place))
    const { machine } = this.#deps.peer
    if (place.name === undefined) {
      const items = [...machine.keys.rows(keyOf(place))].map((row) => decodeObject(row.value, row.revision))
      return { kind: 'List', apiVersion: 'v1', metadata: { resourceVersion: String(machine.revision) }, items }
    }
    const row = machine.keys.get(keyOf(place))
    if (row === undefined) throw refusal(404, 'NotFound', `${place.resource} "${place.name}" not found`)
    return decodeObject<StoredObject>(row.value, row.revision)
  }

  /** Waits until this copy shows everything that was acknowledged before now. */
  async #confirm(key: string): Promise<void> {
    const answer = await new Promise<{ readonly kind: string }>((resolve) => {
      this.#deps.peer.read(key, (one) => this.#resume(() => resolve(one)))
    })
    if (answer.kind === 'none') throw refusal(503, 'ServiceUnavailable', 'no majority answers')
  }

  async #write(method: 'POST' | 'PUT' | 'PATCH' | 'DELETE', place: Place, body: JsonObject): Promise<Json> {
    const fresh = this.#deps.fresh()
    const target = method === 'POST' && place.name === undefined ? { ...place, ...newName(place, body, fresh) } : place
    for (let attempt = 0; attempt < attemptsMost; attempt++) {
      const planned = planWrite(method, target, body, this.#existing(keyOf(target)), fresh)
      if ('answer' in planned) return planned.answer
      const { write } = planned
      const answer = await this.#commit(write)
      if (answer.kind === 'applied') return write.object === undefined ? { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 200 } : decodeObject<StoredObject>(encodeObject(write.object), answer.revision)
      if (answer.kind === 'maybe') throw refusal(504, 'Timeout', 'whether it was written is not known')
      if (this.#fence !== undefined && answer.condition === 0) throw refusal(409, 'Conflict', 'this peer no longer holds the work')
      if (write.strict && write.over !== 0) throw refusal(409, 'Conflict', 'the object has been modified')
      // A new object of this name, or a newer version: what was refused was applied here, so the next look sees it.
    }
    throw refusal(409, 'Conflict', 'others were always quicker')
  }

  #existing(key: string): Existing | undefined {
    const row = this.#deps.peer.machine.keys.get(key)
    return row === undefined ? undefined : { object: decodeObject(row.value, row.revision), revision: row.revision }
  }

  #commit(write: PlannedWrite): Promise<WriteAnswer> {
    const { peer } = this.#deps
    const fence = this.#fence
    const conditions: Condition[] = fence === undefined ? [] : [{ kind: 'assignment', work: fence.work, epoch: fence.epoch }]
    conditions.push(write.over === 0 ? { kind: 'absent', key: write.key } : { kind: 'version', key: write.key, version: write.over })
    const change = write.object === undefined
      ? { kind: 'delete' as const, key: write.key }
      : { kind: 'put' as const, key: write.key, value: encodeObject(write.object), terminating: write.object.metadata['deletionTimestamp'] !== undefined }
    return new Promise((resolve) => {
      peer.write({ conditions, writes: [change] }, (answer) => {
        if (answer.kind === 'applied' && fence !== undefined) {
          const agreed = assignedEpoch(peer.machine.keys, fence.work)
          demand(agreed === fence.epoch, 'fenced writes', () => `${peer.id} wrote ${write.key} for ${fence.work} of epoch ${fence.epoch} when epoch ${agreed} was agreed`)
        }
        this.#resume(() => resolve(answer))
      })
    })
  }

  async #deleteAll(place: Place, options: JsonObject): Promise<Json> {
    await this.#confirm(keyOf(place))
    for (const row of [...this.#deps.peer.machine.keys.rows(keyOf(place))]) {
      const { metadata } = decodeObject(row.value, row.revision)
      await this.#write('DELETE', { ...place, namespace: place.namespace ?? String(metadata['namespace']), name: String(metadata['name']) }, options)
    }
    return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 200 }
  }

  /** Goes on unless the process has ended meanwhile. */
  #resume(go: () => void): void {
    if (!this.#deps.alive()) return
    this.#deps.touch()
    go()
  }
}

function newName(place: Place, body: JsonObject, { uid }: Fresh): Pick<Place, 'name' | 'namespace'> {
  const { name, generateName, namespace } = objectOf(body['metadata'])
  const own = typeof name === 'string' ? name : `${String(generateName)}${uid.slice(-5)}`
  return { name: own, namespace: place.namespace ?? (typeof namespace === 'string' ? namespace : undefined) }
}

function watchEvent(event: RowEvent): ApiWatchEvent {
  const row = event.kind === 'put' ? event.value : event.previous
  const type = event.kind === 'delete' ? 'DELETED' : event.previous === undefined ? 'ADDED' : 'MODIFIED'
  return { type, object: decodeObject(row.value, event.revision) }
}
