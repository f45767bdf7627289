// What the log's user and the thread that writes it say to each other. Bytes are transferred, not copied.
import type { HardState, SnapshotMark } from '../../../protocol/message/entry.ts'
import type { RecoveredPart } from './batch.ts'
import type { LogProblem } from './types.ts'

/** Given to the thread when it starts. */
export interface WriterStart {
  readonly directory: string
  readonly segmentBytes: number
  /** See LogFilesOptions. */
  readonly expected: boolean
}

export type ToWriter =
  | { readonly kind: 'append'; readonly id: number; readonly batch: Uint8Array<ArrayBuffer> }
  | { readonly kind: 'healed'; readonly id: number }
  | { readonly kind: 'close'; readonly id: number }

/** Why something was not done; becomes one of the zone's errors again. */
export interface Refusal {
  readonly code: string
  readonly found: string
}

export type FromWriter =
  /** Some of the recovered entries, in order; before `opened`. */
  | { readonly kind: 'entries'; readonly part: RecoveredPart }
  | { readonly kind: 'opened'; readonly hardState: HardState; readonly mark: SnapshotMark; readonly fresh: boolean; readonly problem: LogProblem | undefined }
  | { readonly kind: 'notOpened'; readonly refusal: Refusal }
  | { readonly kind: 'done'; readonly ids: readonly number[] }
  | { readonly kind: 'refused'; readonly ids: readonly number[]; readonly refusal: Refusal }
