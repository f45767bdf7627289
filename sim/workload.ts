// Clients of the simulated cluster: each asks one peer at a time, by chance, to write, create, swap or read one of a few
// keys, waits for the answer, and goes on. The history of every key is kept for the check of linearizability.
// Values are never used twice, so that a read says which write it saw.
import { required } from '../protocol/base/assert.ts'
import type { Random } from '../protocol/base/random.ts'
import type { Condition, Transaction } from '../protocol/message/transaction.ts'
import { linearizable } from './checkers/linearizability.ts'
import type { Operation } from './checkers/linearizability.ts'
import { VersionChecker } from './checkers/versions.ts'
import type { Cluster } from './cluster.ts'
import type { ReadAnswer, WriteAnswer } from './requests.ts'
import { demand } from './violation.ts'
import { exponentialUs } from './world.ts'
import type { SimUs } from './world.ts'

/** Operations kept in one key's history; later clients take a new key instead. */
export const maxOperationsOfKey = 300

interface OpenOperation {
  readonly client: number
  readonly kind: Operation['kind']
  readonly key: string
  readonly value: string | undefined
  readonly expected: string | undefined
  readonly callUs: SimUs
}

/** One operation for other tools, as one line of JSON. Times are virtual microseconds; `return` is null when no answer came. */
export interface HistoryLine {
  /** The client; an operation without an answer may still happen while the same client goes on. */
  readonly process: number
  readonly operation: { readonly kind: Operation['kind']; readonly key: string; readonly value?: string; readonly expected?: string }
  readonly call: SimUs
  readonly return: SimUs | null
  readonly result: { readonly outcome: Operation['outcome']; readonly value?: string | null }
}

interface Seen {
  readonly value: string | undefined
  readonly revision: number
}

const encoder = new TextEncoder()
const decoder = new TextDecoder()

export class Workload {
  readonly #cluster: Cluster
  readonly #random: Random
  readonly #history = new Map<string, Operation[]>()
  readonly #versions = new VersionChecker()
  /** The generation of each name that has room. */
  readonly #generations = new Map<number, number>()
  /** Writes without an answer so far. */
  readonly #open = new Set<OpenOperation>()
  #stopped = false
  #values = 0
  acknowledged = 0
  unknown = 0
  reads = 0
  undecided = 0
  readonly #heard: (line: HistoryLine) => void

  /** `heard` gets every operation whose fate is known, and at the end the others. */
  constructor(cluster: Cluster, heard: (line: HistoryLine) => void) {
    this.#cluster = cluster
    this.#heard = heard
    this.#random = cluster.world.random.fork()
  }

  start(): void {
    for (let client = 0; client < this.#cluster.options.clients; client++) this.#later(client, new Map())
  }

  /** No new requests; open ones may still be answered. */
  stop(): void {
    this.#stopped = true
  }

  /** Checks every key's history. */
  check(): void {
    for (const operation of this.#open) this.#record(operation, operation.value, 'maybe')
    this.#open.clear()
    for (const [key, history] of this.#history) {
      const verdict = linearizable(history)
      if (verdict === 'undecided') this.undecided++
      demand(verdict !== 'violated', 'linearizability', () => `no order explains ${key}:\n${history.map(describe).join('\n')}`)
    }
  }

  #later(client: number, seen: Map<string, Seen>): void {
    this.#cluster.world.after(1 + exponentialUs(this.#random, this.#cluster.options.thinkUs), () => this.#next(client, seen))
  }

  #next(client: number, seen: Map<string, Seen>): void {
    if (this.#stopped) return
    const running = this.#cluster.running().filter((peer) => !peer.paused)
    if (running.length === 0) return this.#later(client, seen)
    const peer = this.#random.pick(running)
    const key = this.#key()
    const callUs = this.#cluster.world.nowUs
    if (this.#random.chance(0.4)) {
      peer.read(key, (answer) => this.#readAnswered(client, seen, { client, kind: 'read', key, value: undefined, expected: undefined, callUs }, answer, peer.id))
      return
    }
    const operation = this.#writing(client, key, seen.get(key), callUs)
    this.#open.add(operation)
    peer.write(transactionOf(operation, seen.get(key)), (answer) => this.#writeAnswered(client, seen, operation, answer, peer.id))
  }

  /** A key with room in its history; full ones are left for a next generation. */
  #key(): string {
    const name = this.#random.integer(this.#cluster.options.keys)
    for (let generation = this.#generations.get(name) ?? 0; ; generation++) {
      const key = `/registry/core/configmaps/default/k${name}-${generation}`
      if ((this.#history.get(key)?.length ?? 0) >= maxOperationsOfKey) continue
      this.#generations.set(name, generation)
      return key
    }
  }

  #writing(client: number, key: string, known: Seen | undefined, callUs: SimUs): OpenOperation {
    this.#values++
    const value = `v${this.#values}`
    const kind = this.#random.pick(known?.value === undefined ? ['write', 'create'] as const : ['write', 'swap', 'swap'] as const)
    return { client, kind, key, value, expected: kind === 'swap' ? known?.value : undefined, callUs }
  }

  #writeAnswered(client: number, seen: Map<string, Seen>, operation: OpenOperation, answer: WriteAnswer, by: string): void {
    // An answer after the check is too late to matter.
    if (!this.#open.delete(operation)) return
    const maybe = answer.kind === 'maybe'
    // A repetition whose first result was forgotten tells nothing.
    const forgotten = answer.kind === 'refused' && answer.condition === -1
    const outcome = maybe || forgotten ? 'maybe' : answer.kind === 'applied' ? 'done' : 'refused'
    this.#record(operation, operation.value, outcome)
    if (outcome === 'maybe') this.unknown++
    else this.acknowledged++
    if (!maybe) this.#versions.saw(client, answer.revision, by)
    if (answer.kind === 'applied') seen.set(operation.key, { value: operation.value, revision: answer.revision })
    this.#later(client, seen)
  }

  #readAnswered(client: number, seen: Map<string, Seen>, operation: OpenOperation, answer: ReadAnswer, by: string): void {
    if (answer.kind === 'value') {
      const text = answer.value === undefined ? undefined : decoder.decode(answer.value)
      this.#versions.saw(client, answer.revision, by)
      this.#record(operation, text, 'done')
      seen.set(operation.key, { value: text, revision: answer.version })
      this.reads++
    }
    this.#later(client, seen)
  }

  #record(operation: OpenOperation, value: string | undefined, outcome: Operation['outcome']): void {
    const history = this.#history.get(operation.key) ?? []
    this.#history.set(operation.key, history)
    const returnUs = outcome === 'maybe' ? Number.POSITIVE_INFINITY : this.#cluster.world.nowUs
    history.push({ kind: operation.kind, value, expected: operation.expected, callUs: operation.callUs, returnUs, outcome })
    this.#heard(historyLine(operation, value, returnUs, outcome))
    this.#cluster.world.trace.line(this.#cluster.world.nowUs, () => `client ${operation.client} asked at ${(operation.callUs / 1e6).toFixed(6)}: ${operation.kind} ${operation.key.split('/').at(-1)} ${value ?? 'nothing'}${operation.expected === undefined ? '' : ` over ${operation.expected}`}: ${outcome}`)
  }
}

function historyLine(operation: OpenOperation, value: string | undefined, returnUs: SimUs, outcome: Operation['outcome']): HistoryLine {
  const { client, kind, key, callUs, expected } = operation
  const written = operation.value === undefined ? {} : { value: operation.value }
  return {
    process: client,
    operation: { kind, key, ...written, ...(expected === undefined ? {} : { expected }) },
    call: callUs,
    return: Number.isFinite(returnUs) ? returnUs : null,
    result: kind === 'read' ? { outcome, value: value ?? null } : { outcome },
  }
}

function transactionOf(operation: OpenOperation, known: Seen | undefined): Transaction {
  const { key } = operation
  const conditions: Condition[] = []
  if (operation.kind === 'create') conditions.push({ kind: 'absent', key })
  if (operation.kind === 'swap') conditions.push({ kind: 'version', key, version: required(known, 'what a swap expects').revision })
  // Something else is written with it, so that there are transactions to be torn apart. The last write's version is the answer's.
  const value = encoder.encode(operation.value)
  const beside = key.replace('/configmaps/', '/secrets/')
  return { conditions, writes: [{ kind: 'put', key: beside, value, terminating: false }, { kind: 'put', key, value, terminating: false }] }
}

function describe(operation: Operation): string {
  return `  ${operation.callUs}..${operation.returnUs} ${operation.kind} ${operation.value ?? '-'} ${operation.expected === undefined ? '' : `over ${operation.expected} `}${operation.outcome}`
}
