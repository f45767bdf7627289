// Endpoint slices: parts of the addresses behind a Service, with what is known of each. The proxy and the name server of
// every peer follow them.
import { has, mapItems, numberIn, objectsIn, stringIn, stringsIn, withDefaults } from '../objects/access.ts'
import { dnsLabel, dnsSubdomain, qualifiedName } from '../objects/names.ts'
import { isIp, isIpv4, isIpv6, specialRange } from './addresses.ts'
import { age, name } from './cells.ts'
import { defineKind } from './kind.ts'
import { endpointAddressesMost, sliceEndpointsMost, slicePortsMost } from './limits.ts'
import type { FieldErrors } from './field-errors.ts'
import type { JsonObject } from '../objects/json.ts'

const protocols: readonly string[] = ['SCTP', 'TCP', 'UDP']
const addressTypes: readonly string[] = ['FQDN', 'IPv4', 'IPv6']
const shownMost = 3

function validateAddress(errors: FieldErrors, type: string, address: string, path: string): void {
  if (type === 'FQDN') {
    errors.each(path, address, dnsSubdomain(address))
    return
  }
  const isRight = type === 'IPv4' ? isIpv4(address) : type === 'IPv6' ? isIpv6(address) : true
  if (!isRight) errors.invalid(path, address, `must be a valid ${type} address`)
  if (!isRight && (type === 'IPv6' || !isIp(address))) {
    if (!isIp(address)) errors.invalid(path, address, 'must be a valid IP address')
    return
  }
  const special = specialRange(address)
  if (special !== undefined) errors.invalid(path, address, special)
}

function validateEndpoints(errors: FieldErrors, type: string, list: readonly JsonObject[]): void {
  if (list.length > sliceEndpointsMost) errors.tooMany('endpoints', list.length, sliceEndpointsMost)
  for (const [at, endpoint] of list.entries()) {
    const path = `endpoints[${at}]`
    const addresses = stringsIn(endpoint, 'addresses')
    if (addresses.length === 0) errors.required(`${path}.addresses`, 'must contain at least 1 address')
    if (addresses.length > endpointAddressesMost) errors.tooMany(`${path}.addresses`, addresses.length, endpointAddressesMost)
    for (const [index, address] of addresses.entries()) validateAddress(errors, type, address, `${path}.addresses[${index}]`)
    if (has(endpoint, 'nodeName')) errors.each(`${path}.nodeName`, stringIn(endpoint, 'nodeName'), dnsSubdomain(stringIn(endpoint, 'nodeName')))
    if (has(endpoint, 'hostname')) errors.each(`${path}.hostname`, stringIn(endpoint, 'hostname'), dnsLabel(stringIn(endpoint, 'hostname')))
  }
}

function validatePorts(errors: FieldErrors, ports: readonly JsonObject[]): void {
  if (ports.length > slicePortsMost) errors.tooMany('ports', ports.length, slicePortsMost)
  const names = new Set<string>()
  for (const [at, port] of ports.entries()) {
    const own = stringIn(port, 'name')
    if (own !== '') errors.each(`ports[${at}].name`, own, dnsLabel(own))
    if (names.has(own)) errors.duplicate(`ports[${at}].name`, own)
    names.add(own)
    errors.oneOf(`ports[${at}].protocol`, stringIn(port, 'protocol'), protocols)
    const protocol = stringIn(port, 'appProtocol')
    if (has(port, 'appProtocol')) errors.each(`ports[${at}].appProtocol`, protocol, qualifiedName(protocol))
  }
}

function validate(errors: FieldErrors, object: JsonObject, old: JsonObject | undefined): void {
  const type = stringIn(object, 'addressType')
  if (type === '') errors.required('addressType')
  else if (!addressTypes.includes(type)) errors.notSupported('addressType', type, addressTypes)
  if (addressTypes.includes(type)) validateEndpoints(errors, type, objectsIn(object, 'endpoints'))
  validatePorts(errors, objectsIn(object, 'ports'))
  if (old !== undefined && stringIn(old, 'addressType') !== type) errors.invalid('addressType', type, 'field is immutable')
}

function shorten(texts: readonly string[]): string {
  if (texts.length === 0) return '<unset>'
  return texts.length <= shownMost ? texts.join(',') : `${texts.slice(0, shownMost).join(',')} + ${texts.length - shownMost} more...`
}

const portText = (port: JsonObject): string => String(numberIn(port, 'port') ?? stringIn(port, 'name') ?? '*')

export const endpointSlices = defineKind({
  key: 'discovery.k8s.io/v1/endpointslices',
  definition: 'io.k8s.api.discovery.v1.EndpointSlice',
  hasGeneration: true,
  defaults: (object) => mapItems(object, 'ports', (port) => withDefaults(port, { name: '', protocol: 'TCP' })),
  validate,
  cells: (object, nowMs) => [
    name(object), stringIn(object, 'addressType'), shorten(objectsIn(object, 'ports').map(portText)),
    shorten(objectsIn(object, 'endpoints').flatMap((endpoint) => [...stringsIn(endpoint, 'addresses')])), age(object, nowMs),
  ],
})
