// Address pools: which addresses Services of type LoadBalancer may get, as ranges of IPv4 addresses of the network that the
// peers are in. A kind of Shoal's own. Who gets which address is the controller's decision, not this file's.
import { addressRange, overlaps } from '../objects/address-ranges.ts'
import { has, isTrue, listIn, mapField, objectIn, stringsIn, withDefaults } from '../objects/access.ts'
import type { JsonObject } from '../objects/json.ts'
import { age, name, orNone } from './cells.ts'
import type { FieldErrors } from './field-errors.ts'
import { defineKind } from './kind.ts'
import { podNetwork, serviceNetwork } from './ranges.ts'

function validate(errors: FieldErrors, pool: JsonObject): void {
  if (!has(pool, 'spec', 'addresses') || listIn(pool, 'spec', 'addresses').length === 0) errors.required('spec.addresses', 'a pool has at least one range')
  for (const [at, text] of stringsIn(pool, 'spec', 'addresses').entries()) {
    const range = addressRange(text)
    if (range === undefined) {
      errors.invalid(`spec.addresses[${at}]`, text, 'must be a range of IPv4 addresses, (e.g. 10.9.8.0/28, 10.9.8.10-10.9.8.20 or 10.9.8.7)')
      continue
    }
    for (const [what, network] of [['Pods', podNetwork], ['Services', serviceNetwork]] as const) {
      const taken = addressRange(network)
      if (taken !== undefined && overlaps(range, taken)) errors.invalid(`spec.addresses[${at}]`, text, `must not overlap the network of ${what}, ${network}`)
    }
  }
}

export const addressPools = defineKind({
  key: 'shoal.dev/v1alpha1/addresspools',
  definition: 'dev.shoal.v1alpha1.AddressPool',
  hasGeneration: true,
  defaults: (pool) => mapField(pool, 'spec', (spec) => withDefaults(spec, { autoAssign: true })),
  validate,
  cells: (pool, nowMs) => [name(pool), orNone(stringsIn(pool, 'spec', 'addresses').join(',')), isTrue(objectIn(pool, 'spec'), 'autoAssign'), age(pool, nowMs)],
})
