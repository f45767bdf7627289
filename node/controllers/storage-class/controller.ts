// Makes the cluster's own storage class once, see plan.ts.
import { isAlreadyExists } from '../../client/errors.ts'
import { namespaces as namespaceType, storageClasses as classType } from '../../client/resource-types.ts'
import { type Controller, type ControllerDeps, settled } from '../controller.ts'
import { madeAnnotation, markedNamespace, planStorageClass } from './plan.ts'

/** The controller of the cluster's own storage class. Its key is the namespace that carries the mark. */
export function storageClassController(deps: ControllerDeps): Controller {
  const namespaces = deps.informers.of(namespaceType)
  const classes = deps.informers.of(classType)
  return {
    name: 'storageclass',
    watch: (sink) => namespaces.onChange(({ object }) => {
      if (object.metadata.name === markedNamespace) sink.add(markedNamespace)
    }),
    reconcile: async (key) => {
      const namespace = namespaces.cache.get(key)
      const plan = planStorageClass(namespace, classes.cache.list())
      if (plan.kind === 'nothing') return settled
      try {
        classes.assume(await deps.client.resource(classType).create(plan.storageClass))
      } catch (error) {
        if (!isAlreadyExists(error)) throw error
      }
      namespaces.assume(await deps.client.resource(namespaceType).patch(key, undefined, { metadata: { uid: namespace?.metadata.uid, annotations: { [madeAnnotation]: 'true' } } }))
      return settled
    },
  }
}
