// What can go wrong with the state and the log, and what the reader can do about it. Damage is an error of its own and not
// an empty file: whoever opens decides to drop what is damaged and to fetch it from the other peers.
import { defineError } from '../base/errors.ts'

/** A read or watch wants a revision that history no longer (or, after a snapshot, never) had here. */
export const expired = defineError<{ readonly revision: number; readonly oldest: number }>({
  code: 'SHOAL_STORE_EXPIRED',
  message: (d) => `revision ${d.revision} is no longer in history, which begins at ${d.oldest}`,
  remedy: 'List again and watch from the revision of the list.',
})

/** A watch's queue overflowed, or the state was replaced under it. */
export const behind = defineError<{ readonly prefix: string }>({
  code: 'SHOAL_STORE_BEHIND',
  message: (d) => `the watch on ${d.prefix} fell behind and lost changes`,
  remedy: 'List again and watch from the revision of the list.',
})

/** The state did not come as far as was waited for. */
export const waitedTooLong = defineError<{ readonly wanted: number; readonly reached: number; readonly timeoutMs: number }>({
  code: 'SHOAL_STORE_TIMEOUT',
  message: (d) => `this peer's state reached ${d.reached} and not ${d.wanted} within ${d.timeoutMs} ms`,
  remedy: 'Try again, or ask another peer: this one lags behind the cluster.',
})

/** The store or the watch was closed while somebody waited for it. */
export const storeClosed = defineError<{ readonly what: string }>({
  code: 'SHOAL_STORE_CLOSED',
  message: (d) => `the ${d.what} is closed`,
  remedy: 'The daemon is stopping; ask another peer.',
})

/** The state's files are unreadable or do not add up. */
export const stateDamaged = defineError<{ readonly directory: string; readonly found: string }>({
  code: 'SHOAL_STATE_DAMAGED',
  message: (d) => `the state in ${d.directory} is damaged: ${d.found}`,
  remedy: 'The daemon drops it and fetches the state from the other peers; check the disk.',
})

/** The disk under the state's files fails or is full; nothing says that what is on it is damaged. */
export const stateUnwritable = defineError<{ readonly directory: string; readonly found: string }>({
  code: 'SHOAL_STATE_UNWRITABLE',
  message: (d) => `the state in ${d.directory} cannot be read or written: ${d.found}`,
  remedy: 'Free space on the disk or repair it; the daemon tries again by itself and loses nothing meanwhile.',
})

/** A state from another peer that cannot be taken. */
export const snapshotRefused = defineError<{ readonly found: string }>({
  code: 'SHOAL_SNAPSHOT_REFUSED',
  message: (d) => `a fetched state was refused: ${d.found}`,
  remedy: 'The daemon fetches again from another peer.',
})

/** Another daemon runs on the same data directory. */
export const directoryInUse = defineError<{ readonly directory: string; readonly pid: number | undefined }>({
  code: 'SHOAL_DIRECTORY_IN_USE',
  message: (d) => `the data directory ${d.directory} is in use by ${d.pid === undefined ? 'another daemon' : `the daemon with pid ${d.pid}`}`,
  remedy: 'Stop that daemon, or give this one another --data-dir.',
})

/** No space left for the log; nothing of the refused batch counts as written. */
export const diskFull = defineError<{ readonly directory: string }>({
  code: 'SHOAL_DISK_FULL',
  message: (d) => `no space is left for the log in ${d.directory}`,
  remedy: 'Free space on that disk; the peer takes part in writes again once there is some.',
})

/** A write or sync of the log failed. Fatal: what a later sync says of the same pages cannot be believed. */
export const logFailed = defineError<{ readonly directory: string; readonly found: string }>({
  code: 'SHOAL_LOG_FAILED',
  message: (d) => `the log in ${d.directory} cannot be written safely: ${d.found}`,
  remedy: 'Check the disk, then restart the daemon: it reads again what is really there.',
})
