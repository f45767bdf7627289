// Keeps the Endpoints object of every Service that selects Pods; older clients and `kubectl get endpoints` read it.
// Endpoints of Services without a selector belong to people and are left alone.
import type { WorkResult } from '../../base/work-queue.ts'
import { isNotFound } from '../../client/errors.ts'
import { keyOf, splitKey } from '../../client/object-cache.ts'
import { endpoints as endpointsType, pods as podType, services as serviceType } from '../../client/resource-types.ts'
import type { Endpoints } from '../../objects/generated/core-v1.ts'
import { type Controller, type ControllerDeps, type KeySink, settled } from '../controller.ts'
import { hasDerivedEndpoints } from './addresses.ts'
import { endpointsManagedBy, endpointsManagedByLabel, planEndpoints } from './subsets.ts'
import { podsOfService, watchServicesAndPods } from './watch.ts'

const isOurs = (endpoints: Endpoints): boolean => endpoints.metadata.labels?.[endpointsManagedByLabel] === endpointsManagedBy

/** The Endpoints controller. */
export function endpointsController(deps: ControllerDeps): Controller {
  const services = deps.informers.of(serviceType)
  const pods = deps.informers.of(podType)
  const endpoints = deps.informers.of(endpointsType)
  const client = deps.client.resource(endpointsType)

  const removeOf = async (key: string): Promise<void> => {
    const known = endpoints.cache.get(key)
    if (known === undefined || !isOurs(known)) return
    const { namespace, name } = splitKey(key)
    try {
      await client.delete(name, namespace, { uid: known.metadata.uid })
    } catch (error) {
      if (!isNotFound(error)) throw error
    }
    endpoints.assumeDeleted(key, known.metadata.uid)
  }

  const reconcile = async (key: string): Promise<WorkResult> => {
    const service = services.cache.get(key)
    if (service === undefined) {
      await removeOf(key)
      return settled
    }
    if (!hasDerivedEndpoints(service) || service.metadata.deletionTimestamp !== undefined) return settled
    const plan = planEndpoints(service, podsOfService(service, pods), endpoints.cache.get(key))
    if (plan.kind === 'create') endpoints.assume(await client.create(plan.endpoints))
    if (plan.kind === 'update') endpoints.assume(await client.update(plan.endpoints))
    return settled
  }

  const watch = (sink: KeySink): (() => void) => {
    const ends = [
      watchServicesAndPods(services, pods, sink),
      endpoints.onChange(({ object }) => {
        if (isOurs(object) || services.cache.get(keyOf(object)) !== undefined) sink.add(keyOf(object))
      }),
    ]
    return () => ends.forEach((end) => end())
  }
  return { name: 'endpoints', watch, reconcile }
}
