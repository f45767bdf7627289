// Daemon sets: one Pod on every node that fits. Source: Kubernetes concepts, DaemonSet.
import { has, isEqual, mapField, numberIn, objectIn, stringIn, valueIn, withDefaults, withFields } from '../objects/access.ts'
import { metadataOf } from '../objects/encoding.ts'
import { age, containerCells, labelsCell, name, selectorCell } from './cells.ts'
import { goIntOrString, verbatim } from './field-errors.ts'
import { defineKind } from './kind.ts'
import { templateDefaults } from './pod/defaults.ts'
import { percentOf, validateIntOrPercent, validateSelectorAndTemplate } from './workload.ts'
import type { FieldErrors } from './field-errors.ts'
import type { JsonObject } from '../objects/json.ts'

function defaults(set: JsonObject): JsonObject {
  return mapField(templateDefaults(set), 'spec', (given) => {
    const spec = withDefaults(given, { revisionHistoryLimit: 10, updateStrategy: {} })
    return mapField(spec, 'updateStrategy', (value) => {
      const strategy = stringIn(value, 'type') === '' ? withFields(value, { type: 'RollingUpdate' }) : value
      if (stringIn(strategy, 'type') !== 'RollingUpdate') return strategy
      return mapField(withDefaults(strategy, { rollingUpdate: {} }), 'rollingUpdate', (rolling) => withDefaults(rolling, { maxUnavailable: 1, maxSurge: 0 }))
    })
  })
}

const generationKey = 'deprecated.daemonset.template.generation'

/** Counts changes of the template in the annotation that old clients read. */
function prepare(set: JsonObject, old: JsonObject | undefined): JsonObject {
  const before = old === undefined ? 0 : Number(stringIn(old, 'metadata', 'annotations', generationKey))
  const isChanged = old === undefined || !isEqual(valueIn(set, 'spec', 'template'), valueIn(old, 'spec', 'template'))
  const annotations = { ...objectIn(set, 'metadata', 'annotations'), [generationKey]: String(before + (isChanged ? 1 : 0)) }
  return withFields(set, { metadata: withFields(metadataOf(set), { annotations }) })
}

const isNothing = (value: unknown): boolean => value === undefined || value === 0 || value === '0%'

function validateStrategy(errors: FieldErrors, strategy: JsonObject): void {
  const type = stringIn(strategy, 'type')
  const rolling = objectIn(strategy, 'rollingUpdate')
  const path = 'spec.updateStrategy.rollingUpdate'
  if (type === 'OnDelete') return
  if (type !== 'RollingUpdate') {
    errors.notSupported('spec.updateStrategy', verbatim(`apps.DaemonSetUpdateStrategy{Type:${JSON.stringify(type)}, RollingUpdate:(*apps.RollingUpdateDaemonSet)(nil)}`), ['RollingUpdate', 'OnDelete'])
    return
  }
  if (!has(strategy, 'rollingUpdate')) return errors.required(path)
  const [unavailable, surge] = [valueIn(rolling, 'maxUnavailable'), valueIn(rolling, 'maxSurge')]
  validateIntOrPercent(errors, unavailable, `${path}.maxUnavailable`)
  validateIntOrPercent(errors, surge, `${path}.maxSurge`)
  if (isNothing(unavailable) && isNothing(surge)) errors.required(`${path}.maxUnavailable`, 'cannot be 0 when maxSurge is 0')
  if (!isNothing(unavailable) && !isNothing(surge)) errors.invalid(`${path}.maxSurge`, verbatim(goIntOrString(surge)), 'may not be set when maxUnavailable is non-zero')
  for (const [field, value] of [['maxUnavailable', unavailable], ['maxSurge', surge]] as const) {
    if ((percentOf(value) ?? 0) > 100) errors.invalid(`${path}.${field}`, verbatim(goIntOrString(value)), 'must not be greater than 100%')
  }
}

function validate(errors: FieldErrors, object: JsonObject, old: JsonObject | undefined): void {
  const spec = objectIn(object, 'spec')
  validateSelectorAndTemplate(errors, spec, old, 'daemonset')
  errors.nonNegative('spec.minReadySeconds', numberIn(spec, 'minReadySeconds'))
  validateStrategy(errors, objectIn(spec, 'updateStrategy'))
  errors.nonNegative('spec.revisionHistoryLimit', numberIn(spec, 'revisionHistoryLimit'))
}

export const daemonSets = defineKind({
  key: 'apps/v1/daemonsets',
  definition: 'io.k8s.api.apps.v1.DaemonSet',
  subresources: ['status'],
  hasGeneration: true,
  defaults,
  prepare: (object, old, context) => (context.subresource === 'status' ? object : prepare(object, old)),
  validate,
  cells: (object, nowMs) => {
    const count = (field: string): number => numberIn(object, 'status', field) ?? 0
    return [
      name(object), count('desiredNumberScheduled'), count('currentNumberScheduled'), count('numberReady'), count('updatedNumberScheduled'), count('numberAvailable'),
      labelsCell(valueIn(object, 'spec', 'template', 'spec', 'nodeSelector')), age(object, nowMs), ...containerCells(objectIn(object, 'spec', 'template', 'spec')), selectorCell(valueIn(object, 'spec', 'selector')),
    ]
  },
})
