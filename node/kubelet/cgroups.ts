// Removes the control groups of a Pod that has ended: the runtime removes those of its containers and leaves the parent.
// Only empty groups can be removed, so nothing that runs is ever touched.
import { readdir, rmdir } from 'node:fs/promises'
import { join } from 'node:path'

const root = '/sys/fs/cgroup'

/** Removes a group and those below it, as far as they are empty. */
async function removeTree(path: string): Promise<void> {
  const entries = await readdir(path, { withFileTypes: true }).catch(() => [])
  for (const entry of entries) if (entry.isDirectory()) await removeTree(join(path, entry.name))
  await rmdir(path).catch(() => undefined)
}

/** Removes a group with all that is empty below it, in every hierarchy (cgroup v1) and the one (v2). Never rejects. */
export async function removeCgroup(group: string): Promise<void> {
  const controllers = await readdir(root).catch(() => [])
  for (const hierarchy of ['', ...controllers]) await removeTree(join(root, hierarchy, group))
}

/** Removes the groups of a Pod that has ended: `<parent>/<class>/pod<uid>`. Never rejects. */
export async function removeCgroups(parent: string, podUid: string): Promise<void> {
  for (const quality of ['guaranteed', 'burstable', 'besteffort']) await removeCgroup(join(parent, quality, `pod${podUid}`))
}
