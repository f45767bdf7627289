// Gives Pods the tolerations of nodes that are not ready or unreachable, for as long as the cluster's option says: 0 seconds
// unless set, so that Pods leave a dead peer at once. Source: Kubernetes documentation, DefaultTolerationSeconds.
import { isObject } from '../../objects/encoding.ts'
import type { Json } from '../../objects/json.ts'
import type { AdmissionPlugin } from './types.ts'

const keys = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable']

export const defaultTolerations: AdmissionPlugin = {
  name: 'DefaultTolerationSeconds',
  handles: ({ operation, definition, subresource }) =>
    operation !== 'delete' && definition.group === '' && definition.resource === 'pods' && subresource === '',
  admit: ({ object }, { options }) => {
    const spec = object['spec']
    if (!isObject(spec)) return object
    const present: readonly Json[] = Array.isArray(spec['tolerations']) ? spec['tolerations'] : []
    const missing = keys.filter((key) => !present.some((toleration) => tolerates(toleration, key)))
    if (missing.length === 0) return object
    const added = missing.map((key) => ({ key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: options.defaultTolerationSeconds }))
    return { ...object, spec: { ...spec, tolerations: [...present, ...added] } }
  },
}

function tolerates(toleration: Json, key: string): boolean {
  if (!isObject(toleration)) return false
  const named = toleration['key'] === key || toleration['key'] === undefined || toleration['key'] === ''
  const effect = toleration['effect'] === 'NoExecute' || toleration['effect'] === undefined || toleration['effect'] === ''
  return named && effect
}
