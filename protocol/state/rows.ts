// The rows that the replicated state consists of: keys with their values, and the remembered results of proposals.
// They are plain and frozen by convention, so that snapshots and history may share them with the state.
import type { Revision } from '../base/ids.ts'
import type { TransactionResult } from '../message/transaction.ts'

/** A key's value and when it was written. Never changed in place. */
export interface Row {
  readonly key: string
  readonly value: Uint8Array
  /** Revision of the last write; internal keys carry the state's revision at their write. */
  readonly revision: Revision
  /** Revision of the write that created the key. */
  readonly createRevision: Revision
  readonly terminating: boolean
}

/** What became of a peer's proposal, kept so that a repetition gets the same answer. */
export interface ResultRow {
  readonly peer: string
  readonly counter: number
  readonly result: TransactionResult
}

/** One change of one key, as watches show it. */
export type RowEvent =
  | { readonly kind: 'put'; readonly revision: Revision; readonly value: Row; readonly previous: Row | undefined }
  | { readonly kind: 'delete'; readonly revision: Revision; readonly previous: Row }

/** Keys of API objects: their writes take revisions. */
export const objectPrefix = '/registry/'

/** Where the table of assignments is; the work's name follows, escaped. */
export const assignmentPrefix = '/shoal/assignments/'

/** The agreed feature level, a JSON number; absent means 0. */
export const featureLevelKey = '/shoal/feature-level'
