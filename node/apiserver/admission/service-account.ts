// Gives a Pod its service account and, unless account or Pod decline, the volume with a token, the cluster's CA and the
// namespace, mounted in every container. Source: Kubernetes documentation, "Configure Service Accounts for Pods".
import { isObject } from '../../objects/encoding.ts'
import type { Json, JsonObject } from '../../objects/json.ts'
import { forbidden } from '../status.ts'
import type { AdmissionPlugin, AdmissionRequest, AdmissionWorld } from './types.ts'

const mountPath = '/var/run/secrets/kubernetes.io/serviceaccount'
const mirrorAnnotation = 'kubernetes.io/config.mirror'

export const serviceAccount: AdmissionPlugin = {
  name: 'ServiceAccount',
  handles: ({ operation, definition, subresource }) =>
    operation === 'create' && definition.group === '' && definition.resource === 'pods' && subresource === '',
  admit: async (request, world) => {
    const { object } = request
    const spec = object['spec']
    if (!isObject(spec) || isMirror(object)) return object
    const name = typeof spec['serviceAccountName'] === 'string' && spec['serviceAccountName'] !== '' ? spec['serviceAccountName'] : 'default'
    const account = await findAccount(request, world, name)
    const named = { ...spec, serviceAccountName: name, serviceAccount: name }
    const withSecrets = inheritPullSecrets(named, account)
    if (!wantsToken(spec, account)) return { ...object, spec: withSecrets }
    return { ...object, spec: mountToken(withSecrets, `kube-api-access-${world.suffix(5)}`) }
  },
}

async function findAccount(request: AdmissionRequest, world: AdmissionWorld, name: string): Promise<JsonObject> {
  const look = (): JsonObject | undefined => world.find('', 'serviceaccounts', request.namespace, name)
  let account = look()
  if (account === undefined) {
    await world.fresh()
    account = look()
  }
  if (account !== undefined) return account
  throw forbidden(request.definition, request.name, `error looking up service account ${request.namespace}/${name}: serviceaccount "${name}" not found`)
}

function isMirror(object: JsonObject): boolean {
  const metadata = object['metadata']
  const annotations = isObject(metadata) ? metadata['annotations'] : undefined
  return isObject(annotations) && annotations[mirrorAnnotation] !== undefined
}

function inheritPullSecrets(spec: JsonObject, account: JsonObject): JsonObject {
  const own = spec['imagePullSecrets']
  const theirs = account['imagePullSecrets']
  if ((Array.isArray(own) && own.length > 0) || !Array.isArray(theirs) || theirs.length === 0) return spec
  return { ...spec, imagePullSecrets: theirs }
}

function wantsToken(spec: JsonObject, account: JsonObject): boolean {
  if (typeof spec['automountServiceAccountToken'] === 'boolean') return spec['automountServiceAccountToken']
  return account['automountServiceAccountToken'] !== false
}

function mountToken(spec: JsonObject, volume: string): JsonObject {
  let mounted = 0
  const mount = (container: Json): Json => {
    if (!isObject(container)) return container
    const mounts: readonly Json[] = Array.isArray(container['volumeMounts']) ? container['volumeMounts'] : []
    if (mounts.some((other) => isObject(other) && other['mountPath'] === mountPath)) return container
    mounted++
    return { ...container, volumeMounts: [...mounts, { name: volume, readOnly: true, mountPath }] }
  }
  const listed = (field: string): readonly Json[] | undefined => {
    const containers = spec[field]
    return Array.isArray(containers) ? containers.map(mount) : undefined
  }
  const initContainers = listed('initContainers')
  const containers = listed('containers')
  if (mounted === 0) return spec
  const volumes: readonly Json[] = Array.isArray(spec['volumes']) ? spec['volumes'] : []
  return {
    ...spec,
    volumes: [...volumes, tokenVolume(volume)],
    ...(initContainers === undefined ? {} : { initContainers }),
    ...(containers === undefined ? {} : { containers }),
  }
}

function tokenVolume(name: string): JsonObject {
  return {
    name,
    projected: {
      sources: [
        { serviceAccountToken: { expirationSeconds: 3607, path: 'token' } },
        { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
        { downwardAPI: { items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }] } },
      ],
      defaultMode: 420,
    },
  }
}
