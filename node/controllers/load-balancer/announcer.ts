// Writes down which peer answers for a Service's load balancer address, so that the address stays with it while it can. The
// peers themselves decide who answers, and do not wait for this; it follows what is agreed about endpoints, never what seems.
import type { WorkResult } from '../../base/work-queue.ts'
import { referenceTo } from '../../client/event-recorder.ts'
import { keyOf } from '../../client/object-cache.ts'
import { endpointSlices as sliceType, nodes as nodeType, services as serviceType } from '../../client/resource-types.ts'
import { announcedBy, announcedByAnnotation, announcerOf, servingNodes } from '../../objects/announcer.ts'
import type { Service } from '../../objects/generated/core-v1.ts'
import type { EndpointSlice } from '../../objects/generated/discovery-v1.ts'
import { isOwnBalancer } from '../../objects/load-balancer.ts'
import { nodesByAddress } from '../../objects/node-address.ts'
import { type Controller, type ControllerDeps, type KeySink, settled } from '../controller.ts'
import { serviceNameLabel } from '../endpoints/slices.ts'
import { addressesOf } from './plan.ts'

const serviceIndex = 'service of any maker'

/** The Service that a slice belongs to, whoever made it. */
function serviceOf({ metadata }: EndpointSlice): readonly string[] {
  const name = metadata.labels?.[serviceNameLabel]
  return name === undefined ? [] : [`${metadata.namespace}/${name}`]
}

/** The controller of the annotation `shoal.dev/announced-by`. Keys are Services. */
export function announcerController(deps: ControllerDeps): Controller {
  const services = deps.informers.of(serviceType)
  const slices = deps.informers.of(sliceType)
  const nodes = deps.informers.of(nodeType)
  slices.addIndex(serviceIndex, serviceOf)
  const client = deps.client.resource(serviceType)
  const events = deps.events('load-balancer')

  /** Who answers and for what; undefined for a Service without an address from here. */
  const answering = (service: Service): { readonly name: string; readonly address: string } | undefined => {
    const [address] = addressesOf(service)
    if (address === undefined || !isOwnBalancer(service.spec?.type, service.spec?.loadBalancerClass)) return undefined
    const name = announcerOf(service, address, servingNodes(slices.cache.byIndex(serviceIndex, keyOf(service)), nodesByAddress(nodes.cache.list())))
    return name === undefined ? undefined : { name, address }
  }

  const reconcile = async (key: string): Promise<WorkResult> => {
    const service = services.cache.get(key)
    if (service === undefined || service.metadata.deletionTimestamp !== undefined) return settled
    const { name = '', namespace, uid, annotations } = service.metadata
    const now = answering(service)
    // Who answers while nobody has an endpoint is not worth to be kept, and neither is it worth to be forgotten.
    if (now === undefined) return settled
    const said = announcedBy(now.name, now.address)
    if (annotations?.[announcedByAnnotation] === said) return settled
    services.assume(await client.patch(name, namespace, { metadata: { uid, annotations: { [announcedByAnnotation]: said } } }))
    events.event(referenceTo(serviceType, service), 'Normal', 'AddressAnnounced', `The peer ${now.name} answers for ${now.address}.`)
    return settled
  }

  const watch = (sink: KeySink): (() => void) => {
    const ends = [
      services.onChange(({ object }) => sink.add(keyOf(object))),
      slices.onChange(({ object }) => serviceOf(object).forEach((key) => sink.add(key))),
    ]
    return () => ends.forEach((end) => end())
  }
  return { name: 'load-balancer-announcer', watch, reconcile }
}
