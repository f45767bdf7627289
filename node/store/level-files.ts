// The state's files: one database on level, and what its keys mean. All rows of a state stand under its generation, so that
// a fetched state is written beside the old one and takes its place with one write. The header goes with every batch: what
// level lost of a batch shows at the next open, because the hash of the rows no longer matches (level itself may drop damaged
// parts of its journal without a word).
import { Level } from 'level'
import { StateMachine } from '../../protocol/state/machine.ts'
import { slot } from '../../protocol/state/proposal-results.ts'
import { MessageError } from '../../protocol/message/errors.ts'
import { atEndOfTurn } from '../platform/turn.ts'
import { ByteReader, ByteWriter } from './bytes.ts'
import { directoryInUse, stateDamaged, stateUnwritable } from './errors.ts'
import { decodeHeader, decodePast, encodeHeader, readResult, readRow, rebuildPast, writePast, writeResult, writeRow } from './row-codec.ts'
import type { LogIndex } from '../../protocol/base/ids.ts'
import type { StateHeader } from '../../protocol/state/machine.ts'
import type { ResultRow, Row } from '../../protocol/state/rows.ts'
import type { PastTransaction } from './history.ts'
import type { StoredPast } from './row-codec.ts'

/** A level database of text keys and binary values. */
export type StateDatabase = Level<string, Uint8Array>

/** A state as it was on disk. */
export interface LoadedState {
  readonly generation: number
  readonly machine: StateMachine
  readonly past: readonly PastTransaction[]
}

/** What is written under a key. It is encoded when it is written: many a row is replaced before, and what is encoded early is kept twice. */
export type Storable =
  | { readonly kind: 'row'; readonly row: Row }
  | { readonly kind: 'result'; readonly row: ResultRow }
  | { readonly kind: 'past'; readonly past: PastTransaction }

/** One row to write, or to delete when `value` is undefined. */
export interface DiskChange {
  readonly key: string
  readonly value: Storable | undefined
}

/** Which generation counts, and its header: written last, in one batch with what it stands for. */
const currentKey = 'current'

const digits = (value: number, width: number): string => value.toString().padStart(width, '0')
const generationPrefix = (generation: number): string => `g${digits(generation, 10)}/`

/** Opens the database and syncs nothing yet. Throws `directoryInUse`, `stateDamaged`, or `stateUnwritable` for a disk that fails or is full: what is on it may be whole. */
export async function openDatabase(directory: string): Promise<StateDatabase> {
  const database: StateDatabase = new Level(directory, { keyEncoding: 'utf8', valueEncoding: 'view' })
  try {
    await database.open()
  } catch (error) {
    const cause = error instanceof Error ? error.cause : undefined
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
    if (code === 'LEVEL_LOCKED') throw directoryInUse.make({ directory, pid: undefined }, error)
    const found = cause instanceof Error ? cause.message : 'it cannot be opened'
    if (code === 'LEVEL_IO_ERROR') throw stateUnwritable.make({ directory, found }, error)
    throw stateDamaged.make({ directory, found }, error)
  }
  return database
}

/** Reads the state whole and checks it; undefined for an empty database. Throws `stateDamaged`. */
export async function loadState(database: StateDatabase, directory: string): Promise<LoadedState | undefined> {
  try {
    const current = await database.get(currentKey)
    if (current === undefined) {
      for await (const key of database.keys({ limit: 1 })) throw new RangeError(`rows without a header, the first ${key}`)
      return undefined
    }
    const from = new ByteReader(current)
    const generation = from.count()
    const header = decodeHeader(from.bytes())
    return await readGeneration(database, generation, header)
  } catch (error) {
    if (!isDamage(error)) throw error
    throw stateDamaged.make({ directory, found: error.message }, error)
  }
}

async function readGeneration(database: StateDatabase, generation: number, header: StateHeader): Promise<LoadedState> {
  const prefix = generationPrefix(generation)
  const rows: Row[] = []
  const results: ResultRow[] = []
  const stored: StoredPast[] = []
  const iterator = database.iterator({ gte: prefix, lt: `${prefix}~` })
  try {
    for (let batch = await iterator.nextv(1000); batch.length > 0; batch = await iterator.nextv(1000)) {
      for (const [key, value] of batch) {
        const kind = key[prefix.length]
        if (kind === 'k') rows.push(readRow(new ByteReader(value)))
        else if (kind === 'r') results.push(readResult(new ByteReader(value)))
        else if (kind === 'h') stored.push(decodePast(value))
        else throw new RangeError(`an unknown row ${key}`)
      }
    }
  } finally {
    await iterator.close()
  }
  const machine = StateMachine.restore(header, rows, results)
  if (machine.header().hash !== header.hash) throw new RangeError('its rows do not match their hash')
  // History is a convenience: when it does not add up, watches have to begin again, and nothing else is lost.
  const past = rebuildPast((key) => machine.keys.get(key), stored) ?? []
  return { generation, machine, past }
}

/** Mistakes in bytes, and what level says of its own files; anything else is a mistake of ours and passes through. */
function isDamage(error: unknown): error is Error {
  if (error instanceof RangeError || error instanceof TypeError || error instanceof MessageError) return true
  return error instanceof Error && 'code' in error && (error.code === 'LEVEL_CORRUPTION' || error.code === 'LEVEL_IO_ERROR')
}

/** A row that is put under its key. */
export const rowChange = (row: Row): DiskChange => ({ key: `k${row.key}`, value: { kind: 'row', row } })

/** A row that is deleted. */
export const rowGone = (key: string): DiskChange => ({ key: `k${key}`, value: undefined })

/** What became of a proposal, in its slot. */
export const resultChange = (row: ResultRow): DiskChange => ({ key: `r${encodeURIComponent(row.peer)}/${slot(row.counter)}`, value: { kind: 'result', row } })

/** The past transaction of an entry, or that it is forgotten. */
export const pastChange = (index: LogIndex, past: PastTransaction | undefined): DiskChange => ({
  key: `h${digits(index, 16)}`, value: past === undefined ? undefined : { kind: 'past', past },
})

function writeStorable(out: ByteWriter, value: Storable): void {
  if (value.kind === 'row') writeRow(out, value.row)
  else if (value.kind === 'result') writeResult(out, value.row)
  else writePast(out, value.past)
}

/** Changes that go into a batch in one turn; the loop has its turn before the next ones, for many thousands may wait. */
const changesPerTurn = 256

type Batch = ReturnType<StateDatabase['batch']>

/** A batch that is filled through one piece of memory: it copies what it is given. */
class Filling {
  batch: Batch
  readonly #prefix: string
  readonly #out = new ByteWriter()

  constructor(database: StateDatabase, prefix: string) {
    this.batch = database.batch()
    this.#prefix = prefix
  }

  take({ key, value }: DiskChange): void {
    if (value === undefined) {
      this.batch = this.batch.del(this.#prefix + key)
      return
    }
    this.#out.clear()
    writeStorable(this.#out, value)
    this.batch = this.batch.put(this.#prefix + key, this.#out.written())
  }
}

/** Writes changes and the header that they lead to, in one synced batch. */
export async function writeChanges(database: StateDatabase, generation: number, changes: Iterable<DiskChange>, header: StateHeader): Promise<void> {
  const filling = new Filling(database, generationPrefix(generation))
  let count = 0
  for (const change of changes) {
    filling.take(change)
    if (++count % changesPerTurn === 0) await new Promise<void>(atEndOfTurn)
  }
  const current = new ByteWriter().count(generation).bytes(encodeHeader(header)).finish()
  await filling.batch.put(currentKey, current).write({ sync: true })
}

/** A state as it was at one moment, to be written whole. */
export interface WholeState {
  readonly header: StateHeader
  readonly rows: readonly Row[]
  readonly results: readonly ResultRow[]
}

/** Everything of `machine` as it is now; later changes do not show. */
export function wholeState(machine: StateMachine): WholeState {
  return { header: machine.header(), rows: machine.keys.all(), results: machine.results() }
}

/** Rows in one batch while a whole state is written; it counts only when its header is. */
const rowsPerBatch = 2_000

/** Writes a whole state as a new generation and makes it the one that counts. */
export async function writeGeneration(database: StateDatabase, generation: number, state: WholeState): Promise<void> {
  let filling = new Filling(database, generationPrefix(generation))
  const put = async (change: DiskChange): Promise<void> => {
    filling.take(change)
    if (filling.batch.length < rowsPerBatch) return
    await filling.batch.write()
    filling = new Filling(database, generationPrefix(generation))
  }
  for (const row of state.rows) await put(rowChange(row))
  for (const result of state.results) await put(resultChange(result))
  await filling.batch.write()
  await writeChanges(database, generation, [], state.header)
}

/** Removes the rows of every other generation: old states, and fetched ones that were never finished. */
export async function clearOthers(database: StateDatabase, generation: number): Promise<void> {
  const prefix = generationPrefix(generation)
  await database.clear({ gte: 'g', lt: prefix })
  await database.clear({ gte: `${prefix}~`, lt: 'h' })
}
