// Replica sets: a number of Pods of one template, kept at that number.
import { mapField, numberIn, objectIn, valueIn, withDefaults } from '../objects/access.ts'
import { age, containerCells, name, selectorCell } from './cells.ts'
import { defineKind } from './kind.ts'
import { templateDefaults } from './pod/defaults.ts'
import { validateSelectorAndTemplate } from './workload.ts'

export const replicaSets = defineKind({
  key: 'apps/v1/replicasets',
  definition: 'io.k8s.api.apps.v1.ReplicaSet',
  subresources: ['status', 'scale'],
  scale: { specReplicas: '.spec.replicas', statusReplicas: '.status.replicas', selector: '.spec.selector' },
  hasGeneration: true,
  defaults: (object) => mapField(templateDefaults(object), 'spec', (spec) => withDefaults(spec, { replicas: 1 })),
  validate: (errors, object, old) => {
    const spec = objectIn(object, 'spec')
    errors.nonNegative('spec.replicas', numberIn(spec, 'replicas'))
    errors.nonNegative('spec.minReadySeconds', numberIn(spec, 'minReadySeconds'))
    validateSelectorAndTemplate(errors, spec, old, 'replicaset')
  },
  cells: (object, nowMs) => {
    const count = (field: string): number => numberIn(object, 'status', field) ?? 0
    return [
      name(object), numberIn(object, 'spec', 'replicas') ?? 0, count('replicas'), count('readyReplicas'), age(object, nowMs),
      ...containerCells(objectIn(object, 'spec', 'template', 'spec')), selectorCell(valueIn(object, 'spec', 'selector')),
    ]
  },
})
