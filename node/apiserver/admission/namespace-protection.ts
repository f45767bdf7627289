// Keeps the namespaces that a cluster cannot do without. Whether a namespace takes new objects is a condition of creating.
import { forbidden } from '../status.ts'
import type { AdmissionPlugin } from './types.ts'

const immortal = new Set(['default', 'kube-system', 'kube-public'])

export const namespaceProtection: AdmissionPlugin = {
  name: 'NamespaceProtection',
  handles: ({ operation, definition }) => operation === 'delete' && definition.group === '' && definition.resource === 'namespaces',
  admit: ({ definition, name, object }) => {
    if (immortal.has(name)) throw forbidden(definition, name, 'this namespace may not be deleted')
    return object
  },
}
