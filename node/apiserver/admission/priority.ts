// Gives a Pod the priority of its class, or of the class that is the cluster's default.
// Source: Kubernetes documentation, "Pod Priority and Preemption".
import { isObject, metadataOf } from '../../objects/encoding.ts'
import type { JsonObject } from '../../objects/json.ts'
import { forbidden } from '../status.ts'
import type { AdmissionPlugin, AdmissionWorld } from './types.ts'

const group = 'scheduling.k8s.io'

/** A cluster has at most one default class. */
export const oneDefaultPriority: AdmissionPlugin = {
  name: 'OneDefaultPriority',
  handles: ({ operation, definition }) => operation !== 'delete' && definition.group === group && definition.resource === 'priorityclasses',
  admit: ({ definition, name, object }, world) => {
    if (object['globalDefault'] !== true) return object
    const known = defaultClass(world)
    const knownName = known === undefined ? undefined : metadataOf(known)['name']
    if (knownName === undefined || knownName === name) return object
    throw forbidden(definition, name, `PriorityClass ${String(knownName)} is already marked as default. Only one default can exist`)
  },
}

export const priority: AdmissionPlugin = {
  name: 'Priority',
  handles: ({ operation, definition, subresource }) =>
    operation === 'create' && definition.group === '' && definition.resource === 'pods' && subresource === '',
  admit: ({ definition, name, object }, world) => {
    const spec = object['spec']
    if (!isObject(spec)) return object
    const asked = typeof spec['priorityClassName'] === 'string' ? spec['priorityClassName'] : ''
    const found = asked === '' ? defaultClass(world) : world.find(group, 'priorityclasses', '', asked)
    if (asked !== '' && found === undefined) throw forbidden(definition, name, `no PriorityClass with name ${asked} was found`)
    const value = typeof found?.['value'] === 'number' ? found['value'] : 0
    if (typeof spec['priority'] === 'number' && spec['priority'] !== value) {
      throw forbidden(definition, name, `the integer value of priority (${spec['priority']}) must not be provided in pod spec; priority admission controller computed ${value} from the given PriorityClass name`)
    }
    const policy = policyOf(found)
    const askedPolicy = spec['preemptionPolicy']
    if (typeof askedPolicy === 'string' && askedPolicy !== policy) {
      throw forbidden(definition, name, `the string value of PreemptionPolicy (${askedPolicy}) must not be provided in pod spec; priority admission controller computed ${policy} from the given PriorityClass name`)
    }
    const className = found === undefined ? undefined : metadataOf(found)['name']
    return {
      ...object,
      spec: {
        ...spec,
        ...(typeof className === 'string' ? { priorityClassName: className } : {}),
        priority: value,
        preemptionPolicy: policy,
      },
    }
  },
}

const policyOf = (found: JsonObject | undefined): string =>
  (typeof found?.['preemptionPolicy'] === 'string' ? found['preemptionPolicy'] : 'PreemptLowerPriority')

function defaultClass(world: AdmissionWorld): JsonObject | undefined {
  let chosen: JsonObject | undefined
  for (const candidate of world.all(group, 'priorityclasses')) {
    if (candidate['globalDefault'] !== true) continue
    if (chosen === undefined || Number(candidate['value']) < Number(chosen['value'])) chosen = candidate
  }
  return chosen
}
