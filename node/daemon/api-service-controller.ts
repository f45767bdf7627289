// Keeps what every cluster begins with, and the endpoints of the API's own Services: the peers whose Nodes are known. It is a
// controller like the others, from the composition root, because it joins the API server's plan with the controllers' loop.
import { apiBalancer, apiService, bootstrapCluster, makeApiBalancer, planApiEndpoints } from '../apiserver/bootstrap.ts'
import { isNotFound } from '../client/errors.ts'
import type { ResourceClient } from '../client/client.ts'
import { keyOf } from '../client/object-cache.ts'
import { addressPools, endpoints, endpointSlices, nodes, services } from '../client/resource-types.ts'
import type { ApiObject } from '../client/types.ts'
import type { ControllerDeps, ControllerFactory } from '../controllers/controller.ts'
import { addressRange } from '../objects/address-ranges.ts'
import type { AddressPool } from '../objects/address-pool.ts'
import { internalAddress } from '../objects/node-address.ts'
import { sameJson } from '../objects/pods/fnv.ts'

const bootstrapKey = 'bootstrap'
const serviceKey = 'endpoints'
const ownServices: readonly string[] = [apiService, apiBalancer].map(({ namespace, name }) => `${namespace}/${name}`)


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

/** How many addresses of a pool are for whoever comes. */
function freeToGive({ spec }: AddressPool): number {
  if (spec?.autoAssign === false) return 0
  return (spec?.addresses ?? []).flatMap((text) => addressRange(text) ?? []).reduce((sum, { first, last }) => sum + last - first + 1, 0)
}

/** Makes the controller; `port` is the API's. */
export function apiServiceController(port: number): ControllerFactory {
  return (deps: ControllerDeps) => {
    const nodeInformer = deps.informers.of(nodes)
    const serviceInformer = deps.informers.of(services)
    const poolInformer = deps.informers.of(addressPools)
    // Without a pool the Service would only wait, and say so. Who names a single address has something else in mind for it.
    const isBalanced = (): boolean => poolInformer.cache.list().reduce((sum, pool) => sum + freeToGive(pool), 0) > 1
    const addresses = (): readonly string[] => nodeInformer.cache.list().flatMap((node) => internalAddress(node) ?? [])
    return {
      name: 'api-service',
      watch: (sink) => {
        sink.add(bootstrapKey)
        sink.add(serviceKey)
        const ends = [
          nodeInformer.onChange((change) => {
            if (change.previous === undefined || change.kind === 'deleted' || internalAddress(change.previous) !== internalAddress(change.object)) sink.add(serviceKey)
          }),
          serviceInformer.onChange(({ kind, object }) => {
            if (kind !== 'deleted' || !ownServices.includes(keyOf(object))) return
            sink.add(bootstrapKey)
            sink.add(serviceKey)
          }),
          poolInformer.onChange(({ kind }) => {
            if (kind === 'deleted') return
            sink.add(bootstrapKey)
            sink.add(serviceKey)
          }),
        ]
        return () => ends.forEach((end) => end())
      },
      reconcile: async (key, signal) => {
        if (key === bootstrapKey) {
          await bootstrapCluster(deps.client.transport, port, signal)
          if (isBalanced()) await makeApiBalancer(deps.client.transport, port, signal)
          return {}
        }
        const plan = planApiEndpoints(addresses(), port, isBalanced())
        await keep(deps.client.resource(endpoints), plan.endpoints, ['subsets'], signal)
        for (const slice of plan.slices) await keep(deps.client.resource(endpointSlices), slice, ['endpoints', 'ports'], signal)
        return {}
      },
    }
  }
}
