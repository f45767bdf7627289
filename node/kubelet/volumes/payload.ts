// The files of config maps, secrets, downward API and projected volumes, as paths with bytes and modes (Kubernetes
// documentation, Volumes; Projected Volumes). Pure: the objects and tokens are handed in, writing is the atomic writer's.
import type { ConfigMap, Container, DownwardAPIVolumeFile, KeyToPath, Pod, Secret, Volume, VolumeProjection } from '../../objects/generated/core-v1.ts'
import { volumeFailed } from '../errors.ts'
import { fieldText, resourceText } from '../pod/downward.ts'
import type { DownwardContext } from '../pod/downward.ts'
import { specOf } from '../pod/view.ts'

export interface VolumeFile {
  readonly bytes: Uint8Array
  readonly mode: number
}

/** By path relative to the volume. */
export type Payload = ReadonlyMap<string, VolumeFile>

export interface PayloadSources extends DownwardContext {
  configMap(name: string): ConfigMap | undefined
  secret(name: string): Secret | undefined
  /** By path of the projection inside its volume. */
  token(path: string): string | undefined
}

const defaultMode = 0o644
const encoder = new TextEncoder()
const fromBase64 = (value: string): Uint8Array => Uint8Array.from(atob(value), (each) => each.charCodeAt(0))

function select(files: ReadonlyMap<string, Uint8Array>, items: readonly KeyToPath[] | undefined, mode: number, optional: boolean, fail: (key: string) => Error): Payload {
  if (items === undefined || items.length === 0) return new Map([...files].map(([path, bytes]) => [path, { bytes, mode }]))
  const result = new Map<string, VolumeFile>()
  for (const item of items) {
    const bytes = files.get(item.key)
    if (bytes !== undefined) result.set(item.path, { bytes, mode: item.mode ?? mode })
    else if (!optional) throw fail(item.key)
  }
  return result
}

function ofConfigMap(pod: Pod, volume: string, name: string, items: readonly KeyToPath[] | undefined, optional: boolean, mode: number, sources: PayloadSources): Payload {
  const map = sources.configMap(name)
  if (map === undefined && !optional) throw volumeFailed.make({ volume, reason: `configmap "${name}" not found` })
  const files = new Map<string, Uint8Array>()
  for (const [key, value] of Object.entries(map?.data ?? {})) files.set(key, encoder.encode(value))
  for (const [key, value] of Object.entries(map?.binaryData ?? {})) files.set(key, fromBase64(value))
  return select(files, items, mode, optional, (key) =>
    volumeFailed.make({ volume, reason: `configmap references non-existent config key: ${key} (${pod.metadata.namespace}/${name})` }))
}

function ofSecret(pod: Pod, volume: string, name: string, items: readonly KeyToPath[] | undefined, optional: boolean, mode: number, sources: PayloadSources): Payload {
  const secret = sources.secret(name)
  if (secret === undefined && !optional) throw volumeFailed.make({ volume, reason: `secret "${name}" not found` })
  const files = new Map(Object.entries(secret?.data ?? {}).map(([key, value]) => [key, fromBase64(value)]))
  return select(files, items, mode, optional, (key) =>
    volumeFailed.make({ volume, reason: `references non-existent secret key: ${key} (${pod.metadata.namespace}/${name})` }))
}

function ofDownward(pod: Pod, items: readonly DownwardAPIVolumeFile[] | undefined, mode: number, sources: PayloadSources): Payload {
  const result = new Map<string, VolumeFile>()
  const nobody: Container = { name: '' }
  for (const item of items ?? []) {
    const text = item.fieldRef !== undefined ? fieldText(pod, item.fieldRef.fieldPath, sources)
      : item.resourceFieldRef !== undefined ? resourceText(pod, nobody, item.resourceFieldRef, sources) : ''
    result.set(item.path, { bytes: encoder.encode(text), mode: item.mode ?? mode })
  }
  return result
}

function ofProjection(pod: Pod, volume: string, source: VolumeProjection, mode: number, sources: PayloadSources): Payload {
  if (source.configMap !== undefined) return ofConfigMap(pod, volume, source.configMap.name ?? '', source.configMap.items, source.configMap.optional === true, mode, sources)
  if (source.secret !== undefined) return ofSecret(pod, volume, source.secret.name ?? '', source.secret.items, source.secret.optional === true, mode, sources)
  if (source.downwardAPI !== undefined) return ofDownward(pod, source.downwardAPI.items, mode, sources)
  if (source.serviceAccountToken !== undefined) {
    const { path } = source.serviceAccountToken
    const token = sources.token(path)
    if (token === undefined) throw volumeFailed.make({ volume, reason: 'failed to fetch token: none was issued yet' })
    // Readable by its owner only, unless the Pod shares its volumes with a group (KEP-1205).
    const shared = specOf(pod).securityContext?.fsGroup !== undefined || specOf(pod).containers.some((each) => each.securityContext?.runAsUser !== undefined)
    return new Map([[path, { bytes: encoder.encode(token), mode: shared ? 0o644 : 0o600 }]])
  }
  return new Map()
}

/** Whether the volume's content is made of API objects. */
export const hasPayload = (volume: Volume): boolean =>
  volume.configMap !== undefined || volume.secret !== undefined || volume.downwardAPI !== undefined || volume.projected !== undefined

/** The volume's files. Throws volumeFailed for what is missing and not optional. */
export function volumePayload(pod: Pod, volume: Volume, sources: PayloadSources): Payload {
  const { configMap, secret, downwardAPI, projected, name } = volume
  if (configMap !== undefined) return ofConfigMap(pod, name, configMap.name ?? '', configMap.items, configMap.optional === true, configMap.defaultMode ?? defaultMode, sources)
  if (secret !== undefined) return ofSecret(pod, name, secret.secretName ?? '', secret.items, secret.optional === true, secret.defaultMode ?? defaultMode, sources)
  if (downwardAPI !== undefined) return ofDownward(pod, downwardAPI.items, downwardAPI.defaultMode ?? defaultMode, sources)
  const result = new Map<string, VolumeFile>()
  for (const source of projected?.sources ?? []) {
    for (const [path, file] of ofProjection(pod, name, source, projected?.defaultMode ?? defaultMode, sources)) result.set(path, file)
  }
  return result
}
