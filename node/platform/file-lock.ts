// An exclusive lock on a file that all machines sharing its folder respect (flock(2), by util-linux's flock, since Node has
// none). The lock is held by a child that ends with us: whoever is killed, even by SIGKILL, lets go at once. It is advisory:
// it keeps out those who ask for it, and nobody else.
import { spawn } from 'node:child_process'
import { fileLockFailed } from './errors.ts'

/** Waits for the lock on the file at `path`, which is made when absent, and holds it while `work` runs. Throws SHOAL_FILE_LOCK_FAILED. */
export async function withFileLock<T>(path: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  const release = await acquire(path, signal)
  try {
    return await work()
  } finally {
    await release()
  }
}

async function acquire(path: string, signal: AbortSignal): Promise<() => Promise<void>> {
  // cat says that the lock is held by passing the line on, and ends with our side of the pipe, however it ends.
  const child = spawn('flock', ['--exclusive', '--no-fork', path, 'cat'], { stdio: ['pipe', 'pipe', 'pipe'] })
  const ended = Promise.withResolvers<void>()
  const held = Promise.withResolvers<void>()
  const said: string[] = []
  const fail = (reason: string): void => held.reject(fileLockFailed.make({ path, reason }))
  const stop = (): void => void child.kill('SIGKILL')
  child.on('error', (error) => {
    fail(error.message)
    ended.resolve()
  })
  child.on('close', (code) => {
    fail(said.join('').trim() || `flock ended with status ${code ?? 'of a signal'}`)
    ended.resolve()
  })
  child.stderr.on('data', (chunk: Buffer) => said.push(chunk.toString()))
  child.stdout.once('data', () => held.resolve())
  // A child that is gone closes the pipe; its end tells the story.
  child.stdin.on('error', () => undefined)
  child.stdin.write('held\n')
  signal.addEventListener('abort', stop, { once: true })
  try {
    await held.promise
  } finally {
    signal.removeEventListener('abort', stop)
  }
  return () => {
    child.stdin.end()
    return ended.promise
  }
}
