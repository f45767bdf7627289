// Reads of config maps, secrets and Services for one pass over a Pod, from this peer's own copy of the state: they work
// without a majority, and they are never older than the Pod that refers to them, because one log carries both.
import type { ApiObject, Transport } from '../client/types.ts'
import { isNotFound } from '../client/errors.ts'
import type { ConfigMap, PersistentVolume, PersistentVolumeClaim, Pod, Secret, Service } from '../objects/generated/core-v1.ts'
import { claimsOf } from '../objects/volumes/claims.ts'
import { containersOf, specOf } from './pod/view.ts'

/** The objects that one Pod refers to. */
export interface PodObjects {
  configMap(name: string): ConfigMap | undefined
  secret(name: string): Secret | undefined
  claim(name: string): PersistentVolumeClaim | undefined
  /** A volume that one of the claims names. */
  volume(name: string): PersistentVolume | undefined
}

const ownCopy = { resourceVersion: '0' }

async function readObject<T extends ApiObject>(transport: Transport, path: string): Promise<T | undefined> {
  try {
    // The path names the kind of the answer.
    return await transport.send({ method: 'GET', path, query: ownCopy }) as T
  } catch (error) {
    if (isNotFound(error)) return undefined
    throw error
  }
}

interface References {
  readonly configMaps: Set<string>
  readonly secrets: Set<string>
}

function add(set: Set<string>, name: string | undefined): void {
  if (name !== undefined && name !== '') set.add(name)
}

function references(pod: Pod): References {
  const found: References = { configMaps: new Set(), secrets: new Set() }
  for (const { container } of containersOf(pod)) {
    for (const from of container.envFrom ?? []) {
      add(found.configMaps, from.configMapRef?.name)
      add(found.secrets, from.secretRef?.name)
    }
    for (const variable of container.env ?? []) {
      add(found.configMaps, variable.valueFrom?.configMapKeyRef?.name)
      add(found.secrets, variable.valueFrom?.secretKeyRef?.name)
    }
  }
  for (const volume of specOf(pod).volumes ?? []) {
    add(found.configMaps, volume.configMap?.name)
    add(found.secrets, volume.secret?.secretName)
    for (const source of volume.projected?.sources ?? []) {
      add(found.configMaps, source.configMap?.name)
      add(found.secrets, source.secret?.name)
    }
  }
  for (const each of specOf(pod).imagePullSecrets ?? []) add(found.secrets, each.name)
  return found
}

/** Reads everything that the Pod refers to. Missing objects are left out: who needs them says so. */
export async function readPodObjects(transport: Transport, pod: Pod): Promise<PodObjects> {
  const names = references(pod)
  const root = `/api/v1/namespaces/${encodeURIComponent(pod.metadata.namespace ?? '')}`
  const read = async <T extends ApiObject>(resource: string, list: Iterable<string>, from = root): Promise<ReadonlyMap<string, T>> => {
    const found = new Map<string, T>()
    await Promise.all([...list].map(async (name) => {
      const object = await readObject<T>(transport, `${from}/${resource}/${encodeURIComponent(name)}`)
      if (object !== undefined) found.set(name, object)
    }))
    return found
  }
  const [configMaps, secrets, claims] = await Promise.all([
    read<ConfigMap>('configmaps', names.configMaps), read<Secret>('secrets', names.secrets),
    read<PersistentVolumeClaim>('persistentvolumeclaims', claimsOf(pod).map((claim) => claim.name)),
  ])
  const volumes = await read<PersistentVolume>('persistentvolumes', [...claims.values()].flatMap((claim) => claim.spec?.volumeName || []), '/api/v1')
  return { configMap: (name) => configMaps.get(name), secret: (name) => secrets.get(name), claim: (name) => claims.get(name), volume: (name) => volumes.get(name) }
}

/** The Services that a Pod's environment announces. */
export async function readServices(transport: Transport, pod: Pod): Promise<readonly Service[]> {
  const api = await readObject<Service>(transport, '/api/v1/namespaces/default/services/kubernetes')
  const own = api === undefined ? [] : [api]
  if (specOf(pod).enableServiceLinks === false) return own
  const path = `/api/v1/namespaces/${encodeURIComponent(pod.metadata.namespace ?? '')}/services`
  const list = await transport.send({ method: 'GET', path, query: ownCopy }) as { readonly items?: readonly Service[] | null }
  const listed = (list.items ?? []).filter((each) => !(each.metadata.name === 'kubernetes' && each.metadata.namespace === 'default'))
  return [...own, ...listed]
}
