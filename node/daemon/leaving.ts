// What a peer does before it goes for good: no new Pods, its Pods ended so that others replace them, its Node gone. What
// cannot end in time is left to the others, who replace it when the Node is gone.
import type { Client } from '../client/client.ts'
import { isNotFound } from '../client/errors.ts'
import { nodes, pods } from '../client/resource-types.ts'
import type { Clock } from '../base/clock.ts'
import { drainPollMs, drainTimeoutMs } from './limits.ts'

/** Does `work`; that the object is gone already is what was wanted. */
async function unlessGone(work: Promise<unknown>): Promise<void> {
  try {
    await work
  } catch (error) {
    if (!isNotFound(error)) throw error
  }
}

/** Cordons the node, ends its Pods, and resolves when they are gone or time is up. */
export async function drain(client: Client, node: string, clock: Clock): Promise<void> {
  await unlessGone(client.resource(nodes).patch(node, undefined, { spec: { unschedulable: true } }))
  const own = async () => (await client.resource(pods).list({ fieldSelector: `spec.nodeName=${node}` })).items
  await Promise.all((await own()).map((pod) => unlessGone(client.resource(pods).delete(pod.metadata.name ?? '', pod.metadata.namespace))))
  const deadlineMs = clock.bootMs() + drainTimeoutMs
  while ((await own()).length > 0 && clock.bootMs() < deadlineMs) {
    await new Promise<void>((resolve) => clock.after(drainPollMs, resolve))
  }
}

/** Takes the Node out of the API. */
export const forgetNode = (client: Client, node: string): Promise<void> => unlessGone(client.resource(nodes).delete(node))
