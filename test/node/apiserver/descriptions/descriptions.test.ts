// The texts of `kubectl explain` speak of definitions and fields that exist, and leave none of the kinds that everybody writes
// without a word.
import { deepEqual, equal } from 'node:assert/strict'
import { descriptionOf, descriptions } from '../../../../node/apiserver/descriptions/descriptions.ts'
import { allDefinitions, definitionOf, knownDefinition } from '../../../../node/objects/fields.ts'

describe('apiserver / descriptions', () => {
  it('speak of nothing that does not exist', () => {
    const fields = new Set([...allDefinitions()].flatMap((definition) => [...definition.fields.keys()]))
    const unknown = [...descriptions()].flatMap(([name, texts]) => {
      const known = name === '*' ? fields : new Set(definitionOf(name)?.fields.keys())
      return [...texts.keys()].filter((field) => (field === '' ? name !== '*' && definitionOf(name) === undefined : !known.has(field))).map((field) => `${name} ${field}`)
    })
    deepEqual(unknown, [])
  })
  it('end with a full stop', () => {
    const open = [...descriptions()].flatMap(([name, texts]) => [...texts].filter(([field, text]) => !(name === '*' && field === '') && !/[.…]$/.test(text)).map(([field]) => `${name} ${field}`))
    deepEqual(open, [])
  })
  for (const name of ['core.v1.Container', 'core.v1.Probe', 'core.v1.ServiceSpec', 'core.v1.ServicePort', 'apps.v1.DeploymentSpec', 'apps.v1.StatefulSetSpec', 'apps.v1.DaemonSetSpec', 'batch.v1.CronJobSpec', 'networking.v1.IngressSpec', 'rbac.v1.PolicyRule']) {
    it(`say something about every field of ${name}`, () => {
      const definition = knownDefinition(`io.k8s.api.${name}`)
      deepEqual([...definition.fields.keys()].filter((field) => descriptionOf(definition.name, field) === ''), [])
    })
  }
  it('prefer what a definition says to what is said of all', () => {
    equal(descriptionOf('io.k8s.api.apps.v1.DeploymentSpec', 'replicas'), 'How many Pods. 1 when nothing is said.')
    equal(descriptionOf('io.k8s.api.apps.v1.DeploymentStatus', 'readyReplicas'), 'How many of the Pods are ready.')
    equal(descriptionOf('io.k8s.api.core.v1.AzureDiskVolumeSource', 'diskURI'), '')
  })
})
