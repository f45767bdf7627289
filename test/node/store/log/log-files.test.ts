// Damage to the log's files, in every place (P1 to P5): what was synced is given back or its loss is told, never papered
// over; what was not synced may go. Failing disks end the log, full ones do not.
import assert from 'node:assert/strict'
import { cpSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { diskFull, logFailed } from '../../../../node/store/errors.ts'
import { batchOf, entriesOf } from '../../../../node/store/log/batch.ts'
import { realFileCalls } from '../../../../node/store/log/file-calls.ts'
import { LogFiles } from '../../../../node/store/log/log-files.ts'
import { describeLog, mark, range, save, shown } from '../../../contract/log.ts'
import type { FileCalls } from '../../../../node/store/log/file-calls.ts'
import type { DurableLog, LogSave, RecoveredLog } from '../../../../node/store/log/types.ts'

const segmentBytes = 1024

const decoded = (log: LogFiles): RecoveredLog => {
  const stored = log.takeRecovered()
  // As the other thread sees them: no longer views of a file.
  return { ...stored, entries: entriesOf(stored.entries.map(({ index, payload }) => ({ index, payload: new Uint8Array(payload) }))) }
}

describe('store / log / files', () => {
  let base: string
  let made = 0
  let directory: string
  before(() => {
    base = mkdtempSync(join(tmpdir(), 'shoal-log-'))
  })
  after(() => rmSync(base, { recursive: true, force: true }))
  beforeEach(() => {
    directory = join(base, `${made++}`)
  })

  const openAt = (at: string, calls: FileCalls = realFileCalls): LogFiles => LogFiles.open(calls, { directory: at, segmentBytes, expected: false })
  /** As the writing thread does it. */
  const append = (log: LogFiles, fields: Partial<LogSave>): void => {
    log.append(batchOf(save(fields)))
    log.prepare()
  }
  const recovered = (at: string): RecoveredLog => {
    const log = openAt(at)
    log.close()
    return decoded(log)
  }
  const segments = (at: string): string[] => readdirSync(at).filter((name) => name.endsWith('.segment')).sort()
  const copy = (): string => {
    const to = join(base, `${made++}`)
    cpSync(directory, to, { recursive: true })
    return to
  }
  /** Entries 1 to `count` in batches of two, with a vote in between. */
  const fill = (count: number): void => {
    const log = openAt(directory)
    for (let index = 1; index <= count; index += 2) append(log, { entries: range(index, index + 1), hardState: { term: 1, vote: 'p', commit: index } })
    log.close()
  }
  const isPrefix = (found: RecoveredLog, count: number): void => {
    assert.ok(found.entries.length <= count)
    assert.deepEqual(found.entries.map((e) => e.index), range(1, found.entries.length).map((e) => e.index))
  }

  describeLog(async () => {
    const at = join(base, `${made++}`)
    const asLog = (): DurableLog => {
      const files = openAt(at)
      let open = true
      return {
        recovered: decoded(files),
        append: async (one) => files.append(batchOf(one)),
        healed: async () => files.healed(),
        close: async () => {
          if (open) files.close()
          open = false
        },
      }
    }
    return { log: asLog(), reopen: async () => asLog() }
  })

  it('notices a flipped bit anywhere in what was synced (P1, P4)', () => {
    fill(6)
    const name = segments(directory)[0] ?? ''
    const bytes = readFileSync(join(directory, name))
    const used = bytes.findLastIndex((byte) => byte !== 0) + 1
    for (let at = 0; at < used; at++) {
      const broken = copy()
      const flipped = Buffer.from(bytes)
      flipped[at] = (flipped[at] ?? 0) ^ (1 << (at % 8))
      writeFileSync(join(broken, name), flipped)
      const found = recovered(broken)
      isPrefix(found, 6)
      assert.equal(found.mayVote, false, `a flip at ${at}`)
      assert.notEqual(found.problem, undefined)
      rmSync(broken, { recursive: true })
    }
  })

  it('ignores a flipped bit in space that was never used', () => {
    fill(6)
    const name = segments(directory)[0] ?? ''
    const bytes = readFileSync(join(directory, name))
    bytes[bytes.length - 3] = 4
    writeFileSync(join(directory, name), bytes)
    assert.deepEqual([recovered(directory).mayVote, recovered(directory).entries.length], [true, 6])
  })

  it('cuts an unsynced tail at every byte, and notices a synced one (P4, P5)', () => {
    fill(4)
    const name = segments(directory)[0] ?? ''
    const before = readFileSync(join(directory, name)).findLastIndex((byte) => byte !== 0) + 1
    const syncedMark = readFileSync(join(directory, 'synced'))
    const log = openAt(directory)
    append(log, { entries: range(5, 5) })
    log.close()
    const whole = readFileSync(join(directory, name))
    const after = whole.findLastIndex((byte) => byte !== 0) + 1
    for (let length = before; length < after; length += 1) {
      const torn = copy()
      const cut = Buffer.from(whole)
      cut.fill(0, length)
      writeFileSync(join(torn, name), cut)
      assert.equal(recovered(torn).mayVote, false, `synced, cut at ${length}`)
      writeFileSync(join(torn, name), cut)
      writeFileSync(join(torn, 'synced'), syncedMark)
      rmSync(join(torn, 'problem'))
      const found = recovered(torn)
      isPrefix(found, 6)
      assert.ok(found.mayVote && found.entries.length >= 4, `unsynced, cut at ${length}`)
      const again = openAt(torn)
      append(again, { entries: range(found.entries.length + 1, 9) })
      again.close()
      assert.equal(recovered(torn).entries.length, 9)
      rmSync(torn, { recursive: true })
    }
  })

  it('sees damage before a later batch even when its note of syncs is old', () => {
    fill(8)
    const name = segments(directory)[0] ?? ''
    const early = join(base, `${made++}`)
    const log = LogFiles.open(realFileCalls, { directory: early, segmentBytes, expected: false })
    log.close()
    writeFileSync(join(directory, 'synced'), readFileSync(join(early, 'synced')))
    const bytes = readFileSync(join(directory, name))
    const at = Math.floor((bytes.findLastIndex((byte) => byte !== 0) + 1) / 2)
    bytes[at] = (bytes[at] ?? 0) ^ 1
    writeFileSync(join(directory, name), bytes)
    const found = recovered(directory)
    assert.equal(found.problem?.kind, 'damaged')
    assert.match(found.problem?.found ?? '', new RegExp(`^${name} is damaged at \\d+$`))
    assert.deepEqual(readFileSync(join(directory, `${name}.damaged`)), bytes)
    isPrefix(found, 7)
  })

  it('notices a lost segment: first, middle, last, all', () => {
    fill(60)
    const names = segments(directory)
    assert.ok(names.length >= 4)
    for (const lost of [[names[0]], [names[2]], [names.at(-1)], names]) {
      const broken = copy()
      for (const name of lost) rmSync(join(broken, name ?? ''))
      const found = recovered(broken)
      assert.equal(found.mayVote, false)
      isPrefix(found, 60)
      rmSync(broken, { recursive: true })
    }
  })

  it('notices segments in the wrong order, shortened, and a lost note', () => {
    fill(60)
    const names = segments(directory)
    const [second = '', third = ''] = names.slice(1)
    const swapped = copy()
    renameSync(join(swapped, second), join(swapped, 'x'))
    renameSync(join(swapped, third), join(swapped, second))
    renameSync(join(swapped, 'x'), join(swapped, third))
    assert.equal(recovered(swapped).mayVote, false)
    const short = copy()
    truncateSync(join(short, names.at(-1) ?? ''), 10)
    assert.equal(recovered(short).mayVote, false)
    const unnoted = copy()
    rmSync(join(unnoted, 'synced'))
    assert.deepEqual([recovered(unnoted).mayVote, recovered(unnoted).entries.length], [false, 60])
  })

  it('remembers a problem over restarts until it has healed, and is usable meanwhile', () => {
    fill(60)
    rmSync(join(directory, segments(directory)[2] ?? ''))
    const found = recovered(directory)
    assert.equal(recovered(directory).mayVote, false)
    const log = openAt(directory)
    append(log, { entries: range(found.entries.length + 1, 70) })
    log.healed()
    log.close()
    assert.deepEqual([recovered(directory).mayVote, recovered(directory).entries.length], [true, 70])
  })

  it('tells a log that was never there from one that is gone altogether, also at the start after (P6)', () => {
    const open = (expected: boolean): RecoveredLog => {
      const log = LogFiles.open(realFileCalls, { directory, segmentBytes, expected })
      log.close()
      return decoded(log)
    }
    assert.deepEqual([open(false).fresh, open(true).mayVote], [true, true])
    rmSync(directory, { recursive: true })
    const gone = open(true)
    assert.deepEqual([gone.fresh, gone.mayVote, gone.problem?.kind], [false, false, 'lost'])
    // The log is there again, but what was forgotten still is.
    assert.equal(open(true).mayVote, false)
  })

  it('removes whole segments that a mark covers', () => {
    fill(60)
    const log = openAt(directory)
    const before = segments(directory).length
    append(log, { compactTo: mark(50) })
    log.close()
    assert.ok(segments(directory).length < before)
    assert.deepEqual(shown(recovered(directory)), {
      hardState: { term: 1, vote: 'p', commit: 59 },
      mark: mark(50),
      entries: range(51, 60).map((e) => `${e.index}@1`).join(' '),
      mayVote: true,
    })
  })

  it('takes batches larger than a segment', () => {
    const log = openAt(directory)
    append(log, { entries: range(1, 200) })
    append(log, { entries: range(201, 202) })
    log.close()
    assert.equal(recovered(directory).entries.length, 202)
  })

  it('makes the next segment ahead, in pieces, so that the batch that begins it writes little', () => {
    const sizeBytes = 16 * 1024
    let writtenBytes = 0
    const calls: FileCalls = {
      ...realFileCalls,
      write: (file, bytes, offset, length, position) => {
        writtenBytes += length
        return realFileCalls.write(file, bytes, offset, length, position)
      },
    }
    const log = LogFiles.open(calls, { directory, segmentBytes: sizeBytes, expected: false })
    const most = { append: 0, prepare: 0 }
    let index = 0
    while (segments(directory).length < 3) {
      writtenBytes = 0
      log.append(batchOf(save({ entries: range(++index, index) })))
      most.append = Math.max(most.append, writtenBytes)
      writtenBytes = 0
      log.prepare()
      most.prepare = Math.max(most.prepare, writtenBytes)
    }
    assert.equal(most.prepare, sizeBytes / 16)
    assert.ok(most.append < sizeBytes / 8, `${most.append} bytes for one batch`)
    log.close()
    assert.deepEqual(readdirSync(directory).filter((name) => !name.endsWith('.segment')), ['synced'])
    assert.equal(recovered(directory).entries.length, index)
  })

  it('takes nothing from a segment that a crash left half made', () => {
    fill(6)
    writeFileSync(join(directory, 'making'), Buffer.alloc(segmentBytes * 2, 'x'))
    const log = openAt(directory)
    for (let at = 7; at <= 60; at++) append(log, { entries: range(at, at) })
    log.close()
    assert.deepEqual([recovered(directory).mayVote, recovered(directory).entries.length], [true, 60])
  })

  describe('failing disk', () => {
    const failure = (code: string): Error => Object.assign(new Error(code), { code })
    const faulty = () => {
      const state: { failWrite: string | undefined; failSync: string | undefined } = { failWrite: undefined, failSync: undefined }
      const calls: FileCalls = {
        ...realFileCalls,
        write: (file, bytes, offset, length, position) => {
          if (state.failWrite === undefined) return realFileCalls.write(file, bytes, offset, length, position)
          // Half of it arrives before the disk gives up.
          if (length > 1) realFileCalls.write(file, bytes, offset, length >> 1, position)
          throw failure(state.failWrite)
        },
        datasync: (file) => {
          if (state.failSync !== undefined) throw failure(state.failSync)
          realFileCalls.datasync(file)
        },
      }
      return { state, calls }
    }

    it('refuses when it is full and goes on when it no longer is (P7)', () => {
      const { state, calls } = faulty()
      const log = openAt(directory, calls)
      append(log, { entries: range(1, 2) })
      for (const entries of [range(3, 4), range(3, 100)]) {
        state.failWrite = 'ENOSPC'
        assert.throws(() => append(log, { entries }), diskFull.is)
      }
      state.failWrite = undefined
      append(log, { entries: range(3, 3) })
      append(log, { entries: range(4, 80) })
      log.close()
      assert.deepEqual([recovered(directory).mayVote, recovered(directory).entries.length], [true, 80])
    })

    it('never trusts a disk again whose sync failed (P3)', () => {
      for (const code of ['EIO', 'ENOSPC']) {
        const { state, calls } = faulty()
        const at = join(base, `${made++}`)
        const log = openAt(at, calls)
        append(log, { entries: range(1, 2) })
        state.failSync = code
        assert.throws(() => append(log, { entries: range(3, 4) }), logFailed.is)
        state.failSync = undefined
        assert.throws(() => append(log, { entries: range(3, 4) }), logFailed.is)
        log.close()
        assert.ok(recovered(at).entries.length >= 2)
      }
    })

    it('is not ended by a disk that fails while the next segment is made ahead', () => {
      for (const fault of [{ failWrite: 'ENOSPC' }, { failSync: 'EIO' }]) {
        const { state, calls } = faulty()
        const at = join(base, `${made++}`)
        const log = openAt(at, calls)
        for (let index = 1; index <= 60; index++) {
          log.append(batchOf(save({ entries: range(index, index) })))
          Object.assign(state, fault)
          log.prepare()
          Object.assign(state, { failWrite: undefined, failSync: undefined })
        }
        log.close()
        assert.ok(segments(at).length > 2)
        assert.deepEqual([recovered(at).mayVote, recovered(at).entries.length], [true, 60])
      }
    })

    it('ends when a write fails otherwise', () => {
      const { state, calls } = faulty()
      const log = openAt(directory, calls)
      state.failWrite = 'EIO'
      assert.throws(() => append(log, { entries: range(1, 2) }), logFailed.is)
      log.close()
    })
  })
})
