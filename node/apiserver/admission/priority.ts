// Gives a Pod the priority of its class, or of the class that is the cluster's default.
// Source: Kubernetes documentation, "Pod Priority and Preemption".
import { isObject, metadataOf } from '../../objects/encoding.ts'
import type { JsonObject } from '../../objects/json.ts'
import { forbidden } from '../status.ts'
import type { AdmissionPlugin, AdmissionWorld } from './types.ts'

const group = 'scheduling.k8s.io'

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
    const policy = typeof found?.['preemptionPolicy'] === 'string' ? found['preemptionPolicy'] : 'PreemptLowerPriority'
    const className = found === undefined ? undefined : metadataOf(found)['name']
    return {
      ...object,
      spec: {
        ...spec,
        ...(typeof className === 'string' ? { priorityClassName: className } : {}),
        priority: value,
        preemptionPolicy: typeof spec['preemptionPolicy'] === 'string' ? spec['preemptionPolicy'] : policy,
      },
    }
  },
}

function defaultClass(world: AdmissionWorld): JsonObject | undefined {
  let chosen: JsonObject | undefined
  for (const candidate of world.all(group, 'priorityclasses')) {
    if (candidate['globalDefault'] !== true) continue
    if (chosen === undefined || Number(candidate['value']) < Number(chosen['value'])) chosen = candidate
  }
  return chosen
}
