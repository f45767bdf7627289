// Keeps the EndpointSlices of every Service that selects Pods. It manages only slices that carry its own label;
// slices made by people are left alone.
import type { WorkResult } from '../../base/work-queue.ts'
import { isNotFound } from '../../client/errors.ts'
import { keyOf } from '../../client/object-cache.ts'
import { endpointSlices as sliceType, nodes as nodeType, pods as podType, services as serviceType } from '../../client/resource-types.ts'
import type { EndpointSlice } from '../../objects/generated/discovery-v1.ts'
import { type Controller, type ControllerDeps, type KeySink, settled } from '../controller.ts'
import { hasDerivedEndpoints } from './addresses.ts'
import { managedBy, managedByLabel, planSlices, serviceNameLabel } from './slices.ts'
import { podsOfService, watchServicesAndPods } from './watch.ts'

const serviceIndex = 'service'

/** By the Service that a managed slice belongs to. */
function serviceOf(slice: EndpointSlice): readonly string[] {
  const labels = slice.metadata.labels ?? {}
  const name = labels[serviceNameLabel]
  return name === undefined || labels[managedByLabel] !== managedBy ? [] : [`${slice.metadata.namespace}/${name}`]
}

/** The EndpointSlice controller. */
export function endpointSliceController(deps: ControllerDeps): Controller {
  const services = deps.informers.of(serviceType)
  const pods = deps.informers.of(podType)
  const slices = deps.informers.of(sliceType)
  const nodes = deps.informers.of(nodeType)
  slices.addIndex(serviceIndex, serviceOf)
  const client = deps.client.resource(sliceType)

  const remove = async (slice: EndpointSlice): Promise<void> => {
    const { name = '', namespace, uid } = slice.metadata
    try {
      await client.delete(name, namespace, { uid })
    } catch (error) {
      if (!isNotFound(error)) throw error
    }
    slices.assumeDeleted(keyOf(slice), uid)
  }

  const reconcile = async (key: string): Promise<WorkResult> => {
    const service = services.cache.get(key)
    const current = slices.cache.byIndex(serviceIndex, key)
    if (service === undefined) {
      // The garbage collector would do it too, later.
      for (const slice of current) await remove(slice)
      return settled
    }
    if (!hasDerivedEndpoints(service) || service.metadata.deletionTimestamp !== undefined) return settled
    const plan = planSlices({ service, pods: podsOfService(service, pods), node: (name) => nodes.cache.get(name), slices: current })
    for (const slice of plan.update) slices.assume(await client.update(slice))
    for (const slice of plan.create) slices.assume(await client.create(slice))
    for (const slice of plan.delete) await remove(slice)
    return settled
  }

  const watch = (sink: KeySink): (() => void) => {
    const ends = [
      watchServicesAndPods(services, pods, sink),
      slices.onChange(({ object }) => serviceOf(object).forEach((key) => sink.add(key))),
    ]
    return () => ends.forEach((end) => end())
  }
  return { name: 'endpointslice', watch, reconcile }
}
