// The defaults of a Pod's spec, for Pods and for the templates of the kinds that make Pods. Source: the Kubernetes API
// reference, PodSpec, Container, Volume, Probe; checked against recorded answers. What admission adds (service account
// volume, tolerations, priority) is not filled in here.
import { has, isTrue, mapField, mapItems, numberIn, objectIn, objectsIn, stringIn, valueIn, withDefaults, withFields } from '../../objects/access.ts'
import { isObject } from '../../objects/encoding.ts'
import { formatQuantity, parseQuantity } from '../../objects/quantity.ts'
import type { JsonObject } from '../../objects/json.ts'

const fileMode = 0o644
const tokenLifeSeconds = 3600

/** The spec of a Pod or of a template with its defaults. */
export function podSpecDefaults(spec: JsonObject): JsonObject {
  let result = withDefaults(spec, {
    restartPolicy: 'Always', dnsPolicy: 'ClusterFirst', terminationGracePeriodSeconds: 30, schedulerName: 'default-scheduler', securityContext: {},
  })
  result = accountDefaults(result)
  const isHostNetwork = isTrue(result, 'hostNetwork')
  const complete = (container: JsonObject): JsonObject => containerDefaults(container, isHostNetwork)
  for (const list of ['containers', 'initContainers', 'ephemeralContainers']) result = mapItems(result, list, complete)
  result = mapField(result, 'overhead', roundResources)
  return mapItems(result, 'volumes', volumeDefaults)
}

/** Both names of the service account field say the same. */
function accountDefaults(spec: JsonObject): JsonObject {
  const name = stringIn(spec, 'serviceAccountName') || stringIn(spec, 'serviceAccount')
  return name === '' ? spec : withFields(spec, { serviceAccountName: name, serviceAccount: name })
}

/** What only a Pod gets, not a template: requests from limits, service links. */
export function podDefaults(pod: JsonObject): JsonObject {
  return mapField(pod, 'spec', (given) => {
    let spec = withDefaults(podSpecDefaults(given), { enableServiceLinks: true })
    for (const list of ['containers', 'initContainers']) spec = mapItems(spec, list, requestsFromLimits)
    return spec
  })
}

/** The template of a kind that makes Pods, under `spec.template`. */
export function templateDefaults(owner: JsonObject): JsonObject {
  return mapField(owner, 'spec', (spec) => mapField(spec, 'template', (template) => mapField(template, 'spec', podSpecDefaults)))
}

function requestsFromLimits(container: JsonObject): JsonObject {
  const resources = objectIn(container, 'resources')
  if (!has(resources, 'limits')) return container
  const requests = sorted({ ...objectIn(resources, 'limits'), ...objectIn(resources, 'requests') })
  return withFields(container, { resources: withFields(resources, { requests }) })
}

const sorted = (map: JsonObject): JsonObject => Object.fromEntries(Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1)))

function containerDefaults(container: JsonObject, isHostNetwork: boolean): JsonObject {
  let result = withDefaults(container, {
    terminationMessagePath: '/dev/termination-log', terminationMessagePolicy: 'File', imagePullPolicy: pullPolicy(stringIn(container, 'image')),
  })
  result = mapItems(result, 'ports', (port) => portDefaults(port, isHostNetwork))
  result = mapItems(result, 'env', (variable) => mapField(variable, 'valueFrom', sourceDefaults))
  result = mapField(result, 'resources', (resources) => mapField(mapField(resources, 'limits', roundResources), 'requests', roundResources))
  for (const probe of ['livenessProbe', 'readinessProbe', 'startupProbe']) result = mapField(result, probe, probeDefaults)
  return mapField(result, 'lifecycle', (lifecycle) => mapField(mapField(lifecycle, 'postStart', handlerDefaults), 'preStop', handlerDefaults))
}

/** `Always` for images without a tag or tagged `latest`. */
function pullPolicy(image: string): string {
  if (image.includes('@')) return 'IfNotPresent'
  const name = image.slice(image.lastIndexOf('/') + 1)
  const tag = name.includes(':') ? name.slice(name.indexOf(':') + 1) : 'latest'
  return tag === 'latest' ? 'Always' : 'IfNotPresent'
}

function portDefaults(port: JsonObject, isHostNetwork: boolean): JsonObject {
  const result = withDefaults(port, { protocol: 'TCP' })
  return isHostNetwork ? withDefaults(result, { hostPort: numberIn(port, 'containerPort') }) : result
}

/** A field's or a resource's value as a variable or a file. */
function sourceDefaults(source: JsonObject): JsonObject {
  const fields = mapField(source, 'fieldRef', (ref) => withDefaults(ref, { apiVersion: 'v1' }))
  return mapField(fields, 'resourceFieldRef', (ref) => withDefaults(ref, { divisor: '0' }))
}

/** Amounts are kept in thousandths: finer ones are rounded up. */
function roundResources(resources: JsonObject): JsonObject {
  const rounded = Object.entries(resources).map(([name, value]): [string, string | undefined] => {
    const amount = parseQuantity(typeof value === 'string' ? value : '0')
    if (typeof amount === 'string') return [name, '0']
    const milli = 1_000_000n
    const nanos = amount.nanos % milli === 0n || amount.nanos < 0n ? amount.nanos : (amount.nanos / milli + 1n) * milli
    return [name, formatQuantity({ nanos, format: amount.format })]
  })
  return Object.fromEntries(rounded)
}

function probeDefaults(probe: JsonObject): JsonObject {
  const result = withDefaults(probe, { timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 })
  return mapField(handlerDefaults(result), 'grpc', (grpc) => withDefaults(grpc, { service: '' }))
}

function handlerDefaults(handler: JsonObject): JsonObject {
  return mapField(handler, 'httpGet', (get) => withDefaults(get, { path: '/', scheme: 'HTTP' }))
}

const defaultsBySource: { readonly [source: string]: JsonObject } = {
  secret: { defaultMode: fileMode },
  configMap: { defaultMode: fileMode },
  downwardAPI: { defaultMode: fileMode },
  projected: { defaultMode: fileMode },
  hostPath: { type: '' },
  iscsi: { iscsiInterface: 'default' },
  rbd: { pool: 'rbd', user: 'admin', keyring: '/etc/ceph/keyring' },
  azureDisk: { cachingMode: 'ReadWrite', fsType: 'ext4', readOnly: false, kind: 'Shared' },
  scaleIO: { storageMode: 'ThinProvisioned', fsType: 'xfs' },
}

function volumeDefaults(volume: JsonObject): JsonObject {
  const sources = Object.keys(volume).filter((name) => name !== 'name' && isObject(valueIn(volume, name)))
  if (sources.length === 0) return withFields(volume, { emptyDir: {} })
  let result = volume
  for (const [source, defaults] of Object.entries(defaultsBySource)) result = mapField(result, source, (value) => withDefaults(value, defaults))
  result = mapField(result, 'downwardAPI', (value) => mapItems(value, 'items', sourceDefaults))
  result = mapField(result, 'projected', (value) => mapItems(value, 'sources', projectionDefaults))
  return mapField(result, 'ephemeral', (value) => mapField(value, 'volumeClaimTemplate', (claim) => mapField(claim, 'spec', (spec) => withDefaults(spec, { volumeMode: 'Filesystem' }))))
}

function projectionDefaults(source: JsonObject): JsonObject {
  const result = mapField(source, 'serviceAccountToken', (token) => withDefaults(token, { expirationSeconds: tokenLifeSeconds }))
  return mapField(result, 'downwardAPI', (value) => mapItems(value, 'items', sourceDefaults))
}

/** The quality of service of a Pod: `Guaranteed`, `Burstable` or `BestEffort`. Source: concepts, Pod quality of service classes. */
export function qualityOfService(spec: JsonObject): string {
  const containers = [...objectsIn(spec, 'containers'), ...objectsIn(spec, 'initContainers')]
  const amount = (container: JsonObject, kind: string, resource: string): string => stringIn(container, 'resources', kind, resource)
  const isSet = (text: string): boolean => text !== '' && text !== '0'
  const resources = ['cpu', 'memory']
  const isBestEffort = containers.every((container) => resources.every((resource) => !isSet(amount(container, 'requests', resource)) && !isSet(amount(container, 'limits', resource))))
  if (isBestEffort) return 'BestEffort'
  const isGuaranteed = containers.every((container) => resources.every((resource) => {
    const limit = amount(container, 'limits', resource)
    return isSet(limit) && (amount(container, 'requests', resource) || limit) === limit
  }))
  return isGuaranteed ? 'Guaranteed' : 'Burstable'
}
