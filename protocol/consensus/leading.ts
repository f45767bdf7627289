// Becoming the leader and keeping its table of followers in step with the configuration.
import { assert } from '../base/assert.ts'
import { membersOf } from './configuration.ts'
import { entryBytes } from './log.ts'
import { Progress } from './progress.ts'
import type { RaftCore } from './core.ts'
import type { Leading } from './types.ts'

/** candidate -> leader. Its first entry is a no-op: older entries are committed only together with it (P9). */
export function startLeading(core: RaftCore): void {
  assert(core.role.kind === 'candidate', 'only candidates become leaders')
  assert(core.hardStateSaved && core.vote === core.self, 'a leader has saved its own vote')
  let uncommittedBytes = 0
  for (let at = core.commit + 1; at <= core.log.lastIndex; at++) uncommittedBytes += entryBytes(core.log.entry(at))
  core.becomeRole({
    kind: 'leader',
    sinceMs: core.nowMs,
    noopIndex: core.log.lastIndex + 1,
    progress: new Map(),
    round: 0,
    lastHeartbeatMs: -Infinity,
    uncommittedBytes,
    transfer: undefined,
  })
  core.appendOwn({ kind: 'noop' })
  followConfiguration(core)
}

/** Gives every member of the current configuration a row, and drops the rows of those who are gone. */
export function followConfiguration(core: RaftCore): void {
  const leading = core.role
  if (leading.kind !== 'leader') return
  const members = membersOf(core.configurations.current)
  for (const peer of members) {
    if (peer === core.self || leading.progress.has(peer)) continue
    leading.progress.set(peer, new Progress(core.log.lastIndex, core.nowMs))
  }
  for (const peer of leading.progress.keys()) if (!members.includes(peer)) leading.progress.delete(peer)
}

/** The leader's role with its fields, or undefined on every other peer. */
export function leadingOf(core: RaftCore): Leading | undefined {
  return core.role.kind === 'leader' ? core.role : undefined
}
