// One daemon for a data directory. The lock is level's own: the kernel holds it for the process and drops it however the
// process ends, also across process namespaces, which a file with a pid in it cannot promise. The pid beside it is for people.
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import process from 'node:process'
import { ifMissing } from '../platform/failures.ts'
import { directoryInUse } from './errors.ts'
import { openDatabase } from './level-files.ts'

export interface DirectoryLock {
  release(): Promise<void>
}

/** Locks a data directory, which is made if it is not there. Throws `directoryInUse` with the holder's pid. */
export async function lockDirectory(directory: string): Promise<DirectoryLock> {
  const place = join(directory, 'lock')
  const holder = join(place, 'holder')
  await mkdir(place, { recursive: true, mode: 0o700 })
  try {
    const database = await openDatabase(place)
    await writeFile(holder, `${process.pid}\n`)
    return { release: () => database.close() }
  } catch (error) {
    if (!directoryInUse.is(error)) throw error
    throw directoryInUse.make({ directory, pid: await readPid(holder) }, error)
  }
}

/** The pid as the holder sees itself; undefined when it has not been written yet. */
async function readPid(path: string): Promise<number | undefined> {
  const text = await readFile(path, 'utf8').catch(ifMissing(''))
  const pid = Number.parseInt(text, 10)
  return Number.isNaN(pid) ? undefined : pid
}
