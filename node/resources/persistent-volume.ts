// Volumes: storage that claims are bound to. A finalizer keeps a volume while a claim has it. Sources that no peer can mount
// are checked for their form all the same: what Kubernetes accepts is accepted here.
// Source: Kubernetes concepts, Persistent Volumes; API reference, PersistentVolume v1; messages as recorded.
import { timestamp } from '../base/clock.ts'
import { has, isEqual, mapField, objectIn, stringIn, stringsIn, withDefaults, withFields } from '../objects/access.ts'
import { isObject, metadataOf } from '../objects/encoding.ts'
import { dnsSubdomain } from '../objects/names.ts'
import { volumeProtection } from '../objects/volumes/annotations.ts'
import { age, name } from './cells.ts'
import { goWholeQuantity, verbatim } from './field-errors.ts'
import { defineKind, isDeleting } from './kind.ts'
import { validateNodeSelector } from './pod/placement.ts'
import { accessModesCell, orUnset, validateAccessModes, validateClassAndMode, validateStorageSize } from './volume-checks.ts'
import type { FieldErrors } from './field-errors.ts'
import type { Json, JsonObject } from '../objects/json.ts'
import type { StrategyContext } from './types.ts'

/** The order in which the reference looks for the source: the second one found is the forbidden one. */
const sources: readonly string[] = [
  'hostPath', 'gcePersistentDisk', 'awsElasticBlockStore', 'glusterfs', 'flocker', 'nfs', 'rbd', 'quobyte', 'cephfs', 'iscsi', 'cinder', 'fc', 'flexVolume', 'azureFile',
  'vsphereVolume', 'photonPersistentDisk', 'portworxVolume', 'azureDisk', 'scaleIO', 'local', 'storageos', 'csi',
]
const policies: readonly string[] = ['Delete', 'Recycle', 'Retain']

function defaults(volume: JsonObject): JsonObject {
  return mapField(volume, 'spec', (given) => {
    const spec = withDefaults(given, { persistentVolumeReclaimPolicy: 'Retain', volumeMode: 'Filesystem' })
    return mapField(spec, 'hostPath', (source) => withDefaults(source, { type: '' }))
  })
}

function prepare(volume: JsonObject, old: JsonObject | undefined, context: StrategyContext): JsonObject {
  const now = timestamp(context.nowMs)
  if (old === undefined) {
    const metadata = metadataOf(volume)
    const finalizers = stringsIn(metadata, 'finalizers')
    return withFields(volume, {
      metadata: withFields(metadata, { finalizers: finalizers.includes(volumeProtection) ? finalizers : [...finalizers, volumeProtection] }),
      status: { phase: 'Pending', lastPhaseTransitionTime: now },
    })
  }
  const isMoved = context.subresource === 'status' && stringIn(volume, 'status', 'phase') !== stringIn(old, 'status', 'phase')
  return isMoved ? mapField(volume, 'status', (status) => withFields(status, { lastPhaseTransitionTime: now })) : volume
}

function goResources(resources: JsonObject): string {
  const entries = Object.entries(resources)
  if (entries.length === 0) return 'core.ResourceList(nil)'
  return `core.ResourceList{${entries.map(([key, value]) => `${JSON.stringify(key)}:${goWholeQuantity(String(value))}`).join(', ')}}`
}

function validateCapacity(errors: FieldErrors, spec: JsonObject): void {
  const capacity = objectIn(spec, 'capacity')
  const names = Object.keys(capacity)
  if (names.length === 0) errors.required('spec.capacity')
  if (names.length !== 1 || names[0] !== 'storage') errors.notSupported('spec.capacity', verbatim(goResources(capacity)), ['storage'])
  else validateStorageSize(errors, stringIn(capacity, 'storage'), 'spec.capacity[storage]')
}

function validatePath(errors: FieldErrors, source: JsonObject, path: string): void {
  const own = stringIn(source, 'path')
  if (own === '') errors.required(`${path}.path`)
  else if (own.split('/').includes('..')) errors.invalid(`${path}.path`, own, "must not contain '..'")
}

function validateSource(errors: FieldErrors, kind: string, spec: JsonObject): void {
  const source = objectIn(spec, kind)
  const path = `spec.${kind}`
  const required = (field: string): void => {
    if (stringIn(source, field) === '') errors.required(`${path}.${field}`)
  }
  if (kind === 'hostPath' || kind === 'local') validatePath(errors, source, path)
  if (kind === 'local' && !has(spec, 'nodeAffinity')) errors.required('spec.nodeAffinity', 'Local volume requires node affinity')
  if (kind === 'nfs') {
    required('server')
    if (stringIn(source, 'path') !== '' && !stringIn(source, 'path').startsWith('/')) errors.invalid(`${path}.path`, stringIn(source, 'path'), 'must be an absolute path')
    else required('path')
  }
  if (kind === 'csi') {
    required('driver')
    errors.each(`${path}.driver`, stringIn(source, 'driver'), dnsSubdomain(stringIn(source, 'driver').toLowerCase()))
    required('volumeHandle')
  }
}

function validateSpec(errors: FieldErrors, spec: JsonObject): void {
  const modes = stringsIn(spec, 'accessModes')
  if (modes.length === 0) errors.required('spec.accessModes')
  validateAccessModes(errors, modes, 'spec.accessModes')
  validateCapacity(errors, spec)
  const policy = stringIn(spec, 'persistentVolumeReclaimPolicy')
  if (policy !== '' && !policies.includes(policy)) errors.notSupported('spec.persistentVolumeReclaimPolicy', policy, policies)
  if (has(spec, 'nodeAffinity', 'required')) validateNodeSelector(errors, objectIn(spec, 'nodeAffinity', 'required'), 'spec.nodeAffinity.required')
  else if (has(spec, 'nodeAffinity')) errors.required('spec.nodeAffinity.required', 'must specify required node constraints')
  const [first, ...others] = sources.filter((source) => isObject(spec[source]))
  if (first === undefined) errors.required('spec', 'must specify a volume type')
  else validateSource(errors, first, spec)
  for (const other of others) errors.forbidden(`spec.${other}`, 'may not specify more than 1 volume type')
  if (stringIn(spec, 'hostPath', 'path') === '/' && policy === 'Recycle') errors.forbidden('spec.persistentVolumeReclaimPolicy', "may not be 'recycle' for a hostPath mount of '/'")
  validateClassAndMode(errors, spec, 'spec')
}

const sourceOf = (spec: JsonObject): JsonObject => Object.fromEntries(sources.flatMap((source) => (isObject(spec[source]) ? [[source, spec[source]]] : [])))

function validate(errors: FieldErrors, volume: JsonObject, old: JsonObject | undefined, subresource: string): void {
  if (subresource === 'status') return
  const spec = objectIn(volume, 'spec')
  validateSpec(errors, spec)
  if (old === undefined) return
  const before = objectIn(old, 'spec')
  if (!isEqual(sourceOf(spec), sourceOf(before))) errors.forbidden('spec.persistentvolumesource', 'spec.persistentvolumesource is immutable after creation')
  if (!isEqual(spec.volumeMode, before.volumeMode)) errors.invalid('volumeMode', spec.volumeMode, 'field is immutable')
  if (has(before, 'nodeAffinity') && !isEqual(spec.nodeAffinity, before.nodeAffinity)) errors.invalid('spec.nodeAffinity', verbatim('v1.VolumeNodeAffinity'), 'field is immutable')
}

function claimCell(spec: JsonObject): string {
  const claim = objectIn(spec, 'claimRef')
  return has(spec, 'claimRef') ? `${stringIn(claim, 'namespace')}/${stringIn(claim, 'name')}` : ''
}

function cells(volume: JsonObject, nowMs: number): readonly Json[] {
  const [spec, status] = [objectIn(volume, 'spec'), objectIn(volume, 'status')]
  return [
    name(volume), stringIn(spec, 'capacity', 'storage'), accessModesCell(spec), stringIn(spec, 'persistentVolumeReclaimPolicy'),
    isDeleting(volume) ? 'Terminating' : stringIn(status, 'phase'), claimCell(spec), stringIn(spec, 'storageClassName'), orUnset(spec, 'volumeAttributesClassName'),
    stringIn(status, 'reason'), age(volume, nowMs), orUnset(spec, 'volumeMode'),
  ]
}

export const persistentVolumes = defineKind({
  key: '/v1/persistentvolumes',
  definition: 'io.k8s.api.core.v1.PersistentVolume',
  subresources: ['status'],
  defaults,
  prepare,
  validate: (errors, volume, old, context) => validate(errors, volume, old, context.subresource),
  cells,
})
