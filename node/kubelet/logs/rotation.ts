// Keeps container logs bounded: a log that has grown too large is renamed, the runtime opens a new one, and the oldest of
// the renamed ones goes. Readers that follow notice the rename.
import { readdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { ifMissing } from '../../platform/failures.ts'
import { logFileBytes, logFilesKept } from '../limits.ts'
import { podUidLabel } from '../pod/configs.ts'
import type { Runtime } from '../runtime/types.ts'

export interface RotationLimits {
  readonly fileBytes: number
  readonly filesKept: number
}

const defaults: RotationLimits = { fileBytes: logFileBytes, filesKept: logFilesKept }

/** `0.log` becomes `0.log.1`, `0.log.1` becomes `0.log.2`, and so on; the last is dropped. */
export async function shiftLogs(folder: string, name: string, filesKept: number): Promise<void> {
  await rm(join(folder, `${name}.${filesKept}`), { force: true })
  for (let i = filesKept - 1; i >= 1; i--) await rename(join(folder, `${name}.${i}`), join(folder, `${name}.${i + 1}`)).catch(ifMissing(undefined))
  await rename(join(folder, name), join(folder, `${name}.1`))
}

/** Looks at the logs of all running containers once. */
export async function rotateLogs(logDirectory: string, runtime: Runtime, limits: RotationLimits = defaults): Promise<void> {
  const folders = new Map<string, string>()
  for (const entry of await readdir(logDirectory).catch(ifMissing([]))) folders.set(entry.slice(entry.lastIndexOf('_') + 1), join(logDirectory, entry))
  for (const container of await runtime.listContainers()) {
    const pod = folders.get(container.labels[podUidLabel] ?? '')
    if (pod === undefined || container.state !== 'running') continue
    const folder = join(pod, container.name)
    const name = `${container.attempt}.log`
    const size = await stat(join(folder, name)).then((stats) => stats.size, ifMissing(0))
    if (size <= limits.fileBytes) continue
    await shiftLogs(folder, name, limits.filesKept)
    await runtime.reopenLog(container.id)
  }
}
