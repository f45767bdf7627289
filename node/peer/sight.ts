// What a peer says of itself when another asks: how far its log is, whom it sees, its clock and versions. `shoal recover` and
// `shoal doctor` are made of these. Read with care, for the other may run another version. Pure.
import type { PeerId } from '../../protocol/base/ids.ts'
import type { EngineStatus, PeerRecord } from '../../protocol/engine/types.ts'
import { readLineage, type Lineage } from './lineage.ts'
import { isObject, parseObject, strings, type Json } from './records.ts'

/** One peer as it sees itself and the others. */
export interface Sight {
  readonly peer: PeerId
  readonly name: string
  readonly version: string
  /** Of messages between peers. */
  readonly messageVersion: number
  readonly lineage: Lineage
  readonly wallMs: number
  readonly role: EngineStatus['role']
  /** Its log: the newest entry, and what is known to be committed and applied. */
  readonly lastTerm: number
  readonly lastIndex: number
  readonly commit: number
  readonly applied: number
  /** Leader's time of the newest entry. */
  readonly newestMs: number
  /** Whether it can open the keys that the cluster signs by; those who vote can. */
  readonly opensKeys: boolean
  readonly mayVote: boolean
  readonly quorum: boolean
  readonly leader: PeerId | undefined
  readonly voters: readonly PeerId[]
  /** Whom it takes for dead or suspect, by id. */
  readonly misses: readonly PeerId[]
  /** An incarnation that it met and did not take, and from whom. */
  readonly refused: { readonly incarnation: number; readonly from: PeerId } | undefined
}

/** Another peer's sight of things, or why it did not tell. */
export interface Looked {
  readonly record: PeerRecord
  readonly sight: Sight | undefined
  readonly why: string
  /** It answered a short question, but not a long one. */
  readonly small?: boolean
  /** Our clock when its answer came, and how long the answer took. */
  readonly atMs: number
  readonly tookMs: number
}

/** What one peer asks another. */
export type Question =
  /** Padding makes it long, to find ways that carry short messages only. */
  | { readonly kind: 'look'; readonly padding?: string }
  /** Begin a new incarnation, alone; only if the asked peer is still at this one. */
  | { readonly kind: 'recover'; readonly incarnation: number }

/** The frame of a question. */
export const encodeQuestion = (question: Question): Uint8Array => Buffer.from(JSON.stringify(question))

/** Reads a question, without its padding; undefined for what this build does not know. */
export function readQuestion(frame: Uint8Array): Question | undefined {
  const value = parseObject(frame)
  if (value?.['kind'] === 'look') return { kind: 'look' }
  if (value?.['kind'] === 'recover' && typeof value['incarnation'] === 'number') return { kind: 'recover', incarnation: value['incarnation'] }
  return undefined
}

/** The frame of an answer to `look`. */
export const encodeSight = (sight: Sight): Uint8Array => Buffer.from(JSON.stringify(sight))

const roles = ['leader', 'voter', 'learner', 'mirror', 'witness'] as const

const number = (value: Json, field: string): number => (typeof value[field] === 'number' ? value[field] : 0)
const text = (value: Json, field: string): string => (typeof value[field] === 'string' ? value[field] : '')

/** The sight in a frame; undefined when it is none. */
export function readSight(frame: Uint8Array): Sight | undefined {
  const value = parseObject(frame)
  const lineage = isObject(value?.['lineage']) ? readLineage(value['lineage']) : undefined
  if (value === undefined || lineage === undefined || text(value, 'peer') === '') return undefined
  const refused = isObject(value['refused']) ? value['refused'] : undefined
  return {
    peer: text(value, 'peer'), name: text(value, 'name'), version: text(value, 'version'), messageVersion: number(value, 'messageVersion'), lineage,
    wallMs: number(value, 'wallMs'), role: roles.find((role) => role === value['role']) ?? 'mirror',
    lastTerm: number(value, 'lastTerm'), lastIndex: number(value, 'lastIndex'), commit: number(value, 'commit'), applied: number(value, 'applied'),
    newestMs: number(value, 'newestMs'), opensKeys: value['opensKeys'] === true, mayVote: value['mayVote'] !== false, quorum: value['quorum'] === true,
    leader: text(value, 'leader') === '' ? undefined : text(value, 'leader'), voters: strings(value['voters']), misses: strings(value['misses']),
    refused: refused === undefined ? undefined : { incarnation: number(refused, 'incarnation'), from: text(refused, 'from') },
  }
}
