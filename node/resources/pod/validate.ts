// What is wrong with the spec of a Pod or of a template, in the words of the reference server. The order of the checks is
// the order of the causes that a client sees. Source: the Kubernetes API reference, PodSpec; checked against recorded answers.
import { has, isEqual, isTrue, mapItems, numberIn, objectIn, objectsIn, stringIn, stringsIn, withFields } from '../../objects/access.ts'
import { between, dnsSubdomain, dotlessLabel } from '../../objects/names.ts'
import { isIp, notAnIp } from '../addresses.ts'
import { goStrings, verbatim } from '../field-errors.ts'
import { validateLabelSelector } from '../label-selectors.ts'
import { nameServersMost, searchDomainsMost } from '../limits.ts'
import { validateLabels } from '../metadata.ts'
import { validateContainers } from './containers.ts'
import { validateAffinity, validateGates, validateSpreading, validateTolerations } from './placement.ts'
import { validatePodSecurity } from './security.ts'
import { validateVolumes } from './volumes.ts'
import type { FieldErrors } from '../field-errors.ts'
import type { JsonObject } from '../../objects/json.ts'

const restartPolicies: readonly string[] = ['Always', 'OnFailure', 'Never']
const dnsPolicies: readonly string[] = ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None']
const deadlineMost = 2 ** 31 - 1

/** Checks a spec after its defaults. */
export function validatePodSpec(errors: FieldErrors, spec: JsonObject, path: string, owner: 'pod' | 'template'): void {
  const volumes = validateVolumes(errors, spec, path)
  const graceSeconds = numberIn(spec, 'terminationGracePeriodSeconds') ?? 0
  validateContainers(errors, spec, path, { volumes, isHostNetwork: isTrue(spec, 'hostNetwork'), graceSeconds })
  if (owner === 'pod' || objectsIn(spec, 'containers').length > 0) validatePolicies(errors, spec, path)
  validateLabels(errors, objectIn(spec, 'nodeSelector'), `${path}.nodeSelector`)
  validatePodSecurity(errors, spec, path)
  validateAffinity(errors, spec, path, validateLabelSelector)
  validateDns(errors, spec, path)
  validateGates(errors, spec, path)
  validateSpreading(errors, spec, path, validateLabelSelector)
  validateNames(errors, spec, path)
  validateDeadline(errors, spec, path)
  validateTolerations(errors, spec, path)
  validateAliases(errors, spec, path)
  validateSystem(errors, spec, path)
}

function validatePolicies(errors: FieldErrors, spec: JsonObject, path: string): void {
  errors.oneOf(`${path}.restartPolicy`, stringIn(spec, 'restartPolicy'), restartPolicies)
  errors.oneOf(`${path}.dnsPolicy`, stringIn(spec, 'dnsPolicy'), dnsPolicies)
}

function validateNames(errors: FieldErrors, spec: JsonObject, path: string): void {
  for (const field of ['serviceAccountName', 'nodeName', 'priorityClassName', 'runtimeClassName']) {
    const name = stringIn(spec, field)
    if (name !== '') errors.each(`${path}.${field}`, name, dnsSubdomain(name))
  }
  for (const field of ['hostname', 'subdomain']) {
    const name = stringIn(spec, field)
    if (name !== '') errors.each(`${path}.${field}`, name, dotlessLabel(name))
  }
}

function validateDeadline(errors: FieldErrors, spec: JsonObject, path: string): void {
  const seconds = numberIn(spec, 'activeDeadlineSeconds')
  if (seconds !== undefined && (seconds < 1 || seconds > deadlineMost)) errors.invalid(`${path}.activeDeadlineSeconds`, seconds, between(1, deadlineMost))
}

function validateAliases(errors: FieldErrors, spec: JsonObject, path: string): void {
  for (const [at, alias] of objectsIn(spec, 'hostAliases').entries()) {
    if (!isIp(stringIn(alias, 'ip'))) errors.invalid(`${path}.hostAliases[${at}].ip`, stringIn(alias, 'ip'), notAnIp)
    for (const [index, name] of stringsIn(alias, 'hostnames').entries()) errors.each(`${path}.hostAliases[${at}].hostnames[${index}]`, name, dnsSubdomain(name))
  }
}

function validateDns(errors: FieldErrors, spec: JsonObject, path: string): void {
  const config = objectIn(spec, 'dnsConfig')
  const own = `${path}.dnsConfig`
  if (stringIn(spec, 'dnsPolicy') === 'None') {
    if (!has(spec, 'dnsConfig')) return errors.required(own, 'must provide `dnsConfig` when `dnsPolicy` is None')
    if (stringsIn(config, 'nameservers').length === 0) return errors.required(`${own}.nameservers`, 'must provide at least one DNS nameserver when `dnsPolicy` is None')
  }
  const servers = stringsIn(config, 'nameservers')
  if (servers.length > nameServersMost) errors.invalid(`${own}.nameservers`, verbatim(goStrings(servers)), `must not have more than ${nameServersMost} nameservers`)
  for (const [at, server] of servers.entries()) if (!isIp(server)) errors.invalid(`${own}.nameservers[${at}]`, server, notAnIp)
  const searches = stringsIn(config, 'searches')
  if (searches.length > searchDomainsMost) errors.invalid(`${own}.searches`, verbatim(goStrings(searches)), `must not have more than ${searchDomainsMost} search paths`)
  for (const [at, search] of searches.entries()) errors.each(`${own}.searches[${at}]`, search, dnsSubdomain(search.replace(/\.$/, '')))
  for (const [at, option] of objectsIn(config, 'options').entries()) if (stringIn(option, 'name') === '') errors.required(`${own}.options[${at}]`, 'must not be empty')
}

function validateSystem(errors: FieldErrors, spec: JsonObject, path: string): void {
  if (!has(spec, 'os')) return
  const name = stringIn(spec, 'os', 'name')
  if (name === '') errors.required(`${path}.os.name`, 'cannot be empty')
  else if (!['linux', 'windows'].includes(name)) errors.notSupported(`${path}.os`, name, ['linux', 'windows'])
}

const changeable = 'pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)'

/** Checks what an update changes: almost everything of a Pod is fixed once it exists. */
export function validatePodUpdate(errors: FieldErrors, pod: JsonObject, old: JsonObject): void {
  const spec = objectIn(pod, 'spec')
  const before = objectIn(old, 'spec')
  for (const list of ['containers', 'initContainers']) {
    if (objectsIn(spec, list).length !== objectsIn(before, list).length) return errors.forbidden(`spec.${list}`, 'pod updates may not add or remove containers')
  }
  for (const list of ['containers', 'initContainers']) {
    for (const [at, container] of objectsIn(spec, list).entries()) {
      if (stringIn(container, 'image').trim() === '') errors.required(`spec.${list}[${at}].image`)
    }
  }
  validateDeadlineChange(errors, numberIn(spec, 'activeDeadlineSeconds'), numberIn(before, 'activeDeadlineSeconds'))
  if (!isEqual(fixedPart(spec, before), fixedPart(before, before))) errors.forbidden('spec', changeable)
}

function validateDeadlineChange(errors: FieldErrors, seconds: number | undefined, before: number | undefined): void {
  const path = 'spec.activeDeadlineSeconds'
  if (seconds !== undefined) {
    if (seconds < 0 || seconds > deadlineMost) errors.invalid(path, seconds, between(0, deadlineMost))
    else if (before !== undefined && before < seconds) errors.invalid(path, seconds, 'must be less than or equal to previous value')
  } else if (before !== undefined) {
    errors.invalid(path, null, 'must not update from a positive integer to nil value')
  }
}

/** The spec with everything replaced that an update may change. */
function fixedPart(spec: JsonObject, before: JsonObject): JsonObject {
  const tolerations = objectsIn(spec, 'tolerations')
  const keepsTolerations = objectsIn(before, 'tolerations').every((known) => tolerations.some((toleration) => isEqual(toleration, known)))
  const gates = objectsIn(spec, 'schedulingGates')
  const keepsGates = gates.every((gate) => objectsIn(before, 'schedulingGates').some((known) => isEqual(gate, known)))
  const wasNegative = (numberIn(before, 'terminationGracePeriodSeconds') ?? 0) < 0 && numberIn(spec, 'terminationGracePeriodSeconds') === 1
  let fixed = withFields(spec, { activeDeadlineSeconds: before.activeDeadlineSeconds })
  for (const list of ['containers', 'initContainers']) fixed = mapItems(fixed, list, (container) => withFields(container, { image: undefined }))
  if (keepsTolerations) fixed = withFields(fixed, { tolerations: before.tolerations })
  if (keepsGates) fixed = withFields(fixed, { schedulingGates: before.schedulingGates })
  return wasNegative ? withFields(fixed, { terminationGracePeriodSeconds: before.terminationGracePeriodSeconds }) : fixed
}
