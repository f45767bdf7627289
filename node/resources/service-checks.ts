// What is wrong with a Service, in the words of the reference server. The order of the checks is the order of the causes
// that a client sees. Source: the Kubernetes API reference, ServiceSpec; checked against recorded answers.
import { has, listIn, numberIn, objectIn, objectsIn, stringIn, stringsIn, valueIn } from '../objects/access.ts'
import { dnsLabel, dnsSubdomain, portName, portNumber, qualifiedName } from '../objects/names.ts'
import { isCidr, isIp, isIpv4, isIpv6, notACidr, notAnIp, specialRange } from './addresses.ts'
import { goStrings, verbatim } from './field-errors.ts'
import { validateLabels } from './metadata.ts'
import type { FieldErrors } from './field-errors.ts'
import type { JsonObject } from '../objects/json.ts'

const types: readonly string[] = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort']
const protocols: readonly string[] = ['SCTP', 'TCP', 'UDP']
const daySeconds = 86400

/** Checks a Service after its defaults. */
export function validateService(errors: FieldErrors, service: JsonObject, old: JsonObject | undefined): void {
  const spec = objectIn(service, 'spec')
  const type = stringIn(spec, 'type')
  const isHeadless = stringsIn(spec, 'clusterIPs')[0] === 'None'
  if (listIn(spec, 'ports').length === 0 && !isHeadless && type !== 'ExternalName') errors.required('spec.ports')
  validateByType(errors, spec, type, isHeadless)
  validatePorts(errors, spec, isHeadless)
  validateLabels(errors, objectIn(spec, 'selector'), 'spec.selector')
  validateAffinity(errors, spec)
  validateOutside(errors, spec)
  if (!types.includes(type)) errors.oneOf('spec.type', type, types)
  validatePolicies(errors, spec, type)
  validateAddresses(errors, spec, type)
  if (old !== undefined) validateChanges(errors, spec, objectIn(old, 'spec'))
}

function validateByType(errors: FieldErrors, spec: JsonObject, type: string, isHeadless: boolean): void {
  if ((type === 'NodePort' || type === 'LoadBalancer') && isHeadless) errors.invalid('spec.clusterIPs[0]', 'None', `may not be set to 'None' for ${type} services`)
  if (type !== 'ExternalName') return
  if (has(spec, 'clusterIPs') && listIn(spec, 'clusterIPs').length > 0) errors.forbidden('spec.clusterIPs', 'may not be set for ExternalName services')
  const name = stringIn(spec, 'externalName').replace(/\.$/, '')
  if (name === '') errors.required('spec.externalName')
  else errors.each('spec.externalName', name, dnsSubdomain(name))
}

function validatePorts(errors: FieldErrors, spec: JsonObject, isHeadless: boolean): void {
  const ports = objectsIn(spec, 'ports')
  const names = new Set<string>()
  const type = stringIn(spec, 'type')
  for (const [at, port] of ports.entries()) {
    const path = `spec.ports[${at}]`
    const own = stringIn(port, 'name')
    if (own === '' && ports.length > 1) errors.required(`${path}.name`)
    else if (own !== '') {
      errors.each(`${path}.name`, own, dnsLabel(own))
      if (names.has(own)) errors.duplicate(`${path}.name`, own)
      names.add(own)
    }
    const number = numberIn(port, 'port') ?? 0
    errors.each(`${path}.port`, number, portNumber(number))
    errors.oneOf(`${path}.protocol`, stringIn(port, 'protocol'), protocols)
    const target = valueIn(port, 'targetPort')
    if (!isHeadless && typeof target === 'number') errors.each(`${path}.targetPort`, target, portNumber(target))
    if (typeof target === 'string') errors.each(`${path}.targetPort`, target, portName(target))
    if (has(port, 'appProtocol')) errors.each(`${path}.appProtocol`, stringIn(port, 'appProtocol'), qualifiedName(stringIn(port, 'appProtocol')))
    const hasNodePort = (numberIn(port, 'nodePort') ?? 0) !== 0
    if (hasNodePort && (type === 'ClusterIP' || type === 'ExternalName')) errors.forbidden(`${path}.nodePort`, `may not be used when \`type\` is '${type}'`)
  }
  validateUnique(errors, ports)
}

function validateUnique(errors: FieldErrors, ports: readonly JsonObject[]): void {
  const seen = new Set<string>()
  for (const [at, port] of ports.entries()) {
    const key = `${stringIn(port, 'protocol')}/${numberIn(port, 'port') ?? 0}`
    if (seen.has(key)) {
      const text = `core.ServicePort{Name:"", Protocol:${JSON.stringify(stringIn(port, 'protocol'))}, AppProtocol:(*string)(nil), Port:${numberIn(port, 'port') ?? 0}, TargetPort:intstr.IntOrString{Type:0, IntVal:0, StrVal:""}, NodePort:0}`
      errors.duplicate(`spec.ports[${at}]`, verbatim(text))
    }
    seen.add(key)
  }
}

function validateAffinity(errors: FieldErrors, spec: JsonObject): void {
  errors.oneOf('spec.sessionAffinity', stringIn(spec, 'sessionAffinity'), ['ClientIP', 'None'])
  if (stringIn(spec, 'sessionAffinity') !== 'ClientIP') return
  const seconds = numberIn(spec, 'sessionAffinityConfig', 'clientIP', 'timeoutSeconds')
  if (seconds !== undefined && (seconds <= 0 || seconds > daySeconds)) {
    errors.invalid('spec.sessionAffinityConfig.clientIP.timeoutSeconds', seconds, `must be greater than 0 and less than ${daySeconds}`)
  }
}

function validateOutside(errors: FieldErrors, spec: JsonObject): void {
  for (const [at, address] of stringsIn(spec, 'externalIPs').entries()) {
    const special = isIp(address) ? specialRange(address) : notAnIp
    if (special !== undefined) errors.invalid(`spec.externalIPs[${at}]`, address, special)
  }
  const isBalanced = stringIn(spec, 'type') === 'LoadBalancer'
  const sources = stringsIn(spec, 'loadBalancerSourceRanges')
  // The reference spells this field with a capital letter in its messages.
  if (sources.length > 0 && !isBalanced) errors.forbidden('spec.LoadBalancerSourceRanges', "may only be used when `type` is 'LoadBalancer'")
  else for (const [at, range] of sources.entries()) if (!isCidr(range.trim())) errors.invalid(`spec.LoadBalancerSourceRanges[${at}]`, range, notACidr)
  if (has(spec, 'allocateLoadBalancerNodePorts') && !isBalanced) errors.forbidden('spec.allocateLoadBalancerNodePorts', "may only be used when `type` is 'LoadBalancer'")
  if (has(spec, 'loadBalancerClass')) {
    const own = stringIn(spec, 'loadBalancerClass')
    if (!isBalanced) errors.forbidden('spec.loadBalancerClass', "may only be used when `type` is 'LoadBalancer'")
    else errors.each('spec.loadBalancerClass', own, qualifiedName(own))
  }
}

function validatePolicies(errors: FieldErrors, spec: JsonObject, type: string): void {
  const outside = stringIn(spec, 'externalTrafficPolicy')
  const isExternal = type === 'NodePort' || type === 'LoadBalancer' || (type === 'ClusterIP' && listIn(spec, 'externalIPs').length > 0)
  if (outside !== '' && !isExternal) errors.invalid('spec.externalTrafficPolicy', outside, 'may only be set for externally-accessible services')
  else if (isExternal) errors.oneOf('spec.externalTrafficPolicy', outside, ['Cluster', 'Local'])
  const health = numberIn(spec, 'healthCheckNodePort') ?? 0
  if (health !== 0 && !(type === 'LoadBalancer' && outside === 'Local')) {
    errors.invalid('spec.healthCheckNodePort', health, "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'")
  }
  if (has(spec, 'internalTrafficPolicy')) errors.oneOf('spec.internalTrafficPolicy', stringIn(spec, 'internalTrafficPolicy'), ['Cluster', 'Local'])
  const distribution = stringIn(spec, 'trafficDistribution')
  if (has(spec, 'trafficDistribution') && distribution !== 'PreferClose') errors.notSupported('spec.trafficDistribution', distribution, ['PreferClose'])
}

function validateAddresses(errors: FieldErrors, spec: JsonObject, type: string): void {
  if (type === 'ExternalName') return
  validateFamilies(errors, spec)
  const addresses = stringsIn(spec, 'clusterIPs')
  const families = stringsIn(spec, 'ipFamilies')
  if (addresses.length > 0 && stringIn(spec, 'clusterIP') === '') errors.invalid('spec.clusterIPs', verbatim(goStrings(addresses)), 'must be empty when `clusterIP` is not specified')
  for (const [at, address] of addresses.entries()) {
    if (at === 0 && address === 'None') return
    if (!isIp(address)) {
      errors.invalid(`spec.clusterIPs[${at}]`, address, notAnIp)
      return
    }
    const family = families[at]
    if ((family === 'IPv4' && !isIpv4(address)) || (family === 'IPv6' && !isIpv6(address))) {
      errors.invalid(`spec.clusterIPs[${at}]`, address, `expected an ${family} value as indicated by \`ipFamilies[${at}]\``)
    }
  }
  const hasTwoOfAFamily = addresses.length === 2 && isIpv4(addresses[0] ?? '') === isIpv4(addresses[1] ?? '')
  if (hasTwoOfAFamily) errors.invalid('spec.clusterIPs', verbatim(goStrings(addresses)), 'may specify no more than one IP for each IP family')
}

function validateFamilies(errors: FieldErrors, spec: JsonObject): void {
  const families = stringsIn(spec, 'ipFamilies')
  const policy = stringIn(spec, 'ipFamilyPolicy')
  const isBareHeadless = stringIn(spec, 'clusterIP') === 'None' && Object.keys(objectIn(spec, 'selector')).length === 0
  for (const [at, family] of families.entries()) {
    if (families.indexOf(family) < at) errors.duplicate(`spec.ipFamilies[${at}]`, family)
    else if (!['IPv4', 'IPv6'].includes(family)) errors.notSupported(`spec.ipFamilies[${at}]`, family, ['IPv4', 'IPv6'])
    else if (family === 'IPv6' && !isBareHeadless && stringsIn(spec, 'clusterIPs').length === 0) errors.invalid(`spec.ipFamilies[${at}]`, family, 'not configured on this cluster')
  }
  const policies = ['PreferDualStack', 'RequireDualStack', 'SingleStack']
  if (policy !== '' && !policies.includes(policy)) errors.notSupported('spec.ipFamilyPolicy', policy, policies)
  else if (policy === 'RequireDualStack' && !isBareHeadless) errors.invalid('spec.ipFamilyPolicy', policy, 'this cluster is not configured for dual-stack services')
}

function validateChanges(errors: FieldErrors, spec: JsonObject, before: JsonObject): void {
  const known = stringsIn(before, 'clusterIPs')
  const given = stringsIn(spec, 'clusterIPs')
  const staysAddressed = stringIn(spec, 'type') !== 'ExternalName' && stringIn(before, 'type') !== 'ExternalName'
  if (staysAddressed && known.length > 0 && given[0] !== known[0]) errors.invalid('spec.clusterIPs[0]', verbatim(goStrings(given)), 'may not change once set')
  const isBalanced = stringIn(before, 'type') === 'LoadBalancer' && stringIn(spec, 'type') === 'LoadBalancer'
  if (isBalanced && stringIn(spec, 'loadBalancerClass') !== stringIn(before, 'loadBalancerClass')) {
    errors.invalid('spec.loadBalancerClass', stringIn(spec, 'loadBalancerClass'), 'may not change once set')
  }
}

