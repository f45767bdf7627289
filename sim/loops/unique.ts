// A controller of Pods that must be unique: there is one Pod of each name, and it is replaced only when it is gone from the
// API. A Pod whose node is dead is forgotten only when the leader says that the lease of that node has run out, and only in
// the very version that was looked at before the leader was asked. It stands in for StatefulSets.
import type { Controller, ControllerFactory } from '../../node/controllers/controller.ts'
import type { WorkResult } from '../../node/base/work-queue.ts'
import { isAlreadyExists } from '../../node/client/errors.ts'
import { pods as podType } from '../../node/client/resource-types.ts'
import { uniqueLabel } from './kubelet.ts'

const againAfterMs = 1000

/** One Pod for each of `names`; `expired` asks the leader about a node, and is false when nobody knows. */
export function uniqueController(names: readonly string[], expired: (nodeName: string) => Promise<boolean>): ControllerFactory {
  return (deps): Controller => {
    const pods = deps.informers.of(podType)
    const client = deps.client.resource(podType)
    return {
      name: 'unique',
      watch: (sink) => {
        for (const name of names) sink.add(name)
        return pods.onChange(({ object }) => {
          if (names.includes(object.metadata.name ?? '')) sink.add(object.metadata.name ?? '')
        })
      },
      reconcile: async (name): Promise<WorkResult> => {
        const pod = pods.cache.get(`default/${name}`)
        if (pod === undefined) {
          try {
            pods.assume(await client.create({ metadata: { name, namespace: 'default', labels: { [uniqueLabel]: 'true' } }, spec: { containers: [{ name: 'main', image: 'none' }] } }))
          } catch (error) {
            if (!isAlreadyExists(error)) throw error
          }
          return { againAfterMs }
        }
        const { uid, resourceVersion, deletionTimestamp } = pod.metadata
        const nodeName = pod.spec?.nodeName ?? ''
        if (deletionTimestamp !== undefined && nodeName !== '' && (await expired(nodeName))) {
          const left = await client.delete(name, 'default', { uid, resourceVersion, gracePeriodSeconds: 0 })
          if (left === undefined) pods.assumeDeleted(`default/${name}`, uid)
        }
        return { againAfterMs }
      },
    }
  }
}
