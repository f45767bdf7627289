// Ends and removes what runs of a Pod that the API does not have. The caller makes sure that its copy of the API is whole.
import { isRuntimeNotFound } from './errors.ts'
import type { Runtime } from './runtime/types.ts'

/** Containers get this long to end. */
const graceSeconds = 2

async function tolerant(step: Promise<void>): Promise<void> {
  try {
    await step
  } catch (error) {
    if (!isRuntimeNotFound(error)) throw error
  }
}

/** Stops and removes all containers and sandboxes of a Pod. Rejects with runtimeError. */
export async function removeOrphan(runtime: Runtime, podUid: string): Promise<void> {
  const containers = await runtime.listContainers(podUid)
  await Promise.all(containers.filter((each) => each.state === 'running').map((each) => tolerant(runtime.stopContainer(each.id, graceSeconds))))
  for (const sandbox of await runtime.listSandboxes(podUid)) {
    await tolerant(runtime.stopSandbox(sandbox.id))
    await tolerant(runtime.removeSandbox(sandbox.id))
  }
}
