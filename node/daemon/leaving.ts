// What a peer does before it goes for good: no new Pods, its Pods ended so that others replace them, its Node gone. What
// cannot end in time is left to the others, who replace it when the Node is gone.
import type { Client } from '../client/client.ts'
import { isNotFound } from '../client/errors.ts'
import { nodes, pods } from '../client/resource-types.ts'
import type { Clock } from '../base/clock.ts'
import type { Pod } from '../objects/generated/core-v1.ts'
import { untoleratedTaint } from '../objects/pods/tolerations.ts'
import { drainPollMs, drainTimeoutMs } from './limits.ts'

/** Does `work`; that the object is gone already is what was wanted. */
async function unlessGone(work: Promise<unknown>): Promise<void> {
  try {
    await work
  } catch (error) {
    if (!isNotFound(error)) throw error
  }
}

/** Keeps away what a cordon does not: the Pods of DaemonSets come to cordoned nodes. */
const leavingTaint = { key: 'shoal.dev/leaving', effect: 'NoExecute' }

/** A Pod that tolerates even this comes back as long as there is a Node; nobody waits for it. */
const comesBack = (pod: Pod): boolean => untoleratedTaint(pod, [leavingTaint], ['NoExecute']) === undefined

/** Cordons the node, ends its Pods, and resolves when they are gone or time is up. */
export async function drain(client: Client, node: string, clock: Clock): Promise<void> {
  // Taints merge by their key: those that the node has stay.
  const closed = { spec: { unschedulable: true, taints: [leavingTaint] } }
  await unlessGone(client.resource(nodes).patch(node, undefined, closed, { patchType: 'application/strategic-merge-patch+json' }))
  const own = async () => (await client.resource(pods).list({ fieldSelector: `spec.nodeName=${node}` })).items
  await Promise.all((await own()).map((pod) => unlessGone(client.resource(pods).delete(pod.metadata.name ?? '', pod.metadata.namespace))))
  const deadlineMs = clock.bootMs() + drainTimeoutMs
  while ((await own()).some((pod) => !comesBack(pod)) && clock.bootMs() < deadlineMs) {
    await new Promise<void>((resolve) => clock.after(drainPollMs, resolve))
  }
}

/** Takes the Node out of the API. */
export const forgetNode = (client: Client, node: string): Promise<void> => unlessGone(client.resource(nodes).delete(node))
