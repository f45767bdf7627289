// Endpoints: the addresses behind a Service, in the form that older clients read. EndpointSlices are what Shoal uses itself.
import { mapItems, numberIn, objectsIn, stringIn, withDefaults } from '../objects/access.ts'
import { dnsLabel, portNumber } from '../objects/names.ts'
import { isIp, notAnIp, specialRange } from './addresses.ts'
import { age, name, orNone } from './cells.ts'
import { defineKind } from './kind.ts'
import type { FieldErrors } from './field-errors.ts'
import type { JsonObject } from '../objects/json.ts'

const protocols: readonly string[] = ['SCTP', 'TCP', 'UDP']
const shownMost = 3

function validateAddress(errors: FieldErrors, address: JsonObject, path: string): void {
  const ip = stringIn(address, 'ip')
  const hostname = stringIn(address, 'hostname')
  if (hostname !== '') errors.each(`${path}.hostname`, hostname, dnsLabel(hostname))
  if (isIp(ip)) {
    const special = specialRange(ip)
    if (special !== undefined) errors.invalid(`${path}.ip`, ip, special)
    return
  }
  // Two checks of the reference say it, each in its own words.
  errors.invalid(`${path}.ip`, ip, notAnIp)
  errors.invalid(`${path}.ip`, ip, 'must be a valid IP address')
}

function validatePort(errors: FieldErrors, port: JsonObject, needsName: boolean, path: string): void {
  const own = stringIn(port, 'name')
  if (needsName && own === '') errors.required(`${path}.name`)
  else if (own !== '') errors.each(`${path}.name`, own, dnsLabel(own))
  const number = numberIn(port, 'port') ?? 0
  errors.each(`${path}.port`, number, portNumber(number))
  errors.oneOf(`${path}.protocol`, stringIn(port, 'protocol'), protocols)
}

function validate(errors: FieldErrors, object: JsonObject): void {
  for (const [at, subset] of objectsIn(object, 'subsets').entries()) {
    const path = `subsets[${at}]`
    const ready = objectsIn(subset, 'addresses')
    const notReady = objectsIn(subset, 'notReadyAddresses')
    if (ready.length === 0 && notReady.length === 0) errors.required(path, 'must specify `addresses` or `notReadyAddresses`')
    for (const [index, address] of ready.entries()) validateAddress(errors, address, `${path}.addresses[${index}]`)
    for (const [index, address] of notReady.entries()) validateAddress(errors, address, `${path}.notReadyAddresses[${index}]`)
    const ports = objectsIn(subset, 'ports')
    for (const [index, port] of ports.entries()) validatePort(errors, port, ports.length > 1, `${path}.ports[${index}]`)
  }
}

function endpointsCell(object: JsonObject): string {
  const texts: string[] = []
  for (const subset of objectsIn(object, 'subsets')) {
    const ports = objectsIn(subset, 'ports')
    const addresses = objectsIn(subset, 'addresses').map((address) => stringIn(address, 'ip'))
    if (ports.length === 0) texts.push(...addresses)
    for (const port of ports) texts.push(...addresses.map((ip) => `${ip.includes(':') ? `[${ip}]` : ip}:${numberIn(port, 'port') ?? 0}`))
  }
  if (texts.length <= shownMost) return orNone(texts.join(','))
  return `${texts.slice(0, shownMost).join(',')} + ${texts.length - shownMost} more...`
}

export const endpoints = defineKind({
  key: '/v1/endpoints',
  definition: 'io.k8s.api.core.v1.Endpoints',
  defaults: (object) => mapItems(object, 'subsets', (subset) => mapItems(subset, 'ports', (port) => withDefaults(port, { protocol: 'TCP' }))),
  validate,
  cells: (object, nowMs) => [name(object), endpointsCell(object), age(object, nowMs)],
})
