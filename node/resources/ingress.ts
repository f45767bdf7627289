// Ingresses: which host names and paths from outside lead to which Services. Defaults, validation and columns only; what
// answers requests is the proxy of every peer's network. Source: Kubernetes API reference, Ingress v1; messages as recorded.
import { has, listIn, numberIn, objectIn, objectsIn, stringIn, stringsIn } from '../objects/access.ts'
import type { JsonObject } from '../objects/json.ts'
import { dnsSubdomain, portName, portNumber, wildcardSubdomain } from '../objects/names.ts'
import { classAnnotation } from '../objects/ingress-class.ts'
import { isIp } from './addresses.ts'
import { age, name, orNone } from './cells.ts'
import { verbatim } from './field-errors.ts'
import type { FieldErrors } from './field-errors.ts'
import { defineKind } from './kind.ts'

const pathTypes: readonly string[] = ['Exact', 'ImplementationSpecific', 'Prefix']
const refusedParts: readonly string[] = ['//', '/./', '/../', '%2f', '%2F']
const refusedEnds: readonly string[] = ['/..', '/.']
/** Hosts that the table shows before it counts the others. */
const shownHosts = 3

function validateHost(errors: FieldErrors, field: string, host: string): void {
  if (host === '') return
  if (isIp(host)) errors.invalid(field, host, 'must be a DNS name, not an IP address')
  else errors.each(field, host, host.includes('*') ? wildcardSubdomain(host) : dnsSubdomain(host))
}

function validateBackend(errors: FieldErrors, field: string, backend: JsonObject): void {
  const service = objectIn(backend, 'service')
  if (has(backend, 'resource') && has(backend, 'service')) errors.invalid(field, '', 'cannot set both resource and service backends')
  else if (has(backend, 'service')) validateServiceBackend(errors, field, service)
  else if (!has(backend, 'resource')) errors.invalid(field, '', 'resource or service backend is required')
}

function validateServiceBackend(errors: FieldErrors, field: string, service: JsonObject): void {
  if (stringIn(service, 'name') === '') errors.required(`${field}.service.name`)
  const port = stringIn(service, 'port', 'name')
  const number = numberIn(service, 'port', 'number') ?? 0
  if (port !== '' && number !== 0) errors.invalid(field, '', 'cannot set both port name & port number')
  else if (port !== '') errors.each(`${field}.service.port.name`, port, portName(port))
  else if (number !== 0) errors.each(`${field}.service.port.number`, number, portNumber(number))
  else errors.required(field, 'port name or number is required')
}

function validatePath(errors: FieldErrors, field: string, path: JsonObject): void {
  const text = stringIn(path, 'path')
  const type = stringIn(path, 'pathType')
  if (type === '') errors.required(`${field}.pathType`, 'pathType must be specified')
  else if (!pathTypes.includes(type)) errors.notSupported(`${field}.pathType`, type, pathTypes)
  else if (type === 'ImplementationSpecific' ? text !== '' && !text.startsWith('/') : !text.startsWith('/')) errors.invalid(`${field}.path`, text, 'must be an absolute path')
  else if (type !== 'ImplementationSpecific') {
    for (const part of refusedParts) if (text.includes(part)) errors.invalid(`${field}.path`, text, `must not contain '${part}'`)
    for (const end of refusedEnds) if (text.endsWith(end)) errors.invalid(`${field}.path`, text, `cannot end with '${end}'`)
  }
  validateBackend(errors, `${field}.backend`, objectIn(path, 'backend'))
}

function validate(errors: FieldErrors, ingress: JsonObject, old: JsonObject | undefined): void {
  const spec = objectIn(ingress, 'spec')
  const rules = objectsIn(spec, 'rules')
  if (rules.length === 0 && !has(spec, 'defaultBackend')) errors.invalid('spec', verbatim('[]networking.IngressRule(nil)'), 'either `defaultBackend` or `rules` must be specified')
  for (const [at, tls] of objectsIn(spec, 'tls').entries()) {
    for (const [i, host] of stringsIn(tls, 'hosts').entries()) errors.each(`spec.tls[${at}].hosts[${i}]`, host, host.includes('*') ? wildcardSubdomain(host) : dnsSubdomain(host))
    const secret = stringIn(tls, 'secretName')
    if (secret !== '') errors.each(`spec.tls[${at}].secretName`, secret, dnsSubdomain(secret))
  }
  for (const [at, rule] of rules.entries()) {
    validateHost(errors, `spec.rules[${at}].host`, stringIn(rule, 'host'))
    if (!has(rule, 'http')) continue
    const paths = objectsIn(rule, 'http', 'paths')
    if (paths.length === 0) errors.required(`spec.rules[${at}].http.paths`)
    for (const [i, path] of paths.entries()) validatePath(errors, `spec.rules[${at}].http.paths[${i}]`, path)
  }
  if (has(spec, 'defaultBackend')) validateBackend(errors, 'spec.defaultBackend', objectIn(spec, 'defaultBackend'))
  const own = stringIn(spec, 'ingressClassName')
  if (own !== '') errors.each('spec.ingressClassName', own, dnsSubdomain(own))
  const annotated = stringIn(objectIn(ingress, 'metadata', 'annotations'), classAnnotation)
  if (old === undefined && own !== '' && annotated !== '' && own !== annotated) errors.invalid(`annotations.${classAnnotation}`, annotated, 'must match `ingressClassName` when both are specified')
}

function hostsCell(ingress: JsonObject): string {
  const hosts = objectsIn(ingress, 'spec', 'rules').map((rule) => stringIn(rule, 'host')).filter((host) => host !== '')
  if (hosts.length === 0) return '*'
  return hosts.length <= shownHosts ? hosts.join(',') : `${hosts.slice(0, shownHosts).join(',')} + ${hosts.length - shownHosts} more...`
}

export const ingresses = defineKind({
  key: 'networking.k8s.io/v1/ingresses',
  definition: 'io.k8s.api.networking.v1.Ingress',
  subresources: ['status'],
  hasGeneration: true,
  validate,
  cells: (ingress, nowMs) => [
    name(ingress), orNone(stringIn(ingress, 'spec', 'ingressClassName') || stringIn(objectIn(ingress, 'metadata', 'annotations'), classAnnotation)), hostsCell(ingress),
    objectsIn(ingress, 'status', 'loadBalancer', 'ingress').map((entry) => stringIn(entry, 'ip') || stringIn(entry, 'hostname')).join(','),
    listIn(ingress, 'spec', 'tls').length > 0 ? '80, 443' : '80', age(ingress, nowMs),
  ],
})
