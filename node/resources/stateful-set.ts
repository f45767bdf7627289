// Stateful sets: Pods with a number, a name and claims that stay theirs. Source: Kubernetes concepts, StatefulSets.
import { has, isEqual, mapField, mapItems, numberIn, objectIn, objectsIn, stringIn, withDefaults, withFields } from '../objects/access.ts'
import { dnsLabel } from '../objects/names.ts'
import { age, containerCells, name } from './cells.ts'
import { verbatim } from './field-errors.ts'
import { defineKind } from './kind.ts'
import { templateDefaults } from './pod/defaults.ts'
import { validateSelectorAndTemplate } from './workload.ts'
import type { FieldErrors } from './field-errors.ts'
import type { JsonObject } from '../objects/json.ts'

const orText = (object: JsonObject, field: string, text: string): JsonObject => (stringIn(object, field) === '' ? withFields(object, { [field]: text }) : object)

function claimDefaults(claim: JsonObject): JsonObject {
  const typed = withDefaults(claim, { kind: 'PersistentVolumeClaim', apiVersion: 'v1' })
  const shaped = mapField(typed, 'spec', (spec) => withDefaults(spec, { volumeMode: 'Filesystem' }))
  return withFields(shaped, { status: orText(objectIn(shaped, 'status'), 'phase', 'Pending') })
}

function defaults(set: JsonObject): JsonObject {
  return mapField(templateDefaults(set), 'spec', (given) => {
    const spec = withDefaults(given, { replicas: 1, podManagementPolicy: 'OrderedReady', revisionHistoryLimit: 10, updateStrategy: {}, persistentVolumeClaimRetentionPolicy: {} })
    const strategic = mapField(spec, 'updateStrategy', (value) => {
      const strategy = orText(value, 'type', 'RollingUpdate')
      if (stringIn(strategy, 'type') !== 'RollingUpdate') return strategy
      return mapField(withDefaults(strategy, { rollingUpdate: {} }), 'rollingUpdate', (rolling) => withDefaults(rolling, { partition: 0 }))
    })
    const retaining = mapField(strategic, 'persistentVolumeClaimRetentionPolicy', (policy) => orText(orText(policy, 'whenDeleted', 'Retain'), 'whenScaled', 'Retain'))
    return mapItems(retaining, 'volumeClaimTemplates', claimDefaults)
  })
}

function validateStrategy(errors: FieldErrors, strategy: JsonObject): void {
  const type = stringIn(strategy, 'type')
  const rolling = objectIn(strategy, 'rollingUpdate')
  const partition = numberIn(rolling, 'partition') ?? 0
  const path = 'spec.updateStrategy'
  if (type === '') errors.required(path)
  else if (type === 'OnDelete') {
    const shown = `apps.RollingUpdateStatefulSetStrategy{Partition:${partition}, MaxUnavailable:(*intstr.IntOrString)(nil)}`
    if (has(strategy, 'rollingUpdate')) errors.invalid(`${path}.rollingUpdate`, verbatim(shown), "only allowed for updateStrategy 'RollingUpdate'")
  } else if (type === 'RollingUpdate') errors.nonNegative(`${path}.rollingUpdate.partition`, partition)
  else errors.invalid(path, verbatim(`apps.StatefulSetUpdateStrategy{Type:${JSON.stringify(type)}, RollingUpdate:(*apps.RollingUpdateStatefulSetStrategy)(nil)}`), "must be 'RollingUpdate' or 'OnDelete'")
}

const changeable = ['replicas', 'ordinals', 'template', 'updateStrategy', 'persistentVolumeClaimRetentionPolicy', 'minReadySeconds']
const fixedPart = (spec: JsonObject): JsonObject => withFields(spec, Object.fromEntries(changeable.map((field) => [field, undefined])))

/** The template with the volumes that the claim templates will be: containers mount them by name. */
function withClaimVolumes(spec: JsonObject): JsonObject {
  const names = objectsIn(spec, 'volumeClaimTemplates').map((claim) => stringIn(claim, 'metadata', 'name'))
  if (names.length === 0) return spec
  return mapField(spec, 'template', (template) => mapField(template, 'spec', (pod) => withFields(pod, {
    volumes: [...objectsIn(pod, 'volumes').filter((volume) => !names.includes(stringIn(volume, 'name'))), ...names.map((name) => ({ name, persistentVolumeClaim: { claimName: name } }))],
  })))
}

function validate(errors: FieldErrors, object: JsonObject, old: JsonObject | undefined): void {
  const spec = objectIn(object, 'spec')
  const policy = stringIn(spec, 'podManagementPolicy')
  if (policy === '') errors.required('spec.podManagementPolicy')
  else if (!['OrderedReady', 'Parallel'].includes(policy)) errors.invalid('spec.podManagementPolicy', policy, "must be 'OrderedReady' or 'Parallel'")
  validateStrategy(errors, objectIn(spec, 'updateStrategy'))
  for (const field of ['whenDeleted', 'whenScaled']) {
    const retention = stringIn(spec, 'persistentVolumeClaimRetentionPolicy', field)
    if (!['Retain', 'Delete'].includes(retention)) errors.notSupported(`spec.persistentVolumeClaimRetentionPolicy.${field}`, retention, ['Retain', 'Delete'])
  }
  errors.nonNegative('spec.replicas', numberIn(spec, 'replicas'))
  errors.nonNegative('spec.minReadySeconds', numberIn(spec, 'minReadySeconds'))
  errors.nonNegative('spec.ordinals.start', numberIn(spec, 'ordinals', 'start'))
  validateSelectorAndTemplate(errors, withClaimVolumes(spec), undefined, 'statefulset')
  if (old !== undefined && !isEqual(fixedPart(spec), fixedPart(objectIn(old, 'spec')))) {
    errors.forbidden('spec', "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden")
  }
}

export const statefulSets = defineKind({
  key: 'apps/v1/statefulsets',
  definition: 'io.k8s.api.apps.v1.StatefulSet',
  subresources: ['status', 'scale'],
  scale: { specReplicas: '.spec.replicas', statusReplicas: '.status.replicas', selector: '.spec.selector' },
  // Its name begins the host names of its Pods.
  nameRule: dnsLabel,
  hasGeneration: true,
  defaults,
  prepare: (object, old) => (old === undefined ? mapField(object, 'status', (status) => withDefaults(status, { availableReplicas: 0 })) : object),
  validate,
  cells: (object, nowMs) => [
    name(object), `${numberIn(object, 'status', 'readyReplicas') ?? 0}/${numberIn(object, 'spec', 'replicas') ?? 0}`, age(object, nowMs),
    ...containerCells(objectIn(object, 'spec', 'template', 'spec')),
  ],
})
