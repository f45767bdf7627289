// Reading logs for kubectl: from the end, from a time, with times, bounded, following, over a rotation.
import { deepEqual, equal } from 'node:assert/strict'
import { appendFileSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '../../../../node/platform/clock.ts'
import { readLog } from '../../../../node/kubelet/logs/reader.ts'
import type { LogOptions } from '../../../../node/kubelet/logs/reader.ts'

const defaults: LogOptions = { follow: false, tailLines: undefined, sinceMs: undefined, timestamps: false, limitBytes: undefined }
const line = (second: number, text: string, tag = 'F'): string => `2026-01-01T00:00:${String(second).padStart(2, '0')}.000000000Z stdout ${tag} ${text}\n`

describe('kubelet / logs / reader', () => {
  let folder: string
  let path: string
  let isRunning = false
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'shoal-log-'))
    path = join(folder, '0.log')
    isRunning = false
    writeFileSync(path, line(1, 'one') + line(2, 'tw', 'P') + line(2, 'o') + line(3, 'three'))
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))
  const open = (options: Partial<LogOptions>, signal = new AbortController().signal): AsyncGenerator<Buffer> =>
    readLog({ path, isRunning: () => Promise.resolve(isRunning) }, { ...defaults, ...options }, systemClock(), signal)
  const read = async (options: Partial<LogOptions> = {}): Promise<string> => {
    let text = ''
    for await (const chunk of open(options)) text += chunk.toString()
    return text
  }

  it('joins partial lines', async () => equal(await read(), 'one\ntwo\nthree\n'))
  it('starts near the end', async () => deepEqual([await read({ tailLines: 1 }), await read({ tailLines: 0 }), await read({ tailLines: 99 })], ['three\n', '', 'one\ntwo\nthree\n']))
  it('starts at a time', async () => equal(await read({ sinceMs: Date.UTC(2026, 0, 1, 0, 0, 2) }), 'two\nthree\n'))
  it('shows times once for each line', async () => {
    equal(await read({ timestamps: true }), '2026-01-01T00:00:01.000000000Z one\n2026-01-01T00:00:02.000000000Z two\n2026-01-01T00:00:03.000000000Z three\n')
  })
  it('stops at a number of bytes', async () => equal(await read({ limitBytes: 6 }), 'one\ntw'))
  it('reads long files from the end', async () => {
    writeFileSync(path, Array.from({ length: 20_000 }, (_, i) => line(i % 60, `line ${i}`)).join(''))
    equal(await read({ tailLines: 2 }), 'line 19998\nline 19999\n')
  })
  it('has nothing to say of a log that is not there', async () => {
    rmSync(path)
    equal(await read(), '')
  })
  it('follows over a rotation until the container has ended', async () => {
    isRunning = true
    const chunks = open({ follow: true, tailLines: 1 })
    const next = async (): Promise<string> => String((await chunks.next()).value)
    equal(await next(), 'three\n')
    appendFileSync(path, line(4, 'four'))
    equal(await next(), 'four\n')
    renameSync(path, `${path}.1`)
    writeFileSync(path, line(5, 'five'))
    equal(await next(), 'five\n')
    appendFileSync(path, line(6, 'six'))
    isRunning = false
    equal(await next(), 'six\n')
    equal((await chunks.next()).done, true)
  })
  it('ends when nobody listens any more', async () => {
    isRunning = true
    const abort = new AbortController()
    const chunks = open({ follow: true, tailLines: 0 }, abort.signal)
    const ended = chunks.next()
    abort.abort()
    equal((await ended).done, true)
  })
})
