// The folder in which the peers of a cluster meet: the invitation by which newcomers join, and a file of each peer with the
// addresses that it had when it last started. Files are written whole or not at all. What cannot be read counts as absent;
// the next peer that starts writes it anew.
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { KnownPeer } from '../../peer/types.ts'

/** An invitation as it lies in the place. */
export interface PublishedInvitation {
  /** Id of the cluster to which it invites. */
  readonly cluster: string
  /** Wall clock when it was made. */
  readonly madeMs: number
  /** The string of `shoal token create`. */
  readonly invitation: string
}

export class MeetingPlace {
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
    mkdirSync(join(folder, 'peers'), { recursive: true, mode: 0o700 })
  }

  /** The file whose lock is the right to found and to publish. */
  get lockFile(): string {
    return join(this.#folder, 'lock')
  }

  invitation(): PublishedInvitation | undefined {
    const value = this.#read('invitation.json')
    const { cluster, madeMs, invitation } = value ?? {}
    return typeof cluster === 'string' && typeof madeMs === 'number' && typeof invitation === 'string' ? { cluster, madeMs, invitation } : undefined
  }

  publish(invitation: PublishedInvitation): void {
    this.#write('invitation.json', invitation)
  }

  /** Leaves this peer's present addresses for the others. */
  sign(cluster: string, self: KnownPeer): void {
    this.#write(`peers/${self.peer}.json`, { cluster, ...self })
  }

  /** Takes a peer's file away. */
  strike(peer: string): void {
    rmSync(join(this.#folder, 'peers', `${peer}.json`), { force: true })
  }

  /** The peers of a cluster that were here, with the addresses that they left; who came last is the first. */
  peers(cluster: string): readonly KnownPeer[] {
    const folder = join(this.#folder, 'peers')
    const names = readdirSync(folder).filter((name) => name.endsWith('.json'))
    const cameMs = new Map(names.map((name) => [name, statSync(join(folder, name), { throwIfNoEntry: false })?.mtimeMs ?? 0]))
    return names.sort((a, b) => (cameMs.get(b) ?? 0) - (cameMs.get(a) ?? 0)).flatMap((name) => {
      const value = this.#read(join('peers', name))
      const { peer, name: called, addresses } = value ?? {}
      if (value?.['cluster'] !== cluster || typeof peer !== 'string' || typeof called !== 'string' || !Array.isArray(addresses)) return []
      return [{ peer, name: called, addresses: addresses.filter((address): address is string => typeof address === 'string') }]
    })
  }

  #read(name: string): { readonly [field: string]: unknown } | undefined {
    try {
      const value: unknown = JSON.parse(readFileSync(join(this.#folder, name), 'utf8'))
      return typeof value === 'object' && value !== null ? { ...value } : undefined
    } catch (error) {
      if (error instanceof SyntaxError || (error instanceof Error && 'code' in error && error.code === 'ENOENT')) return undefined
      throw error
    }
  }

  #write(name: string, value: unknown): void {
    const path = join(this.#folder, name)
    // Two peers never write the same file: the invitation is written under the lock.
    writeFileSync(`${path}.part`, `${JSON.stringify(value)}\n`, { mode: 0o600, flush: true })
    renameSync(`${path}.part`, path)
  }
}
