// What is wrong with the containers of a Pod, in the words of the reference server: names, images, ports, variables,
// resources, mounts. Probes and hooks are in handlers.ts, security in security.ts.
import { has, isTrue, numberIn, objectIn, objectsIn, stringIn } from '../../objects/access.ts'
import { configMapKey, dnsSubdomain, dotlessLabel, environmentName, portName, portNumber, qualifiedName } from '../../objects/names.ts'
import { compareQuantities, isWholeQuantity, quantity } from '../../objects/quantity.ts'
import { verbatim } from '../field-errors.ts'
import { validateLifecycle, validateProbe } from './handlers.ts'
import { validateContainerSecurity } from './security.ts'
import { validateSubPath } from './volumes.ts'
import type { FieldErrors } from '../field-errors.ts'
import type { JsonObject } from '../../objects/json.ts'

const protocols: readonly string[] = ['SCTP', 'TCP', 'UDP']
const pullPolicies: readonly string[] = ['Always', 'IfNotPresent', 'Never']
const messagePolicies: readonly string[] = ['File', 'FallbackToLogsOnError']
const standardResources: readonly string[] = ['cpu', 'memory', 'ephemeral-storage']
const resourceFields: readonly string[] = ['limits.cpu', 'limits.ephemeral-storage', 'limits.memory', 'requests.cpu', 'requests.ephemeral-storage', 'requests.memory']
const podFields: readonly string[] = [
  'metadata.name', 'metadata.namespace', 'metadata.uid', 'spec.nodeName', 'spec.serviceAccountName', 'status.hostIP', 'status.hostIPs', 'status.podIP', 'status.podIPs',
]

/** What the checks of one container need to know of its Pod. */
export interface PodFacts {
  readonly volumes: ReadonlyMap<string, string>
  readonly isHostNetwork: boolean
  readonly graceSeconds: number
}

export type ContainerRole = 'app' | 'init' | 'sidecar' | 'ephemeral'

/** Checks all containers of a Pod's spec. */
export function validateContainers(errors: FieldErrors, spec: JsonObject, path: string, facts: PodFacts): void {
  const containers = objectsIn(spec, 'containers')
  const names = new Set<string>()
  if (containers.length === 0) errors.required(`${path}.containers`)
  for (const [at, container] of containers.entries()) {
    const own = `${path}.containers[${at}]`
    validateContainer(errors, container, own, 'app', facts)
    if (has(container, 'restartPolicy')) errors.forbidden(`${own}.restartPolicy`, 'may not be set for non-init containers')
    validateName(errors, container, own, names)
  }
  validateHostPorts(errors, containers, `${path}.containers`)
  for (const [at, container] of objectsIn(spec, 'initContainers').entries()) {
    const own = `${path}.initContainers[${at}]`
    const policy = stringIn(container, 'restartPolicy')
    const isSidecar = policy === 'Always'
    if (has(container, 'restartPolicy') && !isSidecar) errors.notSupported(`${own}.restartPolicy`, policy, ['Always'])
    validateContainer(errors, container, own, isSidecar ? 'sidecar' : 'init', facts)
    validateName(errors, container, own, names)
  }
}

function validateName(errors: FieldErrors, container: JsonObject, path: string, names: Set<string>): void {
  const name = stringIn(container, 'name')
  if (name === '') return
  if (names.has(name)) errors.duplicate(`${path}.name`, name)
  names.add(name)
}

function validateContainer(errors: FieldErrors, container: JsonObject, path: string, role: ContainerRole, facts: PodFacts): void {
  const name = stringIn(container, 'name')
  const image = stringIn(container, 'image')
  if (name === '') errors.required(`${path}.name`)
  else errors.each(`${path}.name`, name, dotlessLabel(name))
  if (image === '') errors.required(`${path}.image`)
  else if (image !== image.trim()) errors.invalid(`${path}.image`, image, 'must not have leading or trailing whitespace')
  errors.oneOf(`${path}.terminationMessagePolicy`, stringIn(container, 'terminationMessagePolicy'), messagePolicies)
  validatePorts(errors, container, path, facts.isHostNetwork)
  validateEnvironment(errors, container, path)
  validateMounts(errors, container, path, facts.volumes)
  errors.oneOf(`${path}.imagePullPolicy`, stringIn(container, 'imagePullPolicy'), pullPolicies)
  validateResources(errors, objectIn(container, 'resources'), `${path}.resources`)
  validateContainerSecurity(errors, objectIn(container, 'securityContext'), `${path}.securityContext`)
  if (role === 'init') forbidForInit(errors, container, path)
  else {
    validateLifecycle(errors, objectIn(container, 'lifecycle'), `${path}.lifecycle`, facts.graceSeconds)
    for (const probe of ['livenessProbe', 'readinessProbe', 'startupProbe'] as const) if (has(container, probe)) validateProbe(errors, objectIn(container, probe), probe, `${path}.${probe}`)
  }
}

function forbidForInit(errors: FieldErrors, container: JsonObject, path: string): void {
  for (const field of ['lifecycle', 'livenessProbe', 'readinessProbe', 'startupProbe']) {
    if (has(container, field)) errors.forbidden(`${path}.${field}`, 'may not be set for init containers without restartPolicy=Always')
  }
}

function validatePorts(errors: FieldErrors, container: JsonObject, path: string, isHostNetwork: boolean): void {
  const names = new Set<string>()
  for (const [at, port] of objectsIn(container, 'ports').entries()) {
    const own = `${path}.ports[${at}]`
    const name = stringIn(port, 'name')
    if (name !== '') {
      const wrong = portName(name)
      errors.each(`${own}.name`, name, wrong)
      if (wrong.length === 0 && names.has(name)) errors.duplicate(`${own}.name`, name)
      names.add(name)
    }
    const number = numberIn(port, 'containerPort') ?? 0
    const host = numberIn(port, 'hostPort') ?? 0
    if (number === 0) errors.required(`${own}.containerPort`)
    else errors.each(`${own}.containerPort`, number, portNumber(number))
    if (host !== 0) errors.each(`${own}.hostPort`, host, portNumber(host))
    if (isHostNetwork && host !== number) errors.invalid(`${own}.hostPort`, host, 'must match `containerPort` when `hostNetwork` is true')
    errors.oneOf(`${own}.protocol`, stringIn(port, 'protocol'), protocols)
  }
}

function validateHostPorts(errors: FieldErrors, containers: readonly JsonObject[], path: string): void {
  const seen = new Set<string>()
  for (const [at, container] of containers.entries()) {
    for (const [index, port] of objectsIn(container, 'ports').entries()) {
      const host = numberIn(port, 'hostPort') ?? 0
      if (host === 0) continue
      const text = `${stringIn(port, 'protocol')}/${stringIn(port, 'hostIP')}/${host}`
      if (seen.has(text)) errors.duplicate(`${path}[${at}].ports[${index}].hostPort`, text)
      seen.add(text)
    }
  }
}

function validateEnvironment(errors: FieldErrors, container: JsonObject, path: string): void {
  for (const [at, variable] of objectsIn(container, 'env').entries()) {
    const own = `${path}.env[${at}]`
    const name = stringIn(variable, 'name')
    if (name === '') errors.required(`${own}.name`)
    else errors.each(`${own}.name`, name, environmentName(name))
    if (has(variable, 'valueFrom')) validateValueFrom(errors, variable, `${own}.valueFrom`)
  }
  for (const [at, source] of objectsIn(container, 'envFrom').entries()) {
    const prefix = stringIn(source, 'prefix')
    if (prefix !== '') errors.each(`${path}.envFrom[${at}].prefix`, prefix, environmentName(prefix))
    const refs = ['configMapRef', 'secretRef'].filter((ref) => has(source, ref))
    if (refs.length === 0) errors.invalid(`${path}.envFrom`, '', 'must specify one of: `configMapRef` or `secretRef`')
    if (refs.length > 1) errors.invalid(`${path}.envFrom`, '', 'may not have more than one field specified at a time')
    for (const ref of refs) errors.each(`${path}.envFrom[${at}].${ref}.name`, stringIn(source, ref, 'name'), dnsSubdomain(stringIn(source, ref, 'name')))
  }
}

function validateValueFrom(errors: FieldErrors, variable: JsonObject, path: string): void {
  const source = objectIn(variable, 'valueFrom')
  const given = ['fieldRef', 'resourceFieldRef', 'configMapKeyRef', 'secretKeyRef'].filter((name) => has(source, name))
  if (has(source, 'fieldRef')) validateFieldRef(errors, objectIn(source, 'fieldRef'), `${path}.fieldRef`)
  if (has(source, 'resourceFieldRef')) validateResourceFieldRef(errors, objectIn(source, 'resourceFieldRef'), `${path}.resourceFieldRef`)
  for (const ref of ['configMapKeyRef', 'secretKeyRef']) {
    if (!has(source, ref)) continue
    errors.each(`${path}.${ref}.name`, stringIn(source, ref, 'name'), dnsSubdomain(stringIn(source, ref, 'name')))
    const key = stringIn(source, ref, 'key')
    if (key === '') errors.required(`${path}.${ref}.key`)
    else errors.each(`${path}.${ref}.key`, key, configMapKey(key))
  }
  if (given.length === 0) errors.invalid(path, '', 'must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef` or `secretKeyRef`')
  else if (stringIn(variable, 'value') !== '') errors.invalid(path, '', 'may not be specified when `value` is not empty')
  else if (given.length > 1) errors.invalid(path, '', 'may not have more than one field specified at a time')
}

function validateFieldRef(errors: FieldErrors, ref: JsonObject, path: string): void {
  const field = stringIn(ref, 'fieldPath')
  const version = stringIn(ref, 'apiVersion')
  if (version === '') return errors.required(`${path}.apiVersion`)
  if (field === '') return errors.required(`${path}.fieldPath`)
  if (version !== 'v1') return errors.invalid(`${path}.fieldPath`, field, `error converting fieldPath: unsupported pod version: ${version}`)
  const subscript = /^metadata\.(labels|annotations)\['(.*)'\]$/.exec(field)
  if (subscript !== null) {
    const key = subscript[2] ?? ''
    return errors.each(path, key, qualifiedName(subscript[1] === 'annotations' ? key.toLowerCase() : key))
  }
  if (!podFields.includes(field)) errors.invalid(`${path}.fieldPath`, field, `error converting fieldPath: field label not supported: ${field}`)
}

function validateResourceFieldRef(errors: FieldErrors, ref: JsonObject, path: string): void {
  const resource = stringIn(ref, 'resource')
  const divisor = stringIn(ref, 'divisor')
  const isHugePages = /^(limits|requests)\.hugepages-/.test(resource)
  if (resource === '') errors.required(`${path}.resource`)
  else if (!resourceFields.includes(resource) && !isHugePages) errors.notSupported(`${path}.resource`, resource, resourceFields)
  else if (resource.endsWith('.cpu') && !['0', '1m', '1', ''].includes(divisor)) errors.invalid(`${path}.divisor`, resource, "only divisor's values 1m and 1 are supported with the cpu resource")
}

function validateMounts(errors: FieldErrors, container: JsonObject, path: string, volumes: ReadonlyMap<string, string>): void {
  const places = new Set<string>()
  for (const [at, mount] of objectsIn(container, 'volumeMounts').entries()) {
    const own = `${path}.volumeMounts[${at}]`
    const place = stringIn(mount, 'mountPath')
    if (stringIn(mount, 'name') === '') errors.required(`${own}.name`)
    else if (!volumes.has(stringIn(mount, 'name'))) errors.notFound(`${own}.name`, stringIn(mount, 'name'))
    if (place === '') errors.required(`${own}.mountPath`)
    if (places.has(place)) errors.invalid(`${own}.mountPath`, place, 'must be unique')
    places.add(place)
    // The reference leaves out the index in these.
    if (stringIn(mount, 'subPath') !== '') validateSubPath(errors, stringIn(mount, 'subPath'), `${path}.volumeMounts.subPath`)
    if (stringIn(mount, 'subPathExpr') !== '') {
      if (stringIn(mount, 'subPath') !== '') errors.invalid(`${own}.subPathExpr`, stringIn(mount, 'subPathExpr'), 'subPathExpr and subPath are mutually exclusive')
      validateSubPath(errors, stringIn(mount, 'subPathExpr'), `${path}.volumeMounts.subPathExpr`)
    }
    validatePropagation(errors, mount, container, path)
  }
  for (const [at, device] of objectsIn(container, 'volumeDevices').entries()) {
    const source = volumes.get(stringIn(device, 'name'))
    if (source !== undefined && source !== 'persistentVolumeClaim' && source !== 'ephemeral') {
      errors.invalid(`${path}.volumeDevices[${at}].name`, stringIn(device, 'name'), 'can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode')
    }
  }
}

function validatePropagation(errors: FieldErrors, mount: JsonObject, container: JsonObject, path: string): void {
  const propagation = stringIn(mount, 'mountPropagation')
  const known = ['Bidirectional', 'HostToContainer', 'None']
  if (propagation !== '' && !known.includes(propagation)) errors.notSupported(`${path}.volumeMounts.mountPropagation`, propagation, known)
  if (propagation === 'Bidirectional' && !isTrue(container, 'securityContext', 'privileged')) {
    errors.forbidden(`${path}.volumeMounts.mountPropagation`, 'Bidirectional mount propagation is available only to privileged containers')
  }
  const recursive = stringIn(mount, 'recursiveReadOnly')
  if (recursive !== '' && recursive !== 'Disabled' && !isTrue(mount, 'readOnly')) errors.forbidden(`${path}.volumeMounts.recursiveReadOnly`, 'may only be specified when readOnly is true')
}

const isHugePage = (name: string): boolean => name.startsWith('hugepages-')
/** Everything but the standard resources must be given whole, and requested as it is limited. */
const isOvercommitable = (name: string): boolean => standardResources.includes(name)

function validateResources(errors: FieldErrors, resources: JsonObject, path: string): void {
  const limits = objectIn(resources, 'limits')
  const requests = objectIn(resources, 'requests')
  for (const [name, amount] of Object.entries(limits)) validateAmount(errors, name, String(amount), `${path}.limits[${name}]`)
  for (const [name, amount] of Object.entries(requests)) {
    const own = `${path}.requests[${name}]`
    validateAmount(errors, name, String(amount), own)
    const limit = stringIn(limits, name)
    if (limit !== '') {
      const order = compareQuantities(quantity(String(amount)), quantity(limit))
      if (!isOvercommitable(name) && !isHugePage(name) && order !== 0) errors.invalid(`${path}.requests`, String(amount), `must be equal to ${name} limit of ${limit}`)
      else if (order > 0) errors.invalid(`${path}.requests`, String(amount), `must be less than or equal to ${name} limit of ${limit}`)
    } else if (!isOvercommitable(name) && name.includes('/')) {
      errors.required(`${path}.limits`, 'Limit must be set for non overcommitable resources')
    }
  }
  const all = [...Object.keys(limits), ...Object.keys(requests)]
  if (all.some(isHugePage) && !all.includes('cpu') && !all.includes('memory')) errors.forbidden(path, 'HugePages require cpu or memory')
}

function validateAmount(errors: FieldErrors, name: string, text: string, path: string): void {
  const wrong = qualifiedName(name)
  errors.each(path, verbatim(name), wrong)
  const isStandard = standardResources.includes(name) || isHugePage(name)
  if (!name.includes('/') && wrong.length === 0 && !isStandard) {
    const isElsewhere = /^(requests\.|limits\.|pods$|services|storage|secrets|configmaps)/.test(name)
    if (!isElsewhere) errors.invalid(path, verbatim(name), 'must be a standard resource type or fully qualified')
    errors.invalid(path, verbatim(name), 'must be a standard resource for containers')
  }
  const amount = quantity(text)
  if (amount.nanos < 0n) errors.invalid(path, text, 'must be greater than or equal to 0')
  if (name.includes('/') && !isWholeQuantity(amount)) errors.invalid(path, verbatim(goQuantity(text)), 'must be an integer')
}

/** A quantity in the reference's own notation: `500m` is 5 with scale -1. */
export function goQuantity(text: string): string {
  const { nanos } = quantity(text)
  let value = nanos
  let scale = -9
  while (value !== 0n && value % 10n === 0n && scale < 0) {
    value /= 10n
    scale += 1
  }
  return `resource.Quantity{i:resource.int64Amount{value:${value}, scale:${value === 0n ? 0 : scale}}, d:resource.infDecAmount{Dec:(*inf.Dec)(nil)}, s:"", Format:"DecimalSI"}`
}

