// Reads a container's log file for `kubectl logs`: from the end, from a time, with times, up to a number of bytes, and on
// as it grows. It survives rotation while following and ends when the container has ended and everything was read.
import { open, stat } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import type { Clock } from '../../base/clock.ts'
import { ifMissing } from '../../platform/failures.ts'
import { logLineBytes } from '../limits.ts'
import { parseLogLine } from './format.ts'

export interface LogOptions {
  readonly follow: boolean
  readonly tailLines: number | undefined
  /** Only lines from this moment on, milliseconds since 1970. */
  readonly sinceMs: number | undefined
  readonly timestamps: boolean
  readonly limitBytes: number | undefined
}

export interface LogSource {
  readonly path: string
  /** Whether the container may still write. */
  readonly isRunning: () => Promise<boolean>
}

const blockBytes = 64 * 1024
const pollMs = 100
const newline = 0x0a

/** Where the last `lines` lines of a file begin. */
export async function tailOffset(file: FileHandle, sizeBytes: number, lines: number): Promise<number> {
  if (lines === 0) return sizeBytes
  const block = Buffer.alloc(blockBytes)
  let found = 0
  let end = sizeBytes
  while (end > 0) {
    const start = Math.max(0, end - blockBytes)
    const { bytesRead } = await file.read(block, 0, end - start, start)
    for (let i = bytesRead - 1; i >= 0; i--) {
      // The break that ends the file ends its last line; it begins none.
      if (block[i] !== newline || start + i === sizeBytes - 1) continue
      found++
      if (found === lines) return start + i + 1
    }
    end = start
  }
  return 0
}

const pause = (clock: Clock, signal: AbortSignal): Promise<void> => new Promise((resolve) => {
  const timer = clock.after(pollMs, resolve)
  signal.addEventListener('abort', () => {
    timer.cancel()
    resolve()
  }, { once: true })
})

/** Turns log lines into what the client gets. */
class Formatter {
  readonly #options: LogOptions
  #leftBytes: number
  #atLineStart = true

  constructor(options: LogOptions) {
    this.#options = options
    this.#leftBytes = options.limitBytes ?? Number.POSITIVE_INFINITY
  }

  get done(): boolean {
    return this.#leftBytes <= 0
  }

  format(line: string): Buffer | undefined {
    const parsed = parseLogLine(line)
    if (parsed === undefined) return undefined
    const { sinceMs, timestamps } = this.#options
    if (sinceMs !== undefined && Date.parse(parsed.time) < sinceMs) return undefined
    const time = timestamps && this.#atLineStart ? `${parsed.time} ` : ''
    this.#atLineStart = !parsed.partial
    const bytes = Buffer.from(`${time}${parsed.text}${parsed.partial ? '' : '\n'}`)
    const cut = bytes.length > this.#leftBytes ? bytes.subarray(0, this.#leftBytes) : bytes
    this.#leftBytes -= cut.length
    return cut
  }
}

/** Collects bytes into lines. */
class LineSplitter {
  #rest: Buffer = Buffer.alloc(0)

  split(bytes: Buffer): readonly string[] {
    const all = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes])
    const lines: string[] = []
    let from = 0
    for (let at = all.indexOf(newline); at >= 0; at = all.indexOf(newline, from)) {
      lines.push(all.toString('utf8', from, at))
      from = at + 1
    }
    // A line without an end would otherwise grow for ever; the runtime never writes such.
    this.#rest = all.length - from > logLineBytes ? Buffer.alloc(0) : Buffer.from(all.subarray(from))
    return lines
  }
}

async function* newBytes(file: FileHandle, fromBytes: number): AsyncGenerator<Buffer> {
  let at = fromBytes
  for (;;) {
    const block = Buffer.alloc(blockBytes)
    const { bytesRead } = await file.read(block, 0, blockBytes, at)
    if (bytesRead === 0) return
    at += bytesRead
    yield block.subarray(0, bytesRead)
  }
}

/** Opens the log; a following reader waits for a file that the runtime has not made yet. */
async function openLog(source: LogSource, follow: boolean, clock: Clock, signal: AbortSignal): Promise<FileHandle | undefined> {
  for (;;) {
    const file = await open(source.path, 'r').catch(ifMissing(undefined))
    if (file !== undefined || !follow || signal.aborted || !(await source.isRunning())) return file
    await pause(clock, signal)
  }
}

/** The bytes for the client, as they come. Ends by itself or when the signal says so. */
export async function* readLog(source: LogSource, options: LogOptions, clock: Clock, signal: AbortSignal): AsyncGenerator<Buffer> {
  let file = await openLog(source, options.follow, clock, signal)
  if (file === undefined) return
  const formatter = new Formatter(options)
  let splitter = new LineSplitter()
  try {
    let at = options.tailLines === undefined ? 0 : await tailOffset(file, (await file.stat()).size, options.tailLines)
    for (;;) {
      // Both are asked before reading: what was written until then is read after it.
      const mayGrow = options.follow && await source.isRunning()
      const fresh: FileHandle | undefined = await rotated(source.path, file)
      for await (const bytes of newBytes(file, at)) {
        at += bytes.length
        for (const line of splitter.split(bytes)) {
          const chunk = formatter.format(line)
          if (chunk !== undefined && chunk.length > 0) yield chunk
          if (formatter.done || signal.aborted) return
        }
      }
      if (signal.aborted) return
      if (fresh !== undefined) {
        await file.close()
        file = fresh
        at = 0
        splitter = new LineSplitter()
        continue
      }
      if (!mayGrow) return
      await pause(clock, signal)
    }
  } finally {
    await file.close()
  }
}

/** The new file when the name no longer leads to the one that is open. */
async function rotated(path: string, file: FileHandle): Promise<FileHandle | undefined> {
  const [named, held] = await Promise.all([stat(path).catch(ifMissing(undefined)), file.stat()])
  return named === undefined || named.ino === held.ino ? undefined : open(path, 'r').catch(ifMissing(undefined))
}
