// Mounts part of a volume. A container may have put symbolic links into the volume, also while we look, so that a path
// checked by name can lead elsewhere when it is used (CVE-2017-1002101, CVE-2021-25741). Here every step is opened from the
// descriptor of the step before, without following links, and what is mounted is the descriptor itself.
import { constants } from 'node:fs'
import { mkdir, open, realpath, stat, writeFile } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { expecting, ifMissing } from '../../platform/failures.ts'
import { runCommand } from '../../platform/processes.ts'
import { volumeFailed } from '../errors.ts'

const { O_DIRECTORY, O_NOFOLLOW, O_NONBLOCK, O_RDONLY } = constants
const handlePath = (handle: FileHandle): string => `/proc/self/fd/${handle.fd}`

const outside = (volume: string, path: string): Error => volumeFailed.make({ volume, reason: `subPath "${path}" leads out of the volume` })

/** Links that exist now are resolved once; the walk below then accepts none. */
async function resolved(root: string, path: string, volume: string): Promise<readonly string[]> {
  const parts = path.split('/').filter((each) => each !== '' && each !== '.')
  if (parts.includes('..') || path.startsWith('/')) throw outside(volume, path)
  let existing = parts.length
  let real: string | undefined
  while (real === undefined) {
    real = await realpath(join(root, ...parts.slice(0, existing))).catch(ifMissing(undefined))
    if (real === undefined) existing--
  }
  const inside = relative(root, real)
  if (inside === '..' || inside.startsWith('../')) throw outside(volume, path)
  return [...inside.split('/').filter((each) => each !== ''), ...parts.slice(existing)]
}

async function step(from: FileHandle, name: string, isLast: boolean): Promise<FileHandle> {
  const next = join(handlePath(from), name)
  const flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK
  try {
    return await open(next, isLast ? flags : flags | O_DIRECTORY)
  } catch (error) {
    expecting(['ENOENT'], undefined)(error)
    await mkdir(next, { mode: 0o750 })
    return open(next, flags | O_DIRECTORY)
  }
}

/** Bind-mounts `root`/`path` on `target` and answers `target`. Missing folders are made. Throws volumeFailed. */
export async function mountSubPath(root: string, path: string, target: string, volume: string): Promise<string> {
  const realRoot = await realpath(root)
  let handle = await open(realRoot, O_RDONLY | O_DIRECTORY)
  try {
    const parts = await resolved(realRoot, path, volume)
    for (const [index, part] of parts.entries()) {
      const next = await step(handle, part, index === parts.length - 1)
      await handle.close()
      handle = next
    }
    const isFolder = (await handle.stat()).isDirectory()
    await makeTarget(target, isFolder)
    // The mount program is another process: it reaches the descriptor through ours.
    const result = await runCommand('mount', ['--no-canonicalize', '--bind', `/proc/${process.pid}/fd/${handle.fd}`, target], { timeoutMs: 10_000 })
    if (result.status !== 0) throw volumeFailed.make({ volume, reason: `cannot mount subPath "${path}": ${result.stderr.trim()}` })
  } catch (error) {
    if (volumeFailed.is(error)) throw error
    throw volumeFailed.make({ volume, reason: `cannot open subPath "${path}" without following links` }, error)
  } finally {
    await handle.close()
  }
  return target
}

async function makeTarget(target: string, isFolder: boolean): Promise<void> {
  // A leftover of an earlier attempt may still be mounted there.
  await runCommand('umount', ['-l', target], { timeoutMs: 10_000 })
  if (isFolder) await mkdir(target, { recursive: true })
  else {
    await mkdir(dirname(target), { recursive: true })
    if (await stat(target).then(() => false, () => true)) await writeFile(target, '')
  }
}
