// Nodes: the machines. A Node registers with its status; its Pod range is given out when it is created and never again.
// Conditions and taints are set by the kubelet and the node controller; this zone checks their form.
import { isTrue, mapField, objectIn, objectsIn, stringIn, stringsIn, withDefaults, withFields } from '../objects/access.ts'
import { labelValueErrors, qualifiedName } from '../objects/names.ts'
import { ipv4Range, ipv4Text, isCidr, isIpv4, notACidr } from './addresses.ts'
import { age, name, orNone } from './cells.ts'
import { allocationExhausted } from './errors.ts'
import { goStrings, verbatim } from './field-errors.ts'
import { defineKind } from './kind.ts'
import { podNetwork, podRangeBits } from './ranges.ts'
import type { FieldErrors } from './field-errors.ts'
import type { Json, JsonObject } from '../objects/json.ts'

const effects: readonly string[] = ['NoSchedule', 'PreferNoSchedule', 'NoExecute']
const rolePrefix = 'node-role.kubernetes.io/'

/** podCIDR is the first of podCIDRs, either may be given; everything is allocatable unless said otherwise. */
function defaults(given: JsonObject): JsonObject {
  const node = mapField(given, 'status', (status) => withDefaults(status, { allocatable: status.capacity }))
  const spec = objectIn(node, 'spec')
  const one = stringIn(spec, 'podCIDR')
  const all = stringsIn(spec, 'podCIDRs')
  if (one !== '' && all.length === 0) return withFields(node, { spec: withFields(spec, { podCIDRs: [one] }) })
  if (one === '' && all.length > 0) return withFields(node, { spec: withFields(spec, { podCIDR: all[0] }) })
  return node
}

function prepare(node: JsonObject, old: JsonObject | undefined, subresource: string): JsonObject {
  if (old === undefined || subresource !== '') return node
  // A range that an update leaves out stays.
  const spec = objectIn(node, 'spec')
  const before = objectIn(old, 'spec')
  const kept = stringIn(spec, 'podCIDR') === '' ? withFields(spec, { podCIDR: before.podCIDR, podCIDRs: before.podCIDRs }) : spec
  return withFields(node, { spec: kept })
}

function validateTaints(errors: FieldErrors, taints: readonly JsonObject[]): void {
  const seen = new Set<string>()
  for (const [at, taint] of taints.entries()) {
    const path = `metadata.taints[${at}]`
    const [key, value, effect] = [stringIn(taint, 'key'), stringIn(taint, 'value'), stringIn(taint, 'effect')]
    errors.each(`${path}.key`, key, qualifiedName(key))
    errors.each(`${path}.value`, value, labelValueErrors(value))
    errors.oneOf(`${path}.effect`, effect, effects)
    const pair = `${key}:${effect}`
    if (seen.has(pair)) {
      const text = `core.Taint{Key:${JSON.stringify(key)}, Value:${JSON.stringify(value)}, Effect:${JSON.stringify(effect)}, TimeAdded:<nil>}`
      errors.duplicate(path, verbatim(text), 'taints must be unique by key and effect pair')
    }
    seen.add(pair)
  }
}

function validate(errors: FieldErrors, node: JsonObject, old: JsonObject | undefined): void {
  validateTaints(errors, objectsIn(node, 'spec', 'taints'))
  const ranges = stringsIn(node, 'spec', 'podCIDRs')
  for (const [at, range] of ranges.entries()) if (!isCidr(range)) errors.invalid(`spec.podCIDRs[${at}]`, range, notACidr)
  const families = new Set(ranges.map((range) => isIpv4(range.split('/')[0] ?? '')))
  if (ranges.length > 1 && families.size < ranges.length && ranges.every(isCidr)) {
    errors.invalid('spec.podCIDRs', verbatim(goStrings(ranges)), 'may specify no more than one CIDR for each IP family')
  }
  if (old === undefined) return
  const before = stringsIn(old, 'spec', 'podCIDRs')
  if (before.length > 0 && before.join() !== ranges.join()) errors.forbidden('spec.podCIDRs', 'node updates may not change podCIDR except from "" to valid')
  const provider = stringIn(old, 'spec', 'providerID')
  if (provider !== '' && provider !== stringIn(node, 'spec', 'providerID')) errors.forbidden('spec.providerID', 'node updates may not change providerID except from "" to valid')
}

/** The first range of the Pod network that no Node has. */
function allocate(node: JsonObject, taken: (key: string) => boolean): JsonObject {
  if (stringIn(node, 'spec', 'podCIDR') !== '') return node
  const { first, count } = ipv4Range(podNetwork)
  const step = 2 ** (32 - podRangeBits)
  for (let offset = 0; offset < count; offset += step) {
    const range = `${ipv4Text(first + offset)}/${podRangeBits}`
    if (!taken(`podcidrs/${range}`)) return withFields(node, { spec: { ...objectIn(node, 'spec'), podCIDR: range, podCIDRs: [range] } })
  }
  throw allocationExhausted.make({ range: podNetwork })
}

function statusCell(node: JsonObject): string {
  const ready = objectsIn(node, 'status', 'conditions').find((condition) => stringIn(condition, 'type') === 'Ready')
  const words = [ready === undefined ? 'Unknown' : stringIn(ready, 'status') === 'True' ? 'Ready' : 'NotReady']
  if (isTrue(node, 'spec', 'unschedulable')) words.push('SchedulingDisabled')
  return words.join(',')
}

function rolesCell(node: JsonObject): string {
  const roles = new Set<string>()
  for (const [label, value] of Object.entries(objectIn(node, 'metadata', 'labels'))) {
    if (label.startsWith(rolePrefix) && label.length > rolePrefix.length) roles.add(label.slice(rolePrefix.length))
    if (label === 'kubernetes.io/role' && value !== '') roles.add(String(value))
  }
  return orNone([...roles].sort().join(','))
}

function addressCell(node: JsonObject, type: string): string {
  const address = objectsIn(node, 'status', 'addresses').find((candidate) => stringIn(candidate, 'type') === type)
  return address === undefined ? '<none>' : stringIn(address, 'address')
}

function cells(node: JsonObject, nowMs: number): readonly Json[] {
  const info = (field: string): string => stringIn(node, 'status', 'nodeInfo', field)
  const known = (field: string): string => info(field) || '<unknown>'
  return [
    name(node), statusCell(node), rolesCell(node), age(node, nowMs), info('kubeletVersion'), addressCell(node, 'InternalIP'), addressCell(node, 'ExternalIP'),
    known('osImage'), known('kernelVersion'), known('containerRuntimeVersion'),
  ]
}

export const nodes = defineKind({
  key: '/v1/nodes',
  definition: 'io.k8s.api.core.v1.Node',
  subresources: ['status'],
  hasNamespaceLabel: false,
  createsStatus: true,
  defaults,
  prepare: (object, old, context) => prepare(object, old, context.subresource),
  validate,
  allocate: (object, old, taken) => (old === undefined ? allocate(object, taken) : object),
  allocations: (object) => stringsIn(object, 'spec', 'podCIDRs').map((range) => ({ key: `podcidrs/${range}` })),
  cells,
  selectable: (object) => ({ 'spec.unschedulable': String(isTrue(object, 'spec', 'unschedulable')) }),
})
