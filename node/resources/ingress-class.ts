// Ingress classes: which proxy answers for an Ingress. The cluster's own is made when it begins and is the default.
// Source: Kubernetes API reference, IngressClass v1; messages as recorded.
import { has, mapField, objectIn, stringIn, withDefaults } from '../objects/access.ts'
import type { JsonObject } from '../objects/json.ts'
import { age, name, orNone } from './cells.ts'
import type { FieldErrors } from './field-errors.ts'
import { defineKind } from './kind.ts'

const domainPath = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\/[A-Za-z0-9/\-._~%!$&'()*+,;=:]+$/

function validate(errors: FieldErrors, object: JsonObject, old: JsonObject | undefined): void {
  const controller = stringIn(object, 'spec', 'controller')
  if (old !== undefined && controller !== stringIn(old, 'spec', 'controller')) errors.invalid('spec.controller', controller, 'field is immutable')
  else if (controller === '') errors.required('spec.controller')
  else if (!domainPath.test(controller)) errors.invalid('spec.controller', controller, 'must be a domain-prefixed path (such as "acme.io/foo")')
  if (!has(object, 'spec', 'parameters')) return
  const parameters = objectIn(object, 'spec', 'parameters')
  if (stringIn(parameters, 'kind') === '') errors.required('spec.parameters.kind', 'kind is required')
  if (stringIn(parameters, 'name') === '') errors.required('spec.parameters.name', 'name is required')
  const scope = stringIn(parameters, 'scope')
  errors.oneOf('spec.parameters.scope', scope, ['Cluster', 'Namespace'])
  if (scope === 'Namespace' && stringIn(parameters, 'namespace') === '') errors.required('spec.parameters.namespace', "`parameters.scope` is set to 'Namespace'")
  if (scope === 'Cluster' && stringIn(parameters, 'namespace') !== '') errors.forbidden('spec.parameters.namespace', "`parameters.scope` is set to 'Cluster'")
}

function parametersCell(object: JsonObject): string {
  const parameters = objectIn(object, 'spec', 'parameters')
  const group = stringIn(parameters, 'apiGroup')
  return orNone(has(parameters, 'kind') ? `${stringIn(parameters, 'kind')}${group === '' ? '' : `.${group}`}/${stringIn(parameters, 'name')}` : '')
}

export const ingressClasses = defineKind({
  key: 'networking.k8s.io/v1/ingressclasses',
  definition: 'io.k8s.api.networking.v1.IngressClass',
  hasGeneration: true,
  defaults: (object) => mapField(object, 'spec', (spec) => mapField(spec, 'parameters', (parameters) => withDefaults(parameters, { scope: 'Cluster' }))),
  validate,
  cells: (object, nowMs) => [name(object), stringIn(object, 'spec', 'controller'), parametersCell(object), age(object, nowMs)],
})
