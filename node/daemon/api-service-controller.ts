// Keeps what every cluster begins with, and the endpoints of the API's own Service: the peers whose Nodes are known. It is a
// controller like the others, from the composition root, because it joins the API server's plan with the controllers' loop.
import { bootstrapCluster, planApiEndpoints } from '../apiserver/bootstrap.ts'
import { isNotFound } from '../client/errors.ts'
import type { ResourceClient } from '../client/client.ts'
import { endpoints, endpointSlices, nodes } from '../client/resource-types.ts'
import type { ApiObject } from '../client/types.ts'
import type { ControllerDeps, ControllerFactory } from '../controllers/controller.ts'
import type { Node } from '../objects/generated/core-v1.ts'
import { sameJson } from '../objects/pods/fnv.ts'

const bootstrapKey = 'bootstrap'
const serviceKey = 'default/kubernetes'

const addressOf = (node: Node): string => node.status?.addresses?.find((address) => address.type === 'InternalIP')?.address ?? ''

/** Creates or updates an object so that it has the wanted parts. */
async function keep<T extends ApiObject>(client: ResourceClient<T>, wanted: T, parts: readonly (keyof T & string)[], signal: AbortSignal): Promise<void> {
  const { name = '', namespace } = wanted.metadata
  try {
    const found = await client.get(name, namespace, signal)
    if (parts.every((part) => sameJson(found[part], wanted[part]))) return
    await client.update({ ...found, ...Object.fromEntries(parts.map((part) => [part, wanted[part]])) }, signal)
  } catch (error) {
    if (!isNotFound(error)) throw error
    await client.create(wanted, signal)
  }
}

/** Makes the controller; `port` is the API's. */
export function apiServiceController(port: number): ControllerFactory {
  return (deps: ControllerDeps) => {
    const nodeInformer = deps.informers.of(nodes)
    const addresses = (): readonly string[] => nodeInformer.cache.list().map(addressOf).filter((address) => address !== '')
    return {
      name: 'api-service',
      watch: (sink) => {
        sink.add(bootstrapKey)
        sink.add(serviceKey)
        return nodeInformer.onChange((change) => {
          if (change.previous === undefined || change.kind === 'deleted' || addressOf(change.previous) !== addressOf(change.object)) sink.add(serviceKey)
        })
      },
      reconcile: async (key, signal) => {
        if (key === bootstrapKey) {
          await bootstrapCluster(deps.client.transport, port, signal)
          return {}
        }
        const plan = planApiEndpoints(addresses(), port)
        await keep(deps.client.resource(endpoints), plan.endpoints, ['subsets'], signal)
        await keep(deps.client.resource(endpointSlices), plan.slice, ['endpoints', 'ports'], signal)
        return {}
      },
    }
  }
}
