// Messages that bring committed entries to peers that lack some: mirrors, stragglers, and askers of reads and writes.
import type { LogIndex } from '../base/ids.ts'
import type { Entry } from './entry.ts'

export type SpreadingMessage =
  /** Wants committed entries `from..to`, as many as fit one answer. */
  | { readonly kind: 'fetch'; readonly from: LogIndex; readonly to: LogIndex }
  /** Committed entries from `from` on; empty with `firstKept` beyond `from` when they were compacted away. */
  | { readonly kind: 'fetched'; readonly entries: readonly Entry[]; readonly commit: LogIndex; readonly firstKept: LogIndex }
  /** Every 10 s: how far the sender has applied. */
  | { readonly kind: 'digest'; readonly applied: LogIndex; readonly firstKept: LogIndex }
