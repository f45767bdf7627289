// What the warden is told: until when this peer has its lease, and which Pods must be unique, with the sandboxes that they run
// in. It lies on tmpfs, so it ends with the machine's life as the Pods do, and outlives the daemon as they do. A new daemon
// finds there until when the lease of the one before it runs. warden.sh reads it.
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ifMissing } from '../../platform/failures.ts'

/** The lease as it is written: its end by the boot-time clock of one boot of the machine, and whose it is. */
export interface NotedLease {
  readonly untilMs: number
  readonly bootId: string
  readonly peerId: string
}

export class WardenFiles {
  readonly #directory: string

  constructor(directory: string) {
    this.#directory = directory
  }

  /** Makes the folders. */
  prepare(): void {
    mkdirSync(join(this.#directory, 'pods'), { recursive: true, mode: 0o700 })
  }

  /** The uids of the Pods that were noted. */
  pods(): readonly string[] {
    return readdirSync(join(this.#directory, 'pods'))
  }

  /** The lease that was noted last, or undefined. */
  lease(): NotedLease | undefined {
    const [until = '', bootId = '', peerId = ''] = this.#read('lease').trim().split(' ')
    return /^\d+$/.test(until) && peerId !== '' ? { untilMs: Number(until), bootId, peerId } : undefined
  }

  noteLease({ untilMs, bootId, peerId }: NotedLease): void {
    this.#write('lease', `${Math.floor(untilMs)} ${bootId} ${peerId}\n`)
  }

  /** To be told before anything of the Pod runs in these sandboxes. */
  notePod(uid: string, sandboxes: readonly string[]): void {
    const text = sandboxes.map((id) => `${id}\n`).join('')
    if (this.#read(join('pods', uid)) !== text) this.#write(join('pods', uid), text)
  }

  /** Nothing of the Pod is left. */
  forgetPod(uid: string): void {
    rmSync(join(this.#directory, 'pods', uid), { force: true })
  }

  #read(name: string): string {
    try {
      return readFileSync(join(this.#directory, name), 'utf8')
    } catch (error) {
      return ifMissing('')(error)
    }
  }

  /** Whole or not at all: the warden may look at any moment. */
  #write(name: string, text: string): void {
    const path = join(this.#directory, name)
    const partial = join(this.#directory, 'partial')
    writeFileSync(partial, text)
    renameSync(partial, path)
  }
}
