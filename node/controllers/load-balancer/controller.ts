// Gives Services of type LoadBalancer their address: one write of the status, in which the API takes the address's key, so
// that two never get the same. Who announces the address is for the peers' networks to find out; it writes no rule.
import type { WorkResult } from '../../base/work-queue.ts'
import { keyOf } from '../../client/object-cache.ts'
import { referenceTo } from '../../client/event-recorder.ts'
import { addressPools as poolType, nodes as nodeType, services as serviceType } from '../../client/resource-types.ts'
import type { Service } from '../../objects/generated/core-v1.ts'
import { type Controller, type ControllerDeps, type KeySink, settled } from '../controller.ts'
import { addressesOf, overlappedPool, planBalancer } from './plan.ts'

/** Keys of pools beside those of Services: namespaces have no colon in their names. */
const poolPrefix = 'pool:'

/** The controller of load balancer addresses. Keys are Services, and pools with a prefix. */
export function loadBalancerController(deps: ControllerDeps): Controller {
  const services = deps.informers.of(serviceType)
  const pools = deps.informers.of(poolType)
  const nodes = deps.informers.of(nodeType)
  const client = deps.client.resource(serviceType)
  const events = deps.events('load-balancer')
  /** Given out in a write that is under way: several keys are reconciled at once. */
  const reserved = new Map<string, string>()

  const takenBut = (own: string): ReadonlyMap<string, string> => {
    const taken = new Map(reserved)
    for (const node of nodes.cache.list()) for (const { address } of node.status?.addresses ?? []) taken.set(address, `the machine ${node.metadata.name}`)
    for (const service of services.cache.list()) if (keyOf(service) !== own) for (const address of addressesOf(service)) taken.set(address, `the Service ${keyOf(service)}`)
    return taken
  }

  const write = async (service: Service, ingress: readonly { readonly ip: string; readonly ipMode: string }[]): Promise<void> => {
    services.assume(await client.updateStatus({ ...service, status: { ...service.status, loadBalancer: ingress.length === 0 ? {} : { ingress } } }))
  }

  const reconcilePool = (name: string): WorkResult => {
    const pool = pools.cache.get(name)
    const other = pool === undefined ? undefined : overlappedPool(pool, pools.cache.list())
    if (pool !== undefined && other !== undefined) events.event(referenceTo(poolType, pool), 'Warning', 'PoolsOverlap', `It shares addresses with the pool ${other}. Each address is given out once all the same; change one of the pools.`)
    return settled
  }

  const reconcile = async (key: string): Promise<WorkResult> => {
    if (key.startsWith(poolPrefix)) return reconcilePool(key.slice(poolPrefix.length))
    const service = services.cache.get(key)
    if (service === undefined) return settled
    const plan = planBalancer(service, pools.cache.list(), takenBut(key))
    switch (plan.kind) {
      case 'nothing':
        return settled
      case 'release':
        await write(service, [])
        return settled
      case 'assign':
        reserved.set(plan.address, `the Service ${key}`)
        try {
          await write(service, [{ ip: plan.address, ipMode: 'VIP' }])
        } finally {
          reserved.delete(plan.address)
        }
        events.event(referenceTo(serviceType, service), 'Normal', 'AddressAssigned', `It has the address ${plan.address} of the pool ${plan.pool}.`)
        return settled
      case 'waiting':
        events.event(referenceTo(serviceType, service), 'Warning', plan.reason, plan.message)
        return settled
    }
  }

  const watch = (sink: KeySink): (() => void) => {
    const waiting = (): void => {
      for (const service of services.cache.list()) if (service.spec?.type === 'LoadBalancer' && addressesOf(service).length === 0) sink.add(keyOf(service))
    }
    const ends = [
      services.onChange(({ object, previous, kind }) => {
        sink.add(keyOf(object))
        // What one gives back another may have waited for.
        if (kind === 'deleted' || (previous !== undefined && addressesOf(previous).length > addressesOf(object).length)) waiting()
      }),
      pools.onChange(({ object }) => {
        sink.add(`${poolPrefix}${object.metadata.name ?? ''}`)
        waiting()
      }),
    ]
    return () => ends.forEach((end) => end())
  }
  return { name: 'load-balancer', watch, reconcile }
}
