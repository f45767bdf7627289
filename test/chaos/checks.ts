// What must hold when all faults are healed: one right order for every register, nothing acknowledged lost, watchers that were
// told of everything once and whose pictures are the list, and the same state on every peer.
import { createHash } from 'node:crypto'
import type { PeerApi } from './api.ts'
import { collection, type ChaosClient } from './clients.ts'
import type { History } from './history.ts'
import type { Watched, Watcher } from './watchers.ts'

const listTimeoutMs = 10_000

/** One promise and what broke it; nothing when it was kept. */
export interface Verdict {
  readonly promise: string
  readonly checked: string
  readonly broken: readonly string[]
}

interface List {
  readonly metadata: { readonly resourceVersion: string }
  readonly items: readonly Watched[]
}

/** What a peer lists now, linearizably, or from its own copy. */
export async function listOf(peer: PeerApi, path: string, query = ''): Promise<List> {
  const answer = await peer.ask({ method: 'GET', path: `${path}${query}` }, listTimeoutMs)
  if (answer.status !== 200) throw new Error(`${peer.name} answered ${answer.status} to ${path}: ${answer.body}`)
  const list: List = JSON.parse(answer.body)
  return list
}

export function judgeHistory(history: History, clients: readonly ChaosClient[]): readonly Verdict[] {
  const { violated, undecided, registers } = history.verdicts()
  return [
    { promise: 'linearizability', checked: `${history.operations.length} operations on ${registers} registers, ${undecided.length} undecided`, broken: violated.map((name) => `no order explains ${name}`) },
    { promise: 'versions never go back', checked: `${clients.length} clients`, broken: clients.flatMap((client) => client.wentBack) },
  ]
}

/** The last acknowledged version of a register is there, or a later one. */
export function judgeWrites(history: History, list: List): Verdict {
  const newest = new Map<string, number>()
  for (const { register, version } of history.operations) newest.set(register, Math.max(newest.get(register) ?? 0, version))
  const there = new Map(list.items.map((item) => [item.metadata.name, Number(item.metadata.resourceVersion)]))
  const broken = [...newest].filter(([name, version]) => version > 0 && (there.get(name) ?? 0) < version).map(([name, version]) => `${name} was acknowledged at ${version}, there is ${there.get(name) ?? 'nothing'}`)
  return { promise: 'acknowledged writes are there', checked: `${history.operations.filter((one) => one.version > 0).length} writes`, broken }
}

/** Each was told once and in order; whoever never had to list again was told of every acknowledged write; all see the list. */
export function judgeWatchers(watchers: readonly Watcher[], list: List, written: readonly number[]): Verdict {
  const broken: string[] = []
  const truth = new Map(list.items.map((item) => [item.metadata.name, item.metadata.resourceVersion]))
  watchers.forEach((watcher, i) => {
    broken.push(...watcher.wrong.map((what) => `watcher ${i}: ${what}`))
    for (const version of written) if (version > watcher.sinceVersion && !watcher.versions.has(version)) broken.push(`watcher ${i} was not told of ${version}`)
    if (!samePicture(watcher.picture, truth)) broken.push(`watcher ${i} sees ${watcher.picture.size} objects, the list has ${truth.size}, or other versions of them`)
  })
  const told = watchers.reduce((sum, watcher) => sum + watcher.versions.size, 0)
  return { promise: 'watches', checked: `${watchers.length} watchers, ${told} events, ${watchers.reduce((sum, watcher) => sum + watcher.resumed, 0)} watches, ${watchers.reduce((sum, watcher) => sum + watcher.relisted, 0)} relists`, broken }
}

export function samePicture(picture: ReadonlyMap<string, string>, truth: ReadonlyMap<string, string>): boolean {
  return picture.size === truth.size && [...truth].every(([name, version]) => picture.get(name) === version)
}

/** Every peer's own copy of these collections, to the last byte, once they have stood still. */
export async function judgeStates(peers: readonly PeerApi[]): Promise<Verdict> {
  const paths = [collection, '/api/v1/namespaces', '/api/v1/services', '/apis/rbac.authorization.k8s.io/v1/clusterroles']
  const broken: string[] = []
  for (const path of paths) {
    const copies = await Promise.all(peers.map(async (peer) => {
      const { items } = await listOf(peer, path, '?resourceVersion=0')
      return createHash('sha256').update(JSON.stringify(items)).digest('hex')
    }))
    if (new Set(copies).size > 1) broken.push(`${path}: ${peers.map((peer, i) => `${peer.name} ${copies[i]?.slice(0, 8)}`).join(', ')}`)
  }
  return { promise: 'equal states', checked: `${paths.length} collections on ${peers.length} peers`, broken }
}
