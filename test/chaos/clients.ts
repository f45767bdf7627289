// Clients that read, write and swap registers (ConfigMaps) through any peer, move to another when one fails them, and put down
// what they saw. A swap is optimistic concurrency: read, then PUT at the version that was read.
// Nothing is asked twice: an operation without an answer is one whose fate nobody knows.
import type { Random } from '../../protocol/base/random.ts'
import type { Answer, PeerApi } from './api.ts'
import type { History, Recorded } from './history.ts'

export const namespace = 'chaos'
export const collection = `/api/v1/namespaces/${namespace}/configmaps`
const timeoutMs = 6_000
const thinkMs = 20
/** Registers in use at a time, and how long: short histories are decided, long ones are not. */
const registersAtOnce = 4
const registerLifeMs = 8_000

interface Seen {
  readonly value: string | undefined
  readonly version: number
}

function seen(answer: Answer): Seen {
  if (answer.status === 404) return { value: undefined, version: 0 }
  const object: { readonly metadata: { readonly resourceVersion: string }; readonly data?: { readonly value?: string } } = JSON.parse(answer.body)
  return { value: object.data?.value, version: Number(object.metadata.resourceVersion) }
}

const isDone = (answer: Answer): boolean => answer.status === 200 || answer.status === 201

export class ChaosClient {
  readonly #number: number
  readonly #peers: readonly PeerApi[]
  readonly #random: Random
  readonly #history: History
  readonly #versions = new Map<string, number>()
  /** Where a version went back, which must never be. */
  readonly wentBack: string[] = []
  #peer: PeerApi
  #turn = 0

  constructor(number: number, peers: readonly PeerApi[], random: Random, history: History) {
    this.#number = number
    this.#peers = peers
    this.#random = random
    this.#history = history
    this.#peer = random.pick(peers)
  }

  /** Works until `over` says so. */
  async run(over: () => boolean): Promise<void> {
    while (!over()) {
      const round = Math.floor(performance.now() / registerLifeMs)
      const register = `r${round}-${this.#random.integer(registersAtOnce)}`
      if (!(await this.#operate(register)) || this.#random.chance(0.05)) this.#peer = this.#random.pick(this.#peers)
      await new Promise((resolve) => setTimeout(resolve, this.#random.integer(2 * thinkMs)))
    }
  }

  /** One operation, or a swap's two; false when this peer did not serve it. */
  async #operate(register: string): Promise<boolean> {
    const what = this.#random.integer(4)
    const value = `${this.#number}.${++this.#turn}`
    if (what === 0) return this.#write(register, value)
    const before = await this.#read(register)
    if (before === undefined || what > 2) return before !== undefined
    return before.version === 0 ? this.#create(register, value) : this.#swap(register, value, before)
  }

  async #read(register: string): Promise<Seen | undefined> {
    const callUs = now()
    const answer = await this.#peer.ask({ method: 'GET', path: `${collection}/${register}` }, timeoutMs)
    if ((!isDone(answer) && answer.status !== 404) || answer.isStale) return undefined
    const found = seen(answer)
    this.#saw(register, found.version)
    this.#put(register, callUs, { kind: 'read', value: found.value, expected: undefined, outcome: 'done' })
    return found
  }

  async #write(register: string, value: string): Promise<boolean> {
    const callUs = now()
    const answer = await this.#peer.ask({ method: 'PATCH', path: `${collection}/${register}`, body: { data: { value } } }, timeoutMs)
    // To a register that is not there it says no more than a read does.
    if (answer.status === 404) this.#put(register, callUs, { kind: 'read', value: undefined, expected: undefined, outcome: 'done' })
    else this.#wrote(register, callUs, { kind: 'write', value, expected: undefined }, answer)
    return isDone(answer) || answer.status === 404
  }

  async #create(register: string, value: string): Promise<boolean> {
    const callUs = now()
    const body = { metadata: { name: register }, data: { value } }
    const answer = await this.#peer.ask({ method: 'POST', path: collection, body }, timeoutMs)
    this.#wrote(register, callUs, { kind: 'create', value, expected: undefined }, answer)
    return isDone(answer) || answer.status === 409
  }

  async #swap(register: string, value: string, before: Seen): Promise<boolean> {
    const callUs = now()
    const body = { metadata: { name: register, resourceVersion: String(before.version) }, data: { value } }
    const answer = await this.#peer.ask({ method: 'PUT', path: `${collection}/${register}`, body }, timeoutMs)
    this.#wrote(register, callUs, { kind: 'swap', value, expected: before.value }, answer)
    return isDone(answer) || answer.status === 409
  }

  #wrote(register: string, callUs: number, what: Pick<Recorded, 'kind' | 'value' | 'expected'>, answer: Answer): void {
    const version = isDone(answer) ? seen(answer).version : 0
    if (version > 0) this.#saw(register, version)
    const outcome = isDone(answer) ? 'done' : answer.status === 409 && what.kind !== 'write' ? 'refused' : 'maybe'
    this.#put(register, callUs, { ...what, outcome }, version)
  }

  #put(register: string, callUs: number, what: Pick<Recorded, 'kind' | 'value' | 'expected' | 'outcome'>, version = 0): void {
    const returnUs = what.outcome === 'maybe' ? Number.POSITIVE_INFINITY : now()
    this.#history.add({ client: this.#number, register, peer: this.#peer.name, ...what, callUs, returnUs, version })
  }

  #saw(register: string, version: number): void {
    const before = this.#versions.get(register) ?? 0
    if (version < before) this.wentBack.push(`client ${this.#number} saw ${register} at ${before}, then at ${version} from ${this.#peer.name}`)
    this.#versions.set(register, version)
  }
}

const now = (): number => Math.round(performance.now() * 1000)
