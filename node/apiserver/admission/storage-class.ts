// Two plug-ins for claims: one gives a claim that names no class the class that is the cluster's default, the other lets
// bound claims grow only where their class can make them larger.
// Source: Kubernetes documentation, "DefaultStorageClass" and "PersistentVolumeClaimResize" among the admission controllers.
import { has, isTrue, objectIn, stringIn, withFields } from '../../objects/access.ts'
import { isDefaultClass } from '../../objects/volumes/classes.ts'
import { compareQuantities, quantity } from '../../objects/quantity.ts'
import type { JsonObject } from '../../objects/json.ts'
import { forbidden } from '../status.ts'
import type { AdmissionPlugin, AdmissionRequest } from './types.ts'

const group = 'storage.k8s.io'
const isClaim = ({ definition, subresource }: AdmissionRequest): boolean => definition.group === '' && definition.resource === 'persistentvolumeclaims' && subresource === ''

export const defaultStorageClass: AdmissionPlugin = {
  name: 'DefaultStorageClass',
  handles: (request) => request.operation === 'create' && isClaim(request),
  admit: ({ object }, world) => {
    if (has(object, 'spec', 'storageClassName')) return object
    const marked = [...world.all(group, 'storageclasses')].filter((one) => isDefaultClass(objectIn(one, 'metadata', 'annotations')))
    const created = (one: JsonObject): string => stringIn(one, 'metadata', 'creationTimestamp')
    const name = (one: JsonObject): string => stringIn(one, 'metadata', 'name')
    const [chosen] = marked.sort((a, b) => (created(a) === created(b) ? (name(a) < name(b) ? -1 : 1) : created(a) < created(b) ? 1 : -1))
    return chosen === undefined ? object : withFields(object, { spec: withFields(objectIn(object, 'spec'), { storageClassName: name(chosen) }) })
  },
}

export const claimResize: AdmissionPlugin = {
  name: 'PersistentVolumeClaimResize',
  handles: (request) => request.operation === 'update' && isClaim(request),
  admit: ({ definition, name, object, old }, world) => {
    const size = stringIn(object, 'spec', 'resources', 'requests', 'storage')
    const before = stringIn(old, 'spec', 'resources', 'requests', 'storage')
    if (size === '' || before === '' || compareQuantities(quantity(size), quantity(before)) <= 0) return object
    if (stringIn(old, 'status', 'phase') !== 'Bound') return object
    const found = world.find(group, 'storageclasses', '', stringIn(old, 'spec', 'storageClassName'))
    if (isTrue(found, 'allowVolumeExpansion')) return object
    throw forbidden(definition, name, 'only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize')
  },
}
