// Which claims a Pod uses. Scheduler, controllers and kubelet ask this; whether one of them makes the Pod unique is pods/unique.ts.
// Source: Kubernetes concepts, Persistent Volumes (claims as volumes), Ephemeral Volumes (names of their claims).
import type { Pod, Volume } from '../generated/core-v1.ts'

/** A claim that a Pod uses. */
export interface UsedClaim {
  /** The Pod's name for the volume. */
  readonly volume: string
  /** The claim's name in the Pod's namespace. */
  readonly name: string
  /** The claim is the Pod's own and comes and goes with it. */
  readonly isEphemeral: boolean
  readonly readOnly: boolean
}

/** The claim behind a volume of a Pod, or undefined. */
export function claimOf(pod: Pod, volume: Volume): UsedClaim | undefined {
  const { persistentVolumeClaim: source, ephemeral, name } = volume
  if (source !== undefined) return { volume: name, name: source.claimName, isEphemeral: false, readOnly: source.readOnly === true }
  return ephemeral === undefined ? undefined : { volume: name, name: `${pod.metadata.name ?? ''}-${name}`, isEphemeral: true, readOnly: false }
}

/** All claims of a Pod, in the order of its volumes. */
export function claimsOf(pod: Pod): readonly UsedClaim[] {
  return (pod.spec?.volumes ?? []).flatMap((volume) => claimOf(pod, volume) ?? [])
}

/** `namespace/name` of the Pod's claims. */
export const claimKeysOf = (pod: Pod): readonly string[] => claimsOf(pod).map((claim) => `${pod.metadata.namespace ?? ''}/${claim.name}`)
