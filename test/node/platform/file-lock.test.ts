// The lock on a file: one at a time, let go at the end, when the holder is killed, and when the wait is called off.
import { deepEqual, equal, rejects } from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileLockFailed } from '../../../node/platform/errors.ts'
import { withFileLock } from '../../../node/platform/file-lock.ts'

describe('platform / file lock', () => {
  const folder = mkdtempSync(join(tmpdir(), 'shoal-lock-'))
  const path = join(folder, 'lock')
  const never = new AbortController().signal
  after(() => rmSync(folder, { recursive: true }))

  it('lets one in at a time, and answers what the work answers', async () => {
    let inside = 0
    const seen: number[] = []
    const work = async (): Promise<number> => {
      seen.push(++inside)
      await new Promise((resolve) => setTimeout(resolve, 5))
      return inside--
    }
    deepEqual(await Promise.all([1, 2, 3].map(() => withFileLock(path, never, work))), [1, 1, 1])
    deepEqual(seen, [1, 1, 1])
  })

  it('is let go when the work fails', async () => {
    await rejects(withFileLock(path, never, () => Promise.reject(new TypeError('work'))), /work/)
    equal(await withFileLock(path, never, () => Promise.resolve('again')), 'again')
  })

  it('is let go when its holder is killed', async () => {
    const module = join(import.meta.dirname, '../../../node/platform/file-lock.ts')
    const script = `import { withFileLock } from ${JSON.stringify(module)}; await withFileLock(${JSON.stringify(path)}, new AbortController().signal, () => { console.log('in'); return new Promise(() => setInterval(() => 0, 1000)) })`
    const holder = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
    await new Promise((resolve) => holder.stdout.once('data', resolve))
    const waiting = withFileLock(path, never, () => Promise.resolve('mine'))
    holder.kill('SIGKILL')
    equal(await waiting, 'mine')
  })

  it('a wait that is called off fails, and does not keep the lock', async () => {
    const calledOff = new AbortController()
    await withFileLock(path, never, async () => {
      const waiting = withFileLock(path, calledOff.signal, () => Promise.resolve())
      calledOff.abort()
      await rejects(waiting, (error) => fileLockFailed.is(error))
    })
    equal(await withFileLock(path, never, () => Promise.resolve(1)), 1)
  })

  it('names the file that cannot be locked', () => rejects(withFileLock(join(folder, 'no/such/lock'), never, () => Promise.resolve()), /no\/such\/lock/))
})
