// What is wrong with the security contexts of a Pod and of its containers, in the words of the reference server.
// Whether a cluster wants to allow what they ask for is not decided here.
import { has, isTrue, listIn, numberIn, objectIn, objectsIn, stringIn, valueIn } from '../../objects/access.ts'
import { between } from '../../objects/names.ts'
import { verbatim } from '../field-errors.ts'
import type { FieldErrors } from '../field-errors.ts'
import type { JsonObject } from '../../objects/json.ts'

const idMost = 2 ** 31 - 1
const sysctlPattern = /^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$/
const sysctlRule = 'must have at most 253 characters and match regex ^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$'

function validateId(errors: FieldErrors, id: number | undefined, path: string): void {
  if (id !== undefined && (id < 0 || id > idMost)) errors.invalid(path, id, between(0, idMost))
}

function validateProfiles(errors: FieldErrors, context: JsonObject, path: string): void {
  const seccomp = objectIn(context, 'seccompProfile')
  if (has(context, 'seccompProfile')) {
    const type = stringIn(seccomp, 'type')
    const own = `${path}.seccompProfile`
    if (type === 'Localhost' && stringIn(seccomp, 'localhostProfile') === '') errors.required(`${own}.localhostProfile`, 'must be set when seccomp type is Localhost')
    if (type !== 'Localhost' && has(seccomp, 'localhostProfile')) {
      errors.invalid(`${own}.localhostProfile`, verbatim(`core.SeccompProfile{Type:${JSON.stringify(type)}, LocalhostProfile:${JSON.stringify(stringIn(seccomp, 'localhostProfile'))}}`), 'can only be set when seccomp type is Localhost')
    }
    errors.oneOf(`${own}.type`, type, ['Localhost', 'RuntimeDefault', 'Unconfined'])
  }
  const armor = objectIn(context, 'appArmorProfile')
  if (!has(context, 'appArmorProfile')) return
  const own = `${path}.appArmorProfile`
  if (stringIn(armor, 'type') === 'Localhost' && stringIn(armor, 'localhostProfile') === '') errors.required(`${own}.localhostProfile`, 'must be set when AppArmor type is Localhost')
  errors.oneOf(`${own}.type`, stringIn(armor, 'type'), ['Localhost', 'RuntimeDefault', 'Unconfined'])
}

/** Checks the Pod's own context. */
export function validatePodSecurity(errors: FieldErrors, spec: JsonObject, path: string): void {
  const context = objectIn(spec, 'securityContext')
  const own = `${path}.securityContext`
  validateId(errors, numberIn(context, 'fsGroup'), `${own}.fsGroup`)
  validateId(errors, numberIn(context, 'runAsUser'), `${own}.runAsUser`)
  validateId(errors, numberIn(context, 'runAsGroup'), `${own}.runAsGroup`)
  for (const [at, group] of listIn(context, 'supplementalGroups').entries()) if (typeof group === 'number') validateId(errors, group, `${own}.supplementalGroups[${at}]`)
  if (isTrue(spec, 'shareProcessNamespace') && isTrue(spec, 'hostPID')) {
    errors.invalid(`${own}.shareProcessNamespace`, true, 'ShareProcessNamespace and HostPID cannot both be enabled')
  }
  const seen = new Set<string>()
  for (const [at, sysctl] of objectsIn(context, 'sysctls').entries()) {
    const name = stringIn(sysctl, 'name')
    if (name === '') errors.required(`${own}.sysctls[${at}].name`)
    else if (name.length > 253 || !sysctlPattern.test(name)) errors.invalid(`${own}.sysctls[${at}].name`, name, sysctlRule)
    else if (seen.has(name)) errors.duplicate(`${own}.sysctls[${at}].name`, name)
    seen.add(name)
  }
  const policy = stringIn(context, 'fsGroupChangePolicy')
  if (has(context, 'fsGroupChangePolicy')) errors.oneOf(`${own}.fsGroupChangePolicy`, policy, ['Always', 'OnRootMismatch'])
  validateProfiles(errors, context, own)
  const hostProcess = isTrue(context, 'windowsOptions', 'hostProcess')
  if (hostProcess && !isTrue(spec, 'hostNetwork')) errors.invalid(`${path}.hostNetwork`, false, 'hostNetwork must be true if pod contains any hostProcess containers')
}

/** Checks a container's context. */
export function validateContainerSecurity(errors: FieldErrors, context: JsonObject, path: string): void {
  validateId(errors, numberIn(context, 'runAsUser'), `${path}.runAsUser`)
  validateId(errors, numberIn(context, 'runAsGroup'), `${path}.runAsGroup`)
  validateProfiles(errors, context, path)
  if (valueIn(context, 'allowPrivilegeEscalation') === false && isTrue(context, 'privileged')) {
    errors.invalid(path, context, 'cannot set `allowPrivilegeEscalation` to false and `privileged` to true')
  }
}
