// Writes into the status of the cluster's own Ingresses where they are reached, and tells by events what in them leads nowhere.
// It serves no request: that is every peer's network.
import type { WorkResult } from '../../base/work-queue.ts'
import { referenceTo } from '../../client/event-recorder.ts'
import { keyOf } from '../../client/object-cache.ts'
import { ingressClasses as classType, ingresses as ingressType, nodes as nodeType, secrets as secretType, services as serviceType } from '../../client/resource-types.ts'
import { isOwnIngress } from '../../objects/ingress-class.ts'
import { sameJson } from '../../objects/pods/fnv.ts'
import { type Controller, type ControllerDeps, type KeySink, settled } from '../controller.ts'
import { ingressAddresses, ingressFaults } from './plan.ts'

/** The controller of Ingress status and events. Keys are Ingresses. */
export function ingressController(deps: ControllerDeps): Controller {
  const ingresses = deps.informers.of(ingressType)
  const classes = deps.informers.of(classType)
  const services = deps.informers.of(serviceType)
  const secrets = deps.informers.of(secretType)
  const nodes = deps.informers.of(nodeType)
  const client = deps.client.resource(ingressType)
  const events = deps.events('ingress')
  /** What was told of an Ingress last, so that a change of a Node does not tell it again. */
  const told = new Map<string, string>()

  const reconcile = async (key: string): Promise<WorkResult> => {
    const ingress = ingresses.cache.get(key)
    if (ingress === undefined || ingress.metadata.deletionTimestamp !== undefined || !isOwnIngress(ingress, classes.cache.list())) {
      told.delete(key)
      return settled
    }
    const namespace = ingress.metadata.namespace ?? ''
    const faults = ingressFaults(ingress, (name) => services.cache.get(`${namespace}/${name}`), (name) => secrets.cache.get(`${namespace}/${name}`))
    const text = JSON.stringify(faults)
    if ((told.get(key) ?? '[]') !== text) for (const { reason, message } of faults) events.event(referenceTo(ingressType, ingress), 'Warning', reason, message)
    told.set(key, text)
    const addresses = ingressAddresses(nodes.cache.list())
    if (sameJson(ingress.status?.loadBalancer?.ingress ?? [], addresses)) return settled
    ingresses.assume(await client.updateStatus({ ...ingress, status: { loadBalancer: addresses.length === 0 ? {} : { ingress: addresses } } }))
    return settled
  }

  const watch = (sink: KeySink): (() => void) => {
    const all = (): void => ingresses.cache.list().forEach((ingress) => sink.add(keyOf(ingress)))
    const within = (namespace: string | undefined): void => ingresses.cache.list().forEach((ingress) => {
      if (ingress.metadata.namespace === namespace) sink.add(keyOf(ingress))
    })
    const ends = [
      ingresses.onChange(({ object }) => sink.add(keyOf(object))),
      classes.onChange(all),
      nodes.onChange(({ kind, object, previous }) => {
        if (kind === 'deleted' || !sameJson(ingressAddresses([object]), previous === undefined ? [] : ingressAddresses([previous]))) all()
      }),
      services.onChange(({ object }) => within(object.metadata.namespace)),
      secrets.onChange(({ object }) => within(object.metadata.namespace)),
    ]
    return () => ends.forEach((end) => end())
  }
  return { name: 'ingress', watch, reconcile }
}
