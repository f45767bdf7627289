// Removes control groups. Only empty ones can be removed, so nothing that runs is ever touched; one that a process on its
// way out still sits in stays, and the answer says so. It makes none: runtimes do.
import { readdir, rmdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expecting, ifMissing } from './failures.ts'

const root = '/sys/fs/cgroup'

/** Removes a group and those below it, as far as they are empty; true when nothing of it is left. */
async function removeTree(path: string): Promise<boolean> {
  const entries = await readdir(path, { withFileTypes: true }).catch(ifMissing([]))
  for (const entry of entries) if (entry.isDirectory()) await removeTree(join(path, entry.name))
  return rmdir(path).then(() => true, ifMissing(true)).catch(expecting(['EBUSY', 'ENOTEMPTY'], false))
}

/**
 * Removes a group (`/shoal/m1`) with all that is empty below it, in every hierarchy (cgroup v1) and in the one (v2). False
 * when a process still sits in it. Rejects when the kernel refuses for another reason.
 */
export async function removeCgroup(group: string): Promise<boolean> {
  const hierarchies = await readdir(root, { withFileTypes: true }).catch(ifMissing([]))
  const paths = [root, ...hierarchies.filter((each) => each.isDirectory()).map((each) => join(root, each.name))].map((each) => join(each, group))
  const results = await Promise.all(paths.map(removeTree))
  return results.every((each) => each)
}
