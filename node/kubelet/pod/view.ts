// What is known of one Pod when it is looked at: its sandboxes and containers in the runtime, what probes say of them, and
// which errors its last attempts met. Plain values, so that planning and status are functions of them.
import type { Container, EphemeralContainer, Pod, PodSpec } from '../../objects/generated/core-v1.ts'
import type { RuntimeContainerStatus, Sandbox } from '../runtime/types.ts'
import { assert, required } from '../../../protocol/base/assert.ts'

/** What probes found of a container that runs. */
export interface Health {
  /** Its startup probe has passed, or it has none. */
  readonly started: boolean
  readonly ready: boolean
  /** Why it must be restarted, when one of these probes failed for good. */
  readonly failure: { readonly probe: 'livenessProbe' | 'startupProbe'; readonly reason: string; readonly message: string } | undefined
}

/** Why a container is not there: `ErrImagePull` and the like. */
export interface Waiting {
  readonly reason: string
  readonly message: string
}

export interface PodView {
  readonly pod: Pod
  /** Newest first. */
  readonly sandboxes: readonly Sandbox[]
  /** Of the newest sandbox when it is ready; empty in the host's network. */
  readonly addresses: readonly string[]
  /** Newest first. Containers of older sandboxes are among them. */
  readonly containers: readonly RuntimeContainerStatus[]
  /** By container id. */
  readonly health: ReadonlyMap<string, Health>
  /** By container name: what the last attempt to start it met. */
  readonly waiting: ReadonlyMap<string, Waiting>
  /** By container name: how many quick crashes in a row. */
  readonly crashes: ReadonlyMap<string, number>
  readonly nowMs: number
}

/** The spec of a Pod that the API has accepted: it always has one. */
export function specOf(pod: Pod): PodSpec {
  return required(pod.spec, 'the spec of a Pod')
}

export interface PodIdentity {
  readonly namespace: string
  readonly name: string
  readonly uid: string
}

/** Names and uid of a Pod that the API has stored. */
export function identityOf(pod: Pod): PodIdentity {
  const { namespace, name, uid } = pod.metadata
  assert(namespace !== undefined && name !== undefined && uid !== undefined, 'a stored Pod has namespace, name and uid')
  return { namespace, name, uid }
}

export type ContainerKind = 'init' | 'sidecar' | 'app' | 'ephemeral'

export interface NamedContainer {
  readonly kind: ContainerKind
  readonly container: Container
}

const ofEphemeral = (each: EphemeralContainer): Container => ({ ...each })

/** All containers of a Pod in the order in which they start. An init container that restarts always is a sidecar (KEP-753). */
export function containersOf(pod: Pod): readonly NamedContainer[] {
  const spec = specOf(pod)
  return [
    ...(spec.initContainers ?? []).map((container) => ({ kind: container.restartPolicy === 'Always' ? 'sidecar' as const : 'init' as const, container })),
    ...spec.containers.map((container) => ({ kind: 'app' as const, container })),
    ...(spec.ephemeralContainers ?? []).map((each) => ({ kind: 'ephemeral' as const, container: ofEphemeral(each) })),
  ]
}

/** The newest container of that name; of the newest sandbox first. */
export function newestContainer(view: PodView, name: string): RuntimeContainerStatus | undefined {
  return view.containers.find((each) => each.name === name)
}

/** The sandbox in which containers run now. */
export function readySandbox(view: PodView): Sandbox | undefined {
  const newest = view.sandboxes[0]
  if (newest === undefined || !newest.ready) return undefined
  return specOf(view.pod).hostNetwork === true || view.addresses.length > 0 ? newest : undefined
}

/** Whether no container of the Pod runs. */
export const nothingRuns = (view: PodView): boolean => view.containers.every((each) => each.state !== 'running')
