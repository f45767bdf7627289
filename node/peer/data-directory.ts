// What a peer keeps of itself on disk beside log and state: key, cluster file, certificates, the first transaction of a
// new cluster. Files are written whole or not at all, private ones for their owner only.
// The lock against a second daemon belongs to the log, which is opened first.
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { KeyedCertificate } from '../identity/ca.ts'
import { readPeerKey, writePeerKey, type PeerKey } from '../identity/peer-key.ts'
import { segmentNumbers } from '../store/log/segment-file.ts'
import { clusterFileDamaged, dataDirectoryEmpty, dataDirectoryTaken } from './errors.ts'
import { readLineage, type LeftIncarnation, type Lineage } from './lineage.ts'
import { isObject, parseObject, strings } from './records.ts'
import type { KnownPeer } from './types.ts'

/** `cluster.json`: which cluster this is and whom to ask first. */
export interface ClusterFile {
  readonly cluster: string
  readonly incarnation: number
  /** The incarnations before this one, oldest first; empty in a cluster that was never recovered. */
  readonly left: readonly LeftIncarnation[]
  readonly name: string
  readonly role: 'peer' | 'witness'
  readonly zone: string
  readonly peers: readonly KnownPeer[]
  /** The incarnation in which the peer has run, 0 before: a log of it that is not there was lost, and votes with it (P6). */
  readonly ran: number
  /** The incarnation whose log has been opened, 0 before: if nothing is left of that log, the peer joins anew. */
  readonly logged: number
}

/** Everything of a peer that is needed to start it. */
export interface PeerIdentity {
  readonly key: PeerKey
  readonly file: ClusterFile
  /** The cluster authority's certificate, PEM. */
  readonly authority: string
  /** The node as a client, bound to its peer id. */
  readonly node: KeyedCertificate
  /** For the API server and the kubelet. */
  readonly serving: KeyedCertificate
}

export class DataDirectory {
  readonly path: string

  constructor(path: string) {
    this.path = path
  }

  /** The log of the present incarnation. */
  get log(): string {
    return this.logOf(this.#incarnation())
  }

  /** The state of the present incarnation. */
  get state(): string {
    return this.stateOf(this.#incarnation())
  }

  /** Each incarnation has a log and a state of its own, so that one write of the cluster file goes over to another. */
  logOf(incarnation: number): string {
    return join(this.path, folderOf('log', incarnation))
  }

  stateOf(incarnation: number): string {
    return join(this.path, folderOf('state', incarnation))
  }

  /** Chunks of a state that is being received. */
  get incoming(): string {
    return join(this.path, 'state-incoming')
  }

  /** The state is not to be trusted: the next start begins without it. */
  condemnState(): void {
    writeFileSync(this.#condemned, '', { flush: true })
  }

  /** Before the state is opened: drops one that was condemned. */
  dropCondemnedState(): void {
    if (!existsSync(this.#condemned)) return
    rmSync(this.state, { recursive: true, force: true })
    rmSync(this.#condemned)
  }

  get #condemned(): string {
    return join(this.path, 'state-condemned')
  }

  /** This peer had a log in this incarnation, and nothing is left of it: what it voted is forgotten (P6). */
  logIsGone(): boolean {
    const { logged, incarnation } = this.#clusterFile()
    if (logged !== incarnation || this.firstTransaction() !== undefined) return false
    return existsSync(this.#anew) || !existsSync(this.log) || segmentNumbers(readdirSync(this.log)).length === 0
  }

  /** The key under which this peer is to join anew. Kept from the first asking on, so that whoever asks again is the same. */
  spareKey(): PeerKey | undefined {
    return readPeerKey(this.#spareKey)
  }

  keepSpareKey(key: PeerKey): void {
    writePeerKey(this.#spareKey, key)
  }

  /** The old id stays: either it is not replaced, or nobody could be asked. The key is kept while a question may still be answered. */
  staysOld(keepKey: boolean): void {
    rmSync(this.#anew, { force: true })
    if (!keepKey) rmSync(this.#spareKey, { force: true })
  }

  /** The old id was removed. True when that was for the spare key: the next start takes it, whatever the log holds. */
  goesAnew(): boolean {
    if (!existsSync(this.#spareKey)) return false
    writeFileSync(this.#anew, '', { flush: true })
    return true
  }

  /**
   * The peer becomes another one, of the spare key. Volumes and what belongs to Pods stay. Until the cluster file, which comes
   * last, the log counts as gone, so that a start after a crash in between asks again.
   */
  becomeAnew(identity: PeerIdentity): void {
    for (const path of [this.log, this.state, this.incoming, this.counter, this.#condemned]) rmSync(path, { recursive: true, force: true })
    this.writeCertificates(identity)
    renameSync(this.#spareKey, join(this.path, 'peer.key'))
    this.writeClusterFile(identity.file)
    rmSync(this.#anew, { force: true })
  }

  get #spareKey(): string {
    return join(this.path, 'peer.key.next')
  }

  get #anew(): string {
    return join(this.path, 'joins-anew')
  }

  get counter(): string {
    return join(this.path, 'proposal-counter')
  }

  /** The name of the peer that lives here, or undefined. */
  occupant(): string | undefined {
    return existsSync(join(this.path, 'cluster.json')) ? this.#clusterFile().name : undefined
  }

  /** Throws SHOAL_ALREADY_A_PEER when a peer lives here; makes the directory otherwise. */
  claim(): void {
    const name = this.occupant()
    if (name !== undefined) throw dataDirectoryTaken.make({ directory: this.path, name })
    mkdirSync(join(this.path, 'certificates'), { recursive: true, mode: 0o700 })
  }

  /** Writes a new peer. The cluster file comes last: with it the peer exists. */
  found(identity: PeerIdentity, firstTransaction: string | undefined): void {
    writePeerKey(join(this.path, 'peer.key'), identity.key)
    this.writeCertificates(identity)
    this.#write('certificates/authority.crt', identity.authority, 0o644)
    if (firstTransaction !== undefined) this.#write('first-transaction.json', firstTransaction, 0o600)
    this.writeClusterFile(identity.file)
  }

  /** Removes the peer that lived here, for good. The cluster file goes first: without it there is no peer. */
  forget(): void {
    for (const name of ['cluster.json', 'first-transaction.json', 'peer.key', 'peer.key.next', 'joins-anew', 'proposal-counter', 'certificates', 'kubelet', 'state-incoming']) {
      rmSync(join(this.path, name), { recursive: true, force: true })
    }
    this.#keepIncarnations([])
  }

  /** Goes over to another incarnation. What was held in the present one stays on disk beside it, anything older goes. */
  turn(lineage: Lineage): void {
    const file = this.#clusterFile()
    this.writeClusterFile({ ...file, ...lineage })
    // What was being received is of the incarnation that is left.
    rmSync(this.incoming, { recursive: true, force: true })
    this.#keepIncarnations([file.incarnation, lineage.incarnation])
  }

  #keepIncarnations(kept: readonly number[]): void {
    const names = new Set(kept.flatMap((incarnation) => [folderOf('log', incarnation), folderOf('state', incarnation)]))
    for (const name of readdirSync(this.path)) {
      if (/^(log|state)(-\d+)?$/.test(name) && !names.has(name)) rmSync(join(this.path, name), { recursive: true, force: true })
    }
  }

  #incarnation(): number {
    return existsSync(join(this.path, 'cluster.json')) ? this.#clusterFile().incarnation : 1
  }

  writeCertificates(certificates: Pick<PeerIdentity, 'node' | 'serving'>): void {
    for (const which of ['node', 'serving'] as const) {
      this.#write(`certificates/${which}.key`, certificates[which].privateKey, 0o600)
      this.#write(`certificates/${which}.crt`, certificates[which].certificate, 0o644)
    }
  }

  writeClusterFile(file: ClusterFile): void {
    this.#write('cluster.json', `${JSON.stringify(file, undefined, 2)}\n`, 0o644)
  }

  /** Throws SHOAL_NOT_A_PEER, SHOAL_CLUSTER_FILE_DAMAGED, SHOAL_KEY_DAMAGED. */
  read(): PeerIdentity {
    if (!existsSync(join(this.path, 'cluster.json'))) throw dataDirectoryEmpty.make({ directory: this.path })
    const key = readPeerKey(join(this.path, 'peer.key'))
    if (key === undefined) throw clusterFileDamaged.make({ path: join(this.path, 'peer.key') })
    const pair = (which: string): KeyedCertificate => ({
      certificate: this.#text(`certificates/${which}.crt`), privateKey: this.#text(`certificates/${which}.key`),
    })
    return { key, file: this.#clusterFile(), authority: this.#text('certificates/authority.crt'), node: pair('node'), serving: pair('serving') }
  }

  /** The writes that make a new cluster, until they have been applied. */
  firstTransaction(): string | undefined {
    const path = join(this.path, 'first-transaction.json')
    return existsSync(path) ? readFileSync(path, 'utf8') : undefined
  }

  firstTransactionDone(): void {
    rmSync(join(this.path, 'first-transaction.json'), { force: true })
  }

  #clusterFile(): ClusterFile {
    const path = join(this.path, 'cluster.json')
    const value = parseObject(readFileSync(path))
    if (value === undefined || typeof value['cluster'] !== 'string' || typeof value['incarnation'] !== 'number' || typeof value['name'] !== 'string') {
      throw clusterFileDamaged.make({ path })
    }
    const lineage = readLineage(value)
    const peers = Array.isArray(value['peers']) ? value['peers'].filter(isObject) : []
    return {
      cluster: value['cluster'],
      incarnation: value['incarnation'],
      left: lineage?.left ?? [],
      name: value['name'],
      role: value['role'] === 'witness' ? 'witness' : 'peer',
      zone: typeof value['zone'] === 'string' ? value['zone'] : '',
      ran: typeof value['ran'] === 'number' ? value['ran'] : 0,
      logged: typeof value['logged'] === 'number' ? value['logged'] : 0,
      peers: peers.map((peer) => ({ peer: String(peer['peer']), name: String(peer['name']), addresses: strings(peer['addresses']) })),
    }
  }

  #text(name: string): string {
    const path = join(this.path, name)
    try {
      return readFileSync(path, 'utf8')
    } catch (error) {
      throw clusterFileDamaged.make({ path }, error)
    }
  }

  #write(name: string, text: string, mode: number): void {
    const path = join(this.path, name)
    writeFileSync(`${path}.part`, text, { mode, flush: true })
    renameSync(`${path}.part`, path)
  }
}

/** The first incarnation's folders have plain names. */
const folderOf = (name: string, incarnation: number): string => (incarnation === 1 ? name : `${name}-${incarnation}`)
