// hostPath volumes: a path of the machine, checked or made as its type asks (Kubernetes documentation, hostPath).
import { mkdir, stat, writeFile } from 'node:fs/promises'
import type { Stats } from 'node:fs'
import { failureCode, ifMissing } from '../../platform/failures.ts'
import { volumeFailed } from '../errors.ts'

const kinds: { readonly [type: string]: { readonly words: string; readonly holds: (stats: Stats) => boolean } } = {
  Directory: { words: 'a directory', holds: (stats) => stats.isDirectory() },
  File: { words: 'a file', holds: (stats) => stats.isFile() },
  Socket: { words: 'a socket file', holds: (stats) => stats.isSocket() },
  CharDevice: { words: 'a character device', holds: (stats) => stats.isCharacterDevice() },
  BlockDevice: { words: 'a block device', holds: (stats) => stats.isBlockDevice() },
}

/** Answers the path when it is what `type` says. Throws volumeFailed. */
export async function hostPath(volume: string, path: string, type: string | undefined): Promise<string> {
  const found = await stat(path).catch(ifMissing(undefined)).catch((error: unknown) => {
    throw volumeFailed.make({ volume, reason: `hostPath ${path} cannot be looked at: ${failureCode(error) ?? String(error)}` }, error)
  })
  const wanted = (type ?? '').replace('OrCreate', '')
  if (found === undefined && type === 'DirectoryOrCreate') await mkdir(path, { recursive: true, mode: 0o755 })
  else if (found === undefined && type === 'FileOrCreate') await writeFile(path, '', { mode: 0o644 })
  else if (wanted === '') {
    // Without a type the path is taken as it is; a missing one becomes a folder, as container runtimes make it.
    if (found === undefined) await mkdir(path, { recursive: true, mode: 0o755 })
  } else {
    const kind = kinds[wanted]
    if (kind === undefined) throw volumeFailed.make({ volume, reason: `hostPath type ${type} is not known` })
    if (found === undefined || !kind.holds(found)) throw volumeFailed.make({ volume, reason: `hostPath type check failed: ${path} is not ${kind.words}` })
  }
  return path
}
