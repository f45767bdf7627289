// Gives an Ingress that names no class the class that is the cluster's default; of several, the newest.
// Source: Kubernetes documentation, "DefaultIngressClass" among the admission controllers.
import { has, objectIn, stringIn, withFields } from '../../objects/access.ts'
import { classAnnotation, defaultClassAnnotation } from '../../objects/ingress-class.ts'
import type { AdmissionPlugin } from './types.ts'

const group = 'networking.k8s.io'

export const defaultIngressClass: AdmissionPlugin = {
  name: 'DefaultIngressClass',
  handles: ({ operation, definition, subresource }) => operation === 'create' && definition.group === group && definition.resource === 'ingresses' && subresource === '',
  admit: ({ object }, world) => {
    if (has(object, 'spec', 'ingressClassName') || has(objectIn(object, 'metadata', 'annotations'), classAnnotation)) return object
    const marked = [...world.all(group, 'ingressclasses')].filter((one) => stringIn(objectIn(one, 'metadata', 'annotations'), defaultClassAnnotation) === 'true')
    const created = (one: (typeof marked)[number]): string => stringIn(one, 'metadata', 'creationTimestamp')
    const [chosen] = marked.sort((a, b) => (created(a) === created(b) ? (stringIn(a, 'metadata', 'name') < stringIn(b, 'metadata', 'name') ? -1 : 1) : created(a) < created(b) ? 1 : -1))
    return chosen === undefined ? object : withFields(object, { spec: withFields(objectIn(object, 'spec'), { ingressClassName: stringIn(chosen, 'metadata', 'name') }) })
  },
}
