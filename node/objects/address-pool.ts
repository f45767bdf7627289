// The type of an address pool, a kind of Shoal's own: addresses that Services of type LoadBalancer may get.
import type { ObjectMeta } from './generated/meta-v1.ts'

export interface AddressPool {
  readonly apiVersion?: string | undefined
  readonly kind?: string | undefined
  readonly metadata: ObjectMeta
  readonly spec?: AddressPoolSpec | undefined
}

export interface AddressPoolSpec {
  /** Ranges of IPv4 addresses: `10.0.0.0/28`, `10.0.0.10-10.0.0.20` or one address. */
  readonly addresses: readonly string[]
  /** False: only Services that ask for one of its addresses get it. */
  readonly autoAssign?: boolean | undefined
}
