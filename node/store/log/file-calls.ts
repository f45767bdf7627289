// The file calls that the log makes, all synchronous: nothing on its way may wait in libuv's pool behind gzip or file reads.
// A test hands in calls that fail or lie. No decision is made here.
import { assert } from '../../../protocol/base/assert.ts'
import { closeSync, fdatasyncSync, fsyncSync, mkdirSync, openSync, readdirSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs'

export interface FileCalls {
  open(path: string, flags: string): number
  close(file: number): void
  /** Writes at `position`; answers how many bytes were taken. */
  write(file: number, bytes: Uint8Array, offset: number, length: number, position: number): number
  datasync(file: number): void
  sync(file: number): void
  read(path: string): Buffer
  list(directory: string): string[]
  rename(from: string, to: string): void
  remove(path: string): void
  makeDirectory(path: string): void
}

export const realFileCalls: FileCalls = {
  open: (path, flags) => openSync(path, flags, 0o600),
  close: (file) => closeSync(file),
  write: (file, bytes, offset, length, position) => writeSync(file, bytes, offset, length, position),
  datasync: (file) => fdatasyncSync(file),
  sync: (file) => fsyncSync(file),
  read: (path) => readFileSync(path),
  list: (directory) => readdirSync(directory),
  rename: (from, to) => renameSync(from, to),
  remove: (path) => rmSync(path, { force: true }),
  makeDirectory: (path) => mkdirSync(path, { recursive: true, mode: 0o700 }),
}

/** Writes all bytes, however many calls that takes. */
export function writeAll(calls: FileCalls, file: number, bytes: Uint8Array, position: number): void {
  let done = 0
  while (done < bytes.length) {
    const taken = calls.write(file, bytes, done, bytes.length - done, position + done)
    assert(taken > 0, 'a write takes something or fails')
    done += taken
  }
}

/** Makes names in a directory durable. */
export function syncDirectory(calls: FileCalls, directory: string): void {
  const file = calls.open(directory, 'r')
  try {
    calls.sync(file)
  } finally {
    calls.close(file)
  }
}
