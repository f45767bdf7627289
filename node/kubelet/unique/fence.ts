// Lifts the fence around Pods of this Node that were replaced while it could not be reached, once nothing of them runs here.
// Who comes back with such a Pod hears of it by the agreed Node; until then no peer takes packets from the Pod's address.
import type { Client } from '../../client/client.ts'
import { nodes } from '../../client/resource-types.ts'
import { fencedPods, fencedPodsAnnotation, fenceText } from '../../objects/pods/fence.ts'
import type { Node } from '../../objects/generated/core-v1.ts'
import type { Runtime } from '../runtime/types.ts'

/** Takes those that do not run here out of the Node's annotation; resolves true when some are left. Rejects with ApiError and runtimeError. */
export async function liftFence(client: Client, runtime: Runtime, node: Node): Promise<boolean> {
  const fenced = fencedPods(node)
  if (fenced.length === 0) return false
  const left: typeof fenced[number][] = []
  for (const pod of fenced) {
    const containers = await runtime.listContainers(pod.uid)
    if (containers.some(({ state }) => state === 'running')) left.push(pod)
  }
  if (left.length === fenced.length) return true
  const { name = '', uid, resourceVersion } = node.metadata
  await client.resource(nodes).patch(name, undefined, { metadata: { uid, resourceVersion, annotations: { [fencedPodsAnnotation]: fenceText(left) } } })
  return left.length > 0
}
