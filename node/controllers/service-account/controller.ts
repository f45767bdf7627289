// Every namespace gets the service account `default`, again when somebody deletes it.
// Source: Kubernetes reference, Managing Service Accounts (ServiceAccount controller).
import type { WorkResult } from '../../base/work-queue.ts'
import { namespaces as namespaceType, serviceAccounts as accountType } from '../../client/resource-types.ts'
import { type Controller, type ControllerDeps, type KeySink, settled } from '../controller.ts'
import { createUnlessThere, isActive } from '../namespace-content.ts'

const accountName = 'default'

/** The controller of default service accounts. Keys are namespaces. */
export function serviceAccountController(deps: ControllerDeps): Controller {
  const namespaces = deps.informers.of(namespaceType)
  const accounts = deps.informers.of(accountType)
  const reconcile = async (key: string): Promise<WorkResult> => {
    if (!isActive(namespaces.cache.get(key)) || accounts.cache.get(`${key}/${accountName}`) !== undefined) return settled
    await createUnlessThere(deps.client, accounts, { metadata: { name: accountName, namespace: key } })
    return settled
  }
  const watch = (sink: KeySink): (() => void) => {
    const ends = [
      namespaces.onChange(({ object }) => sink.add(object.metadata.name ?? '')),
      accounts.onChange(({ kind, object }) => {
        if (kind === 'deleted' && object.metadata.name === accountName) sink.add(object.metadata.namespace ?? '')
      }),
    ]
    return () => ends.forEach((end) => end())
  }
  return { name: 'serviceaccount', watch, reconcile }
}
