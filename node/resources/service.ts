// Services: one name and address for many Pods. Cluster addresses and node ports are given out here, as keys that are
// written with the Service; service-checks.ts says what is wrong with one. Who answers under them is the proxy's work.
import { assert } from '../../protocol/base/assert.ts'
import { has, isEqual, isTrue, listIn, mapField, mapItems, numberIn, objectIn, objectsIn, stringIn, stringsIn, valueIn, withDefaults, withFields } from '../objects/access.ts'
import { isOwnBalancer } from '../objects/load-balancer.ts'
import { dns1035Label } from '../objects/names.ts'
import { allocateAddress, allocateNodePort } from './allocation.ts'
import { age, labelsCell, name, orNone } from './cells.ts'
import { defineKind } from './kind.ts'
import { validateService } from './service-checks.ts'
import type { Json, JsonObject } from '../objects/json.ts'
import type { Allocation, StrategyContext } from './types.ts'

const stickySeconds = 10800

const typeOf = (spec: JsonObject): string => stringIn(spec, 'type')
const needsAddress = (spec: JsonObject): boolean => typeOf(spec) !== 'ExternalName'
const needsNodePorts = (spec: JsonObject): boolean => typeOf(spec) === 'NodePort' || (typeOf(spec) === 'LoadBalancer' && valueIn(spec, 'allocateLoadBalancerNodePorts') !== false)
const needsHealthPort = (spec: JsonObject): boolean => typeOf(spec) === 'LoadBalancer' && stringIn(spec, 'externalTrafficPolicy') === 'Local'

function defaults(service: JsonObject): JsonObject {
  return mapField(service, 'spec', (given) => {
    let spec = withDefaults(given, { type: 'ClusterIP', sessionAffinity: 'None' })
    if (stringIn(spec, 'sessionAffinity') === 'None') spec = withFields(spec, { sessionAffinityConfig: undefined })
    if (stringIn(spec, 'sessionAffinity') === 'ClientIP') {
      const config = objectIn(spec, 'sessionAffinityConfig')
      const clientIP = withDefaults(objectIn(config, 'clientIP'), { timeoutSeconds: stickySeconds })
      spec = withFields(spec, { sessionAffinityConfig: { ...config, clientIP } })
    }
    const isExternal = ['NodePort', 'LoadBalancer'].includes(typeOf(spec)) || (typeOf(spec) === 'ClusterIP' && listIn(spec, 'externalIPs').length > 0)
    if (isExternal) spec = withDefaults(spec, { externalTrafficPolicy: 'Cluster' })
    if (['ClusterIP', 'NodePort', 'LoadBalancer'].includes(typeOf(spec))) spec = withDefaults(spec, { internalTrafficPolicy: 'Cluster' })
    if (typeOf(spec) === 'LoadBalancer') spec = withDefaults(spec, { allocateLoadBalancerNodePorts: true })
    return mapItems(spec, 'ports', portDefaults)
  })
}

function portDefaults(port: JsonObject): JsonObject {
  const target = port.targetPort
  const isUnset = target === undefined || target === 0 || target === ''
  return withDefaults(isUnset ? withFields(port, { targetPort: port.port ?? 0 }) : port, { protocol: 'TCP' })
}

/** What follows from the other fields, and what an update leaves out because the server had filled it in. */
function prepare(service: JsonObject, old: JsonObject | undefined): JsonObject {
  return mapField(service, 'spec', (given) => {
    const kept = old === undefined ? given : keepAllocated(followAddress(given, objectIn(old, 'spec')), objectIn(old, 'spec'))
    return familyDefaults(pairAddresses(kept), old === undefined)
  })
}

/** clusterIP is the first of clusterIPs. */
function pairAddresses(spec: JsonObject): JsonObject {
  const one = stringIn(spec, 'clusterIP')
  const all = stringsIn(spec, 'clusterIPs')
  return one !== '' && all.length === 0 ? withFields(spec, { clusterIPs: [one] }) : spec
}

/** A client that changes or clears the one field alone means both. */
function followAddress(spec: JsonObject, before: JsonObject): JsonObject {
  const isOneChanged = stringIn(spec, 'clusterIP') !== stringIn(before, 'clusterIP')
  if (!isOneChanged || !isEqual(spec.clusterIPs, before.clusterIPs)) return spec
  const one = stringIn(spec, 'clusterIP')
  return withFields(spec, { clusterIPs: one === '' ? undefined : [one] })
}

function familyDefaults(spec: JsonObject, isNew: boolean): JsonObject {
  if (!needsAddress(spec) || !['ClusterIP', 'NodePort', 'LoadBalancer'].includes(typeOf(spec))) return spec
  const isBareHeadless = isNew && stringIn(spec, 'clusterIP') === 'None' && Object.keys(objectIn(spec, 'selector')).length === 0
  if (isBareHeadless && !has(spec, 'ipFamilyPolicy') && !has(spec, 'ipFamilies')) return withFields(spec, { ipFamilies: ['IPv4', 'IPv6'], ipFamilyPolicy: 'RequireDualStack' })
  return withDefaults(spec, { ipFamilies: ['IPv4'], ipFamilyPolicy: 'SingleStack' })
}

function keepAllocated(spec: JsonObject, before: JsonObject): JsonObject {
  let kept = spec
  if (needsAddress(spec) && needsAddress(before)) {
    if (stringIn(spec, 'clusterIP') === '' && !has(spec, 'clusterIPs')) kept = withFields(kept, { clusterIP: before.clusterIP, clusterIPs: before.clusterIPs })
    kept = withDefaults(kept, { ipFamilies: before.ipFamilies, ipFamilyPolicy: before.ipFamilyPolicy })
  }
  if (!needsAddress(spec)) kept = withFields(kept, { ipFamilies: undefined, ipFamilyPolicy: undefined, internalTrafficPolicy: undefined, ...unchangedAddresses(spec, before) })
  if (needsNodePorts(spec) && needsNodePorts(before)) kept = mapItems(kept, 'ports', (port) => keepNodePort(port, objectsIn(before, 'ports')))
  // A change of the type gives back what the old type had; what the client changed on purpose stays to be judged.
  if (!needsNodePorts(spec) && needsNodePorts(before)) kept = mapItems(kept, 'ports', (port) => dropNodePort(port, objectsIn(before, 'ports')))
  if (needsHealthPort(spec) && needsHealthPort(before)) kept = withDefaults(kept, { healthCheckNodePort: before.healthCheckNodePort })
  if (!needsHealthPort(spec) && needsHealthPort(before) && spec.healthCheckNodePort === before.healthCheckNodePort) kept = withFields(kept, { healthCheckNodePort: undefined })
  return kept
}

function unchangedAddresses(spec: JsonObject, before: JsonObject): { readonly [name: string]: undefined } {
  return spec.clusterIP === before.clusterIP ? { clusterIP: undefined, clusterIPs: undefined } : {}
}

const isSamePort = (left: JsonObject, right: JsonObject): boolean => left.port === right.port && left.protocol === right.protocol

function keepNodePort(port: JsonObject, before: readonly JsonObject[]): JsonObject {
  const known = before.find((candidate) => isSamePort(port, candidate))
  return (numberIn(port, 'nodePort') ?? 0) === 0 && known?.nodePort !== undefined ? withFields(port, { nodePort: known.nodePort }) : port
}

function dropNodePort(port: JsonObject, before: readonly JsonObject[]): JsonObject {
  return before.some((candidate) => candidate.nodePort === port.nodePort) ? withFields(port, { nodePort: undefined }) : port
}

function allocations(service: JsonObject): readonly Allocation[] {
  const spec = objectIn(service, 'spec')
  const addresses = needsAddress(spec) ? stringsIn(spec, 'clusterIPs').filter((address) => address !== 'None') : []
  const ports = objectsIn(spec, 'ports').map((port) => numberIn(port, 'nodePort') ?? 0)
  const all = new Set([...ports, numberIn(spec, 'healthCheckNodePort') ?? 0].filter((port) => port !== 0))
  const outside = isOwnBalancer(typeOf(spec), stringIn(spec, 'loadBalancerClass')) ? objectsIn(service, 'status', 'loadBalancer', 'ingress').map((entry) => stringIn(entry, 'ip')).filter((ip) => ip !== '') : []
  return [...addresses.map((address) => ({ key: `clusterips/${address}` })), ...outside.map((address) => ({ key: `balancerips/${address}` })), ...[...all].map((port) => ({ key: `nodeports/${port}` }))]
}

function allocate(service: JsonObject, old: JsonObject | undefined, taken: (key: string) => boolean, context: StrategyContext): JsonObject {
  const own = new Set(old === undefined ? [] : allocations(old).map((allocation) => allocation.key))
  const mine = new Set<string>()
  const isTaken = (key: string): boolean => mine.has(key) || (taken(key) && !own.has(key))
  const seed = Number.parseInt(context.random.uid().replace(/[^0-9a-f]/g, '').slice(0, 8), 16)
  assert(Number.isInteger(seed), 'an id has hexadecimal digits')
  return mapField(service, 'spec', (given) => {
    let spec = needsAddress(given) ? withAddress(given, isTaken, seed) : given
    const ports = objectsIn(spec, 'ports').map((port, at) => withNodePort(port, at, needsNodePorts(spec), isTaken, mine, seed))
    if (ports.length > 0) spec = withFields(spec, { ports })
    if (!needsHealthPort(spec)) return spec
    const health = numberIn(spec, 'healthCheckNodePort') ?? 0
    return withFields(spec, { healthCheckNodePort: health === 0 ? allocateNodePort('spec.healthCheckNodePort', 0, isTaken, seed) : health })
  })
}

function withAddress(spec: JsonObject, isTaken: (key: string) => boolean, seed: number): JsonObject {
  const address = stringIn(spec, 'clusterIP')
  if (address === 'None') return spec
  const given = allocateAddress(address, isTaken, seed)
  return given === address ? spec : withFields(spec, { clusterIP: given, clusterIPs: [given] })
}

function withNodePort(port: JsonObject, at: number, isNeeded: boolean, isTaken: (key: string) => boolean, mine: Set<string>, seed: number): JsonObject {
  const wanted = numberIn(port, 'nodePort') ?? 0
  if (wanted === 0 && !isNeeded) return port
  const given = allocateNodePort(`spec.ports[${at}].nodePort`, wanted, isTaken, seed + at)
  mine.add(`nodeports/${given}`)
  return given === wanted ? port : withFields(port, { nodePort: given })
}

function externalCell(service: JsonObject): string {
  const spec = objectIn(service, 'spec')
  const outside = stringsIn(spec, 'externalIPs')
  if (typeOf(spec) === 'ExternalName') return orNone(stringIn(spec, 'externalName'))
  if (typeOf(spec) !== 'LoadBalancer') return orNone(outside.join(','))
  const given = objectsIn(service, 'status', 'loadBalancer', 'ingress').map((entry) => stringIn(entry, 'ip') || stringIn(entry, 'hostname'))
  const all = [...given, ...outside]
  return all.length === 0 ? '<pending>' : all.join(',')
}

function portsCell(service: JsonObject): string {
  const texts = objectsIn(service, 'spec', 'ports').map((port) => {
    const nodePort = numberIn(port, 'nodePort') ?? 0
    return `${numberIn(port, 'port') ?? 0}${nodePort > 0 ? `:${nodePort}` : ''}/${stringIn(port, 'protocol')}`
  })
  return orNone(texts.join(','))
}

function cells(service: JsonObject, nowMs: number): readonly Json[] {
  const spec = objectIn(service, 'spec')
  return [name(service), typeOf(spec), orNone(stringIn(spec, 'clusterIP')), externalCell(service), portsCell(service), age(service, nowMs), labelsCell(valueIn(spec, 'selector'))]
}

function warnings(service: JsonObject): readonly string[] {
  const spec = objectIn(service, 'spec')
  const texts: string[] = []
  if (typeOf(spec) !== 'ExternalName' && stringIn(spec, 'externalName') !== '') texts.push('spec.externalName is ignored when spec.type is not "ExternalName"')
  return isTrue(spec, 'publishNotReadyAddresses') && typeOf(spec) === 'ExternalName' ? [...texts, 'spec.publishNotReadyAddresses is ignored when spec.type is "ExternalName"'] : texts
}

export const services = defineKind({
  key: '/v1/services',
  definition: 'io.k8s.api.core.v1.Service',
  subresources: ['status'],
  nameRule: dns1035Label,
  defaults,
  prepare: (object, old, context) => (context.subresource === '' ? prepare(object, old) : object),
  validate: validateService,
  warnings,
  allocations,
  allocate,
  cells,
  selectable: (object) => ({ 'spec.clusterIP': stringIn(object, 'spec', 'clusterIP'), 'spec.type': stringIn(object, 'spec', 'type') }),
})
