// Makes the claims of Pods' ephemeral volumes, see plan.ts. They are deleted with their Pod, as everything that it owns.
import { isAlreadyExists } from '../../client/errors.ts'
import { referenceTo } from '../../client/event-recorder.ts'
import { keyOf } from '../../client/object-cache.ts'
import { persistentVolumeClaims as claimType, pods as podType } from '../../client/resource-types.ts'
import { type Controller, type ControllerDeps, settled } from '../controller.ts'
import { planEphemeralClaims } from './plan.ts'

/** The controller of ephemeral claims. Keys are Pods. */
export function ephemeralClaimController(deps: ControllerDeps): Controller {
  const pods = deps.informers.of(podType)
  const claims = deps.informers.of(claimType)
  const client = deps.client.resource(claimType)
  const events = deps.events('ephemeral_volume')
  return {
    name: 'ephemeralclaim',
    watch: (sink) => pods.onChange(({ kind, object }) => {
      if (kind !== 'deleted' && object.spec?.volumes?.some((volume) => volume.ephemeral !== undefined) === true) sink.add(keyOf(object))
    }),
    reconcile: async (key) => {
      const pod = pods.cache.get(key)
      if (pod === undefined) return settled
      const plan = planEphemeralClaims(pod, (name) => claims.cache.get(`${pod.metadata.namespace}/${name}`))
      for (const claim of plan.create) {
        try {
          claims.assume(await client.create(claim))
        } catch (error) {
          if (!isAlreadyExists(error)) throw error
        }
      }
      for (const name of plan.foreign) events.event(referenceTo(podType, pod), 'Warning', 'EphemeralVolumeConflict', `ephemeral volume: PVC ${pod.metadata.namespace}/${name} was not created for pod ${key} (pod is not owner)`)
      return settled
    },
  }
}
