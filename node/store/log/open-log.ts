// The log as the peer thread sees it: batches go to the writing thread as bytes, and a promise tells when they are synced.
// It decides nothing: a refused batch is the caller's to repeat or to die of.
import { Worker } from 'node:worker_threads'
import { assert } from '../../../protocol/base/assert.ts'
import { diskFull, logFailed, storeClosed } from '../errors.ts'
import { logSegmentBytes } from '../limits.ts'
import { logSyncHistogram } from '../metrics.ts'
import { batchOf, encodeBatch, entriesOfPart } from './batch.ts'
import type { Entry } from '../../../protocol/message/entry.ts'
import type { Clock } from '../../base/clock.ts'
import type { Metrics } from '../../base/metrics.ts'
import type { DurableLog, LogSave, RecoveredLog } from './types.ts'
import type { FromWriter, Refusal, ToWriter, WriterStart } from './writer-messages.ts'

export interface LogDeps {
  readonly clock: Clock
  readonly metrics: Metrics
}

export interface LogOptions {
  /** Made if it is not there; `<data directory>/log` by custom. */
  readonly directory: string
  /** Of a segment file; `logSegmentBytes` unless a test wants less. */
  readonly segmentBytes?: number
  /** This peer had a log before: an empty directory is a loss. */
  readonly expected: boolean
}

/** Opens the log in a thread of its own. Rejects with `diskFull` or `logFailed`; damage is told in `recovered`. */
export async function openLog(deps: LogDeps, options: LogOptions): Promise<DurableLog> {
  const start: WriterStart = { directory: options.directory, segmentBytes: options.segmentBytes ?? logSegmentBytes, expected: options.expected }
  // No flags of the main program: some, like --input-type, are refused for a file.
  const worker = new Worker(new URL('./log-writer.ts', import.meta.url), { workerData: start, execArgv: [] })
  const entries: Entry[] = []
  const opened = await new Promise<FromWriter>((resolve, reject) => {
    const hear = (message: FromWriter): void => {
      if (message.kind === 'entries') {
        for (const entry of entriesOfPart(message.part)) entries.push(entry)
        return
      }
      worker.off('message', hear)
      resolve(message)
    }
    worker.on('message', hear)
    worker.once('error', reject)
  })
  if (opened.kind === 'notOpened') throw errorOf(options.directory, opened.refusal)
  assert(opened.kind === 'opened', 'the writer first says what it found')
  const { fresh, hardState, mark, problem } = opened
  return new ThreadedLog(deps, options.directory, worker, { fresh, hardState, mark, entries, mayVote: problem === undefined, problem })
}

interface Pending {
  readonly resolve: () => void
  readonly reject: (reason: unknown) => void
}

type Request = ToWriter extends infer Message ? (Message extends ToWriter ? Omit<Message, 'id'> : never) : never

class ThreadedLog implements DurableLog {
  readonly recovered: RecoveredLog
  readonly #deps: LogDeps
  readonly #directory: string
  readonly #worker: Worker
  readonly #syncs
  readonly #pending = new Map<number, Pending>()
  #nextId = 1
  #ended: unknown
  #closing: Promise<void> | undefined

  constructor(deps: LogDeps, directory: string, worker: Worker, recovered: RecoveredLog) {
    this.#deps = deps
    this.#directory = directory
    this.#worker = worker
    this.recovered = recovered
    this.#syncs = deps.metrics.histogram(logSyncHistogram)
    worker.on('message', (message: FromWriter) => this.#heard(message))
    worker.on('error', (error: Error) => this.#end(logFailed.make({ directory, found: error.message }, error)))
    worker.on('exit', () => this.#end(storeClosed.make({ what: 'log' })))
  }

  async append(save: LogSave): Promise<void> {
    const batch = encodeBatch(batchOf(save))
    if (batch.length === 0) return
    const sinceMs = this.#deps.clock.bootMs()
    await this.#ask({ kind: 'append', batch }, [batch.buffer])
    this.#syncs.observe({}, (this.#deps.clock.bootMs() - sinceMs) / 1000)
  }

  healed(): Promise<void> {
    return this.#ask({ kind: 'healed' })
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    if (this.#ended !== undefined) return
    const exited = new Promise((resolve) => this.#worker.once('exit', resolve))
    await this.#ask({ kind: 'close' })
    await exited
  }

  #ask(request: Request, transfer: ArrayBuffer[] = []): Promise<void> {
    if (this.#ended !== undefined) return Promise.reject(this.#ended)
    const id = this.#nextId++
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject })
      this.#worker.postMessage({ ...request, id }, transfer)
    })
  }

  #heard(message: FromWriter): void {
    assert(message.kind === 'done' || message.kind === 'refused', 'the writer is open')
    for (const id of message.ids) {
      const pending = this.#pending.get(id)
      this.#pending.delete(id)
      if (message.kind === 'done') pending?.resolve()
      else pending?.reject(errorOf(this.#directory, message.refusal))
    }
  }

  #end(reason: unknown): void {
    this.#ended ??= reason
    for (const pending of this.#pending.values()) pending.reject(this.#ended)
    this.#pending.clear()
  }
}

function errorOf(directory: string, refusal: Refusal): unknown {
  if (refusal.code === diskFull.spec.code) return diskFull.make({ directory })
  return logFailed.make({ directory, found: refusal.found })
}
