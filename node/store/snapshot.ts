// A whole state on its way from peer to peer: chunks of rows, the first with the header in front. The sender's chunks are
// made when they are asked for, from the rows as they were when it began; the receiver checks each chunk as it comes and the
// hash of the whole at the end. How chunks are compressed is handed in. It neither sends nor stores anything.
import { assert, required } from '../../protocol/base/assert.ts'
import { MessageError } from '../../protocol/message/errors.ts'
import { StateMachine } from '../../protocol/state/machine.ts'
import { ByteReader, ByteWriter } from './bytes.ts'
import { snapshotRefused } from './errors.ts'
import { snapshotChunkBytes } from './limits.ts'
import { decodeHeader, encodeHeader, readResult, readRow, writeResult, writeRow } from './row-codec.ts'
import type { SnapshotMark } from '../../protocol/message/entry.ts'
import type { StateHeader } from '../../protocol/state/machine.ts'
import type { ResultRow, Row } from '../../protocol/state/rows.ts'
import type { SnapshotSink, SnapshotSource } from './types.ts'

/** Compresses chunks and expands them again. `expand` throws for bytes that it refuses. */
export interface ChunkPacker {
  pack(chunk: Uint8Array): Promise<Uint8Array>
  expand(bytes: Uint8Array): Promise<Uint8Array>
}

/** Chunks as they are, for tests and the simulator: no thread pool, no chance. */
export const plainChunks: ChunkPacker = {
  pack: (chunk) => Promise.resolve(chunk),
  expand: (bytes) => Promise.resolve(bytes),
}

const rowTag = 1
const resultTag = 2
const endTag = 3

type Item = { readonly row: Row } | { readonly result: ResultRow }

/** The state of `machine` as it is now. */
export function snapshotSource(machine: StateMachine, packer: ChunkPacker): SnapshotSource {
  const header = machine.header()
  let chunks = partition(machine)
  const count = chunks.length
  return {
    name: nameOf(header, count),
    mark: header.mark,
    chunks: count,
    chunk: async (number) => {
      const items = required(chunks[number], `chunk ${number} of ${count}`)
      return packer.pack(encodeChunk(items, number === 0 ? header : undefined, number === count - 1))
    },
    close: () => {
      chunks = []
    },
  }
}

/** Peers of equal state make equal chunks, so that a transfer may go on with another sender: the name says whether they are. */
function nameOf({ mark, hash }: StateHeader, chunks: number): string {
  return `${mark.index}-${mark.term}-${hash}-${chunks}x${snapshotChunkBytes}`
}

/** Rows and results in runs of about a chunk's size; at least one run. */
function partition(machine: StateMachine): Item[][] {
  const runs: Item[][] = [[]]
  let sizeBytes = 0
  const add = (item: Item, itemBytes: number): void => {
    if (sizeBytes + itemBytes > snapshotChunkBytes && sizeBytes > 0) {
      runs.push([])
      sizeBytes = 0
    }
    required(runs.at(-1), 'a run').push(item)
    sizeBytes += itemBytes
  }
  for (const row of machine.keys.rows('')) add({ row }, row.value.length + row.key.length + 32)
  // A machine remembers results in the order in which they came, and peers that fetched their state in another one.
  const results = machine.results().sort((a, b) => (a.peer === b.peer ? a.counter - b.counter : a.peer < b.peer ? -1 : 1))
  for (const result of results) add({ result }, result.peer.length + 32)
  return runs
}

function encodeChunk(items: readonly Item[], header: StateHeader | undefined, last: boolean): Uint8Array {
  const out = new ByteWriter()
  if (header !== undefined) out.bytes(encodeHeader(header))
  for (const item of items) {
    if ('row' in item) writeRow(out.u8(rowTag), item.row)
    else writeResult(out.u8(resultTag), item.result)
  }
  if (last) out.u8(endTag)
  return out.finish()
}

/** Takes a state of `mark`; `install` gets it whole, once. */
export function snapshotSink(mark: SnapshotMark, packer: ChunkPacker, install: (machine: StateMachine) => Promise<void>): SnapshotSink {
  return new Sink(mark, packer, install)
}

class Sink implements SnapshotSink {
  readonly #mark: SnapshotMark
  readonly #packer: ChunkPacker
  readonly #install: (machine: StateMachine) => Promise<void>
  #header: StateHeader | undefined
  #rows = new Map<string, Row>()
  #results: ResultRow[] = []
  #next = 0
  #complete = false

  constructor(mark: SnapshotMark, packer: ChunkPacker, install: (machine: StateMachine) => Promise<void>) {
    this.#mark = mark
    this.#packer = packer
    this.#install = install
  }

  async add(number: number, bytes: Uint8Array): Promise<void> {
    if (number < this.#next) return
    if (number > this.#next || this.#complete) throw snapshotRefused.make({ found: `chunk ${number} where ${this.#next} was due` })
    const chunk = await this.#expand(bytes)
    this.#read(chunk, number)
    this.#next++
  }

  async finish(): Promise<void> {
    const header = this.#header
    if (header === undefined || !this.#complete) throw snapshotRefused.make({ found: 'chunks are missing' })
    const machine = StateMachine.restore(header, this.#rows.values(), this.#results)
    if (machine.header().hash !== header.hash) throw snapshotRefused.make({ found: 'its hash does not match its rows' })
    await this.#install(machine)
    await this.abort()
  }

  abort(): Promise<void> {
    this.#rows = new Map()
    this.#results = []
    this.#complete = false
    return Promise.resolve()
  }

  async #expand(bytes: Uint8Array): Promise<Uint8Array> {
    try {
      return await this.#packer.expand(bytes)
    } catch (error) {
      throw snapshotRefused.make({ found: 'a chunk cannot be expanded' }, error)
    }
  }

  #read(chunk: Uint8Array, number: number): void {
    // Collected first: a chunk that breaks off in the middle leaves nothing behind and can be sent again.
    const rows: Row[] = []
    const results: ResultRow[] = []
    try {
      const from = new ByteReader(chunk)
      if (number === 0) this.#header = this.#expectMark(decodeHeader(from.bytes()))
      while (!from.done) {
        const tag = from.u8()
        if (tag === rowTag) rows.push(readRow(from))
        else if (tag === resultTag) results.push(readResult(from))
        else if (tag === endTag && from.done) this.#complete = true
        else throw new RangeError('unknown row')
      }
    } catch (error) {
      if (!(error instanceof RangeError || error instanceof TypeError || error instanceof MessageError)) throw error
      throw snapshotRefused.make({ found: `chunk ${number} is damaged` }, error)
    }
    for (const row of rows) this.#rows.set(row.key, row)
    this.#results.push(...results)
  }

  #expectMark(header: StateHeader): StateHeader {
    const { index, term } = this.#mark
    assert(index >= 0 && term >= 0, 'a mark has an index and a term')
    if (header.mark.index !== index || header.mark.term !== term) {
      throw snapshotRefused.make({ found: `it is of index ${header.mark.index} and not ${index}` })
    }
    return header
  }
}
