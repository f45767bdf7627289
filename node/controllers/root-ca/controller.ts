// Every namespace gets the config map `kube-root-ca.crt` with the cluster's CA, so that Pods can verify the API;
// it is made again when deleted and corrected when changed. Source: Kubernetes concepts, RBAC and projected volumes.
import type { WorkResult } from '../../base/work-queue.ts'
import { configMaps as configMapType, namespaces as namespaceType } from '../../client/resource-types.ts'
import { sameJson } from '../../objects/pods/fnv.ts'
import { type Controller, type ControllerDeps, type KeySink, settled } from '../controller.ts'
import { createUnlessThere, isActive } from '../namespace-content.ts'

const mapName = 'kube-root-ca.crt'
const annotations = {
  'kubernetes.io/description': 'Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.',
}

/** The controller of root CA config maps. Keys are namespaces. */
export function rootCaController(deps: ControllerDeps): Controller {
  const namespaces = deps.informers.of(namespaceType)
  const maps = deps.informers.of(configMapType)
  const data = { 'ca.crt': deps.rootCa }
  const reconcile = async (key: string): Promise<WorkResult> => {
    if (!isActive(namespaces.cache.get(key))) return settled
    const known = maps.cache.get(`${key}/${mapName}`)
    if (known === undefined) await createUnlessThere(deps.client, maps, { metadata: { name: mapName, namespace: key, annotations }, data })
    else if (!sameJson(known.data, data)) maps.assume(await deps.client.resource(configMapType).update({ ...known, data }))
    return settled
  }
  const watch = (sink: KeySink): (() => void) => {
    const ends = [
      namespaces.onChange(({ object }) => sink.add(object.metadata.name ?? '')),
      maps.onChange(({ object }) => {
        if (object.metadata.name === mapName) sink.add(object.metadata.namespace ?? '')
      }),
    ]
    return () => ends.forEach((end) => end())
  }
  return { name: 'rootca', watch, reconcile }
}
