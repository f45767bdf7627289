// Which address a Service of type LoadBalancer gets. Pure. A Service keeps what it has; one that asks for an address gets that
// one or none; the others get the first free address of the pools in the order of their names. That no two get the same is
// held by the API, which writes a key for the address together with the status.
import type { AddressPool } from '../../objects/address-pool.ts'
import { addressNumber, addressRange, type AddressRange, addressText, contains, overlaps } from '../../objects/address-ranges.ts'
import type { Service } from '../../objects/generated/core-v1.ts'
import { isOwnBalancer } from '../../objects/load-balancer.ts'

/** What is to be done about one Service. */
export type BalancerPlan =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'assign'; readonly address: string; readonly pool: string }
  /** It is no load balancer any more, or not ours: what we gave it goes back. */
  | { readonly kind: 'release' }
  | { readonly kind: 'waiting'; readonly reason: string; readonly message: string }

/** The addresses that a Service has now. */
export const addressesOf = (service: Service): readonly string[] =>
  (service.status?.loadBalancer?.ingress ?? []).flatMap((entry) => (entry.ip === undefined || entry.ip === '' ? [] : [entry.ip]))

const nameOf = (pool: AddressPool): string => pool.metadata.name ?? ''
const rangesOf = (pool: AddressPool): readonly AddressRange[] => (pool.spec?.addresses ?? []).flatMap((text) => addressRange(text) ?? [])
const inOrder = (pools: readonly AddressPool[]): readonly AddressPool[] =>
  pools.filter((pool) => pool.metadata.deletionTimestamp === undefined).sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1))

/** `taken` has every address of every Service, and those that belong to machines. */
export function planBalancer(service: Service, pools: readonly AddressPool[], taken: ReadonlyMap<string, string>): BalancerPlan {
  const has = addressesOf(service)
  const { type, loadBalancerClass, loadBalancerIP: wanted } = service.spec ?? {}
  if (type !== 'LoadBalancer') return has.length > 0 ? { kind: 'release' } : { kind: 'nothing' }
  if (!isOwnBalancer(type, loadBalancerClass) || service.metadata.deletionTimestamp !== undefined) return { kind: 'nothing' }
  if (wanted !== undefined && wanted !== '') return has.length === 1 && has[0] === wanted ? { kind: 'nothing' } : wantedAddress(wanted, inOrder(pools), taken)
  if (has.length > 0) return { kind: 'nothing' }
  return anyAddress(inOrder(pools).filter((pool) => pool.spec?.autoAssign !== false), taken)
}

function wantedAddress(wanted: string, pools: readonly AddressPool[], taken: ReadonlyMap<string, string>): BalancerPlan {
  const number = addressNumber(wanted)
  const pool = number === undefined ? undefined : pools.find((candidate) => contains(rangesOf(candidate), number))
  if (pool === undefined) return { kind: 'waiting', reason: 'AddressNotInPool', message: `The address ${wanted} is in no address pool. Add it to one, or remove spec.loadBalancerIP.` }
  const owner = taken.get(wanted)
  if (owner !== undefined) return { kind: 'waiting', reason: 'AddressTaken', message: `The address ${wanted} belongs to ${owner}. Choose another, or remove spec.loadBalancerIP.` }
  return { kind: 'assign', address: wanted, pool: nameOf(pool) }
}

function anyAddress(pools: readonly AddressPool[], taken: ReadonlyMap<string, string>): BalancerPlan {
  if (pools.length === 0) return { kind: 'waiting', reason: 'NoAddressPool', message: 'There is no address pool. Make an AddressPool (shoal.dev/v1alpha1) with free addresses of the network of the peers.' }
  for (const pool of pools) {
    for (const range of rangesOf(pool)) {
      for (let number = range.first; number <= range.last; number++) {
        const address = addressText(number)
        if (!taken.has(address)) return { kind: 'assign', address, pool: nameOf(pool) }
      }
    }
  }
  return { kind: 'waiting', reason: 'AddressPoolEmpty', message: `No address is free in ${pools.map(nameOf).join(', ')}. Add addresses to a pool, or delete a Service that does not need its own.` }
}

/** The pool that was there first and shares addresses with this one; of one age, the first by name. */
export function overlappedPool(pool: AddressPool, pools: readonly AddressPool[]): string | undefined {
  const order = (one: AddressPool): string => `${one.metadata.creationTimestamp ?? ''}/${nameOf(one)}`
  const other = inOrder(pools).find((candidate) => order(candidate) < order(pool) && rangesOf(candidate).some((theirs) => rangesOf(pool).some((ours) => overlaps(theirs, ours))))
  return other === undefined ? undefined : nameOf(other)
}
