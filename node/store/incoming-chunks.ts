// Chunks of a state that is being received, kept on disk so that a peer which is started again in the middle goes on where
// it was. They belong to one snapshot, by name; another name begins anew. Each chunk has its hash in front: one that was torn
// by a crash is fetched again, so nothing is synced. Nothing here is needed: without it a transfer begins from the start.
import { createHash } from 'node:crypto'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Which snapshot the chunks are of. */
export interface HeldSnapshot {
  readonly name: string
  /** The log index that it stands at. */
  readonly index: number
}

const hashBytes = 32

export class IncomingChunks {
  readonly #directory: string

  /** The directory is made with the first chunk and removed at the end. */
  constructor(directory: string) {
    this.#directory = directory
  }

  /** The snapshot of which chunks may be here. */
  async held(): Promise<HeldSnapshot | undefined> {
    const about = await this.#read('about')
    if (about === undefined) return undefined
    const [index, name] = Buffer.from(about).toString().split(' ')
    return name === undefined ? undefined : { name, index: Number(index) }
  }

  /** Forgets what is here and begins with another snapshot. Throws what the disk says. */
  async begin(snapshot: HeldSnapshot): Promise<void> {
    await this.clear()
    await mkdir(this.#directory, { recursive: true, mode: 0o700 })
    await this.#write('about', Buffer.from(`${snapshot.index} ${snapshot.name}`))
  }

  /** Throws what the disk says. */
  add(number: number, bytes: Uint8Array): Promise<void> {
    return this.#write(String(number), bytes)
  }

  /** Undefined when it is not here, or not whole. */
  chunk(number: number): Promise<Uint8Array | undefined> {
    return this.#read(String(number))
  }

  clear(): Promise<void> {
    return rm(this.#directory, { recursive: true, force: true })
  }

  #write(file: string, bytes: Uint8Array): Promise<void> {
    return writeFile(join(this.#directory, file), Buffer.concat([hashOf(bytes), bytes]), { mode: 0o600 })
  }

  async #read(file: string): Promise<Uint8Array | undefined> {
    let bytes: Buffer
    try {
      bytes = await readFile(join(this.#directory, file))
    } catch {
      // Missing or unreadable is the same here: the other peers have it.
      return undefined
    }
    const content = bytes.subarray(hashBytes)
    return bytes.subarray(0, hashBytes).equals(hashOf(content)) ? content : undefined
  }
}

const hashOf = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest()
