// What is wrong with the volumes of a Pod, in the words of the reference server. Volume kinds that Shoal does not mount are
// checked for their form all the same: a Pod that Kubernetes accepts is accepted here.
import { has, numberIn, objectIn, objectsIn, stringIn, valueIn } from '../../objects/access.ts'
import { isObject } from '../../objects/encoding.ts'
import { dnsSubdomain, dotlessLabel } from '../../objects/names.ts'
import { compareQuantities, quantity } from '../../objects/quantity.ts'
import type { FieldErrors } from '../field-errors.ts'
import type { JsonObject } from '../../objects/json.ts'

const hostPathTypes: readonly string[] = ['', 'BlockDevice', 'CharDevice', 'Directory', 'DirectoryOrCreate', 'File', 'FileOrCreate', 'Socket']
const downwardFields: readonly string[] = ['metadata.annotations', 'metadata.labels', 'metadata.name', 'metadata.namespace', 'metadata.uid']
const modeMost = 0o777
const tokenLeastSeconds = 600
const tokenMostSeconds = 2 ** 32

/** The order in which the reference looks for a volume's source: the second one found is the forbidden one. */
const sources: readonly string[] = [
  'emptyDir', 'hostPath', 'gitRepo', 'gcePersistentDisk', 'awsElasticBlockStore', 'secret', 'nfs', 'iscsi', 'glusterfs', 'flocker', 'persistentVolumeClaim', 'rbd', 'cinder',
  'cephfs', 'downwardAPI', 'fc', 'flexVolume', 'azureFile', 'configMap', 'vsphereVolume', 'quobyte', 'azureDisk', 'storageos', 'photonPersistentDisk', 'portworxVolume',
  'scaleIO', 'projected', 'csi', 'ephemeral', 'image',
]

/** The volumes' names that are good, with their source's kind, for the checks of mounts. */
export function validateVolumes(errors: FieldErrors, spec: JsonObject, path: string): ReadonlyMap<string, string> {
  const known = new Map<string, string>()
  for (const [at, volume] of objectsIn(spec, 'volumes').entries()) {
    const own = `${path}.volumes[${at}]`
    const name = stringIn(volume, 'name')
    const before = errors.count()
    const present = sources.filter((source) => isObject(volume[source]))
    const [first, ...others] = present
    for (const source of others) errors.forbidden(`${own}.${source}`, 'may not specify more than 1 volume type')
    if (first === undefined) errors.required(own, 'must specify a volume type')
    else validateSource(errors, first, objectIn(volume, first), `${own}.${first}`)
    if (name === '') errors.required(`${own}.name`)
    else errors.each(`${own}.name`, name, dotlessLabel(name))
    if (known.has(name)) errors.duplicate(`${own}.name`, name)
    if (errors.count() === before) known.set(name, first ?? '')
  }
  return known
}

function validateSource(errors: FieldErrors, source: string, value: JsonObject, path: string): void {
  switch (source) {
    case 'emptyDir': return validateEmptyDir(errors, value, path)
    case 'hostPath': return validateHostPath(errors, value, path)
    case 'secret': return validateFiles(errors, value, 'secretName', path)
    case 'configMap': return validateFiles(errors, value, 'name', path)
    case 'downwardAPI': return validateDownward(errors, value, path)
    case 'projected': return validateProjected(errors, value, path)
    case 'persistentVolumeClaim': return requireText(errors, value, 'claimName', path)
    case 'nfs': return validateNfs(errors, value, path)
    case 'csi': return validateCsi(errors, value, path)
    case 'iscsi': {
      requireText(errors, value, 'targetPortal', path)
      requireText(errors, value, 'iqn', path)
      return
    }
    case 'ephemeral': {
      if (!has(value, 'volumeClaimTemplate')) errors.required(`${path}.volumeClaimTemplate`)
      return
    }
    default: return
  }
}

function requireText(errors: FieldErrors, value: JsonObject, field: string, path: string): void {
  if (stringIn(value, field) === '') errors.required(`${path}.${field}`)
}

function validateEmptyDir(errors: FieldErrors, value: JsonObject, path: string): void {
  const limit = stringIn(value, 'sizeLimit')
  if (limit !== '' && compareQuantities(quantity(limit), quantity('0')) < 0) errors.forbidden(`${path}.sizeLimit`, 'SizeLimit field must be a valid resource quantity')
}

function validateHostPath(errors: FieldErrors, value: JsonObject, path: string): void {
  const own = stringIn(value, 'path')
  if (own === '') errors.required(`${path}.path`)
  else if (own.split('/').includes('..')) errors.invalid(`${path}.path`, own, "must not contain '..'")
  const type = stringIn(value, 'type')
  if (!hostPathTypes.includes(type)) errors.notSupported(`${path}.type`, type, hostPathTypes)
}

function validateNfs(errors: FieldErrors, value: JsonObject, path: string): void {
  requireText(errors, value, 'server', path)
  const own = stringIn(value, 'path')
  if (own === '') errors.required(`${path}.path`)
  else if (!own.startsWith('/')) errors.invalid(`${path}.path`, own, 'must be an absolute path')
}

function validateCsi(errors: FieldErrors, value: JsonObject, path: string): void {
  const driver = stringIn(value, 'driver')
  requireText(errors, value, 'driver', path)
  errors.each(`${path}.driver`, driver, dnsSubdomain(driver.toLowerCase()))
}

function validateMode(errors: FieldErrors, mode: number | undefined, path: string): void {
  if (mode !== undefined && (mode < 0 || mode > modeMost)) errors.invalid(path, mode, 'must be a number between 0 and 0777 (octal), both inclusive')
}

function validateFiles(errors: FieldErrors, value: JsonObject, name: string, path: string): void {
  requireText(errors, value, name, path)
  validateMode(errors, numberIn(value, 'defaultMode'), `${path}.defaultMode`)
  validateItems(errors, value, path)
}

function validateItems(errors: FieldErrors, value: JsonObject, path: string): void {
  for (const [at, item] of objectsIn(value, 'items').entries()) {
    const own = `${path}.items[${at}]`
    requireText(errors, item, 'key', own)
    validateRelative(errors, stringIn(item, 'path'), `${own}.path`)
    validateMode(errors, numberIn(item, 'mode'), `${own}.mode`)
  }
}

function validateRelative(errors: FieldErrors, file: string, path: string): void {
  if (file === '') errors.required(path)
  else if (file.startsWith('/')) errors.invalid(path, file, 'must be a relative path')
  else if (file.split('/').includes('..')) errors.invalid(path, file, "must not contain '..'")
  else if (file.startsWith('..')) errors.invalid(path, file, "must not start with '..'")
}

/** A path inside a volume that a mount names. */
export function validateSubPath(errors: FieldErrors, file: string, path: string): void {
  if (file.startsWith('/')) errors.invalid(path, file, 'must be a relative path')
  if (file.split('/').includes('..')) errors.invalid(path, file, "must not contain '..'")
}

function validateDownward(errors: FieldErrors, value: JsonObject, path: string): void {
  validateMode(errors, numberIn(value, 'defaultMode'), `${path}.defaultMode`)
  for (const [at, item] of objectsIn(value, 'items').entries()) {
    const own = `${path}.items[${at}]`
    validateRelative(errors, stringIn(item, 'path'), `${own}.path`)
    const field = stringIn(item, 'fieldRef', 'fieldPath')
    // The reference names the list here, not the item.
    if (has(item, 'fieldRef')) validateFieldPath(errors, field, `${path}.fieldRef.fieldPath`)
    else if (!has(item, 'resourceFieldRef')) errors.required(`${path}.resourceFieldRef`, 'one of fieldRef and resourceFieldRef is required')
    validateMode(errors, numberIn(item, 'mode'), `${own}.mode`)
  }
}

function validateFieldPath(errors: FieldErrors, field: string, path: string): void {
  if (field === '') errors.required(path)
  else if (!downwardFields.includes(field.replace(/\[.*\]$/, ''))) errors.notSupported(path, field, downwardFields)
}

function validateProjected(errors: FieldErrors, value: JsonObject, path: string): void {
  validateMode(errors, numberIn(value, 'defaultMode'), `${path}.defaultMode`)
  for (const [at, source] of objectsIn(value, 'sources').entries()) {
    const own = `${path}.sources[${at}]`
    for (const kind of ['secret', 'configMap']) {
      if (!has(source, kind)) continue
      requireText(errors, objectIn(source, kind), 'name', `${own}.${kind}`)
      validateItems(errors, objectIn(source, kind), `${own}.${kind}`)
    }
    if (has(source, 'downwardAPI')) validateDownward(errors, objectIn(source, 'downwardAPI'), `${own}.downwardAPI`)
    if (!has(source, 'serviceAccountToken')) continue
    const token = objectIn(source, 'serviceAccountToken')
    const seconds = numberIn(token, 'expirationSeconds') ?? 0
    if (seconds < tokenLeastSeconds) errors.invalid(`${own}.serviceAccountToken.expirationSeconds`, seconds, 'may not specify a duration less than 10 minutes')
    if (seconds > tokenMostSeconds) errors.invalid(`${own}.serviceAccountToken.expirationSeconds`, seconds, 'may not specify a duration larger than 2^32 seconds')
    if (valueIn(token, 'path') === undefined || stringIn(token, 'path') === '') errors.required(`${own}.serviceAccountToken.path`)
  }
}
