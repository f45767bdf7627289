// Writes a set of files so that readers see all of the old or all of the new: into a fresh folder, to which the link
// `..data` is then turned by one rename. The visible names are links through `..data`, as in every kubelet, so programs
// that watch for that rename work. It deletes only what it made.
import { chmod, chown, lstat, mkdir, mkdtemp, readFile, readdir, readlink, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { basename, dirname, join, normalize } from 'node:path'
import { assert } from '../../../protocol/base/assert.ts'
import { expecting, ifMissing } from '../../platform/failures.ts'
import type { Payload } from './payload.ts'

const dataLink = '..data'
const nextLink = '..data_next'

async function current(folder: string): Promise<string | undefined> {
  return readlink(join(folder, dataLink)).catch(ifMissing(undefined))
}

async function isSame(folder: string, data: string, payload: Payload): Promise<boolean> {
  const entries = await readdir(join(folder, data), { recursive: true, withFileTypes: true }).catch(ifMissing([]))
  if (entries.filter((each) => each.isFile()).length !== payload.size) return false
  for (const [path, file] of payload) {
    // A name may have been a folder before, or the other way round.
    const held = await readFile(join(folder, data, path)).catch(expecting(['ENOENT', 'ENOTDIR', 'EISDIR'], undefined))
    if (held === undefined || !held.equals(file.bytes)) return false
  }
  return true
}

function checkPath(path: string): void {
  assert(path !== '' && !path.startsWith('/') && normalize(path) === path && !path.split('/').includes('..') && !path.startsWith('..'), `${path} stays inside its volume`)
}

async function writeFiles(target: string, payload: Payload, group: number | undefined): Promise<void> {
  for (const [path, file] of payload) {
    const full = join(target, path)
    await mkdir(dirname(full), { recursive: true, mode: 0o755 })
    await writeFile(full, file.bytes)
    // Group members may read what the owner may read.
    const mode = group === undefined ? file.mode : file.mode | ((file.mode & 0o400) >> 3)
    await chmod(full, mode)
    if (group !== undefined) await chown(full, -1, group)
  }
}

/** Makes `folder` show exactly `payload`. True when something changed. */
export async function writeAtomically(folder: string, payload: Payload, group?: number): Promise<boolean> {
  for (const path of payload.keys()) checkPath(path)
  const before = await current(folder)
  if (before !== undefined && await isSame(folder, before, payload)) return false
  const fresh = await mkdtemp(`${folder}/..files-`)
  // mkdtemp makes it private; the container's user must get in.
  await chmod(fresh, 0o755)
  await writeFiles(fresh, payload, group)
  await rm(join(folder, nextLink), { force: true })
  await symlink(basename(fresh), join(folder, nextLink))
  await rename(join(folder, nextLink), join(folder, dataLink))
  const tops = new Set([...payload.keys()].map((path) => path.split('/')[0] ?? path))
  for (const name of tops) {
    const link = join(folder, name)
    if (await lstat(link).catch(ifMissing(undefined)) === undefined) await symlink(join(dataLink, name), link)
  }
  for (const entry of await readdir(folder)) {
    if (!entry.startsWith('..') && !tops.has(entry)) await rm(join(folder, entry), { force: true })
  }
  if (before !== undefined) await rm(join(folder, before), { recursive: true, force: true })
  return true
}
