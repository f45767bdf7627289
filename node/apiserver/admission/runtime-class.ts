// Runtime classes are not served, so a Pod that names one is refused rather than run by another runtime than it asked for.
import { stringIn, valueIn } from '../../objects/access.ts'
import { forbidden } from '../status.ts'
import type { AdmissionPlugin } from './types.ts'

export const runtimeClass: AdmissionPlugin = {
  name: 'RuntimeClass',
  handles: ({ operation, definition, subresource }) =>
    operation === 'create' && definition.group === '' && definition.resource === 'pods' && subresource === '',
  admit: ({ definition, name, object }) => {
    const named = stringIn(object, 'spec', 'runtimeClassName')
    if (named !== '') throw forbidden(definition, name, `pod rejected: RuntimeClass "${named}" not found`)
    if (valueIn(object, 'spec', 'overhead') !== undefined) throw forbidden(definition, name, 'pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead')
    return object
  },
}
