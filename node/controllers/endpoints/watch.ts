// Which Services a change concerns: a Service itself, or those that select a Pod or selected it before.
// Shared by the two controllers that write endpoints down, which must see the same changes.
import type { Informer } from '../../client/informer.ts'
import { keyOf } from '../../client/object-cache.ts'
import type { Pod, Service } from '../../objects/generated/core-v1.ts'
import { containsLabels } from '../../objects/pods/label-match.ts'
import type { KeySink } from '../controller.ts'
import { hasDerivedEndpoints } from './addresses.ts'

const namespaceIndex = 'namespace'
const byNamespace = (object: { readonly metadata: { readonly namespace?: string | undefined } }): readonly string[] => [object.metadata.namespace ?? '']

/** Adds the keys of Services that a change of a Service or Pod concerns. */
export function watchServicesAndPods(services: Informer<Service>, pods: Informer<Pod>, sink: KeySink): () => void {
  services.addIndex(namespaceIndex, byNamespace)
  pods.addIndex(namespaceIndex, byNamespace)
  const addSelecting = (pod: Pod): void => {
    for (const service of services.cache.byIndex(namespaceIndex, pod.metadata.namespace ?? '')) {
      if (selectsPod(service, pod)) sink.add(keyOf(service))
    }
  }
  const ends = [
    services.onChange(({ object }) => sink.add(keyOf(object))),
    pods.onChange(({ object, previous }) => {
      addSelecting(object)
      if (previous !== undefined && previous.metadata.labels !== object.metadata.labels) addSelecting(previous)
    }),
  ]
  return () => ends.forEach((end) => end())
}

/** The Pods that the Service selects. */
export function podsOfService(service: Service, pods: Informer<Pod>): readonly Pod[] {
  return pods.cache.byIndex(namespaceIndex, service.metadata.namespace ?? '').filter((pod) => selectsPod(service, pod))
}

function selectsPod(service: Service, pod: Pod): boolean {
  return hasDerivedEndpoints(service) && containsLabels(service.spec?.selector ?? {}, pod.metadata.labels)
}
