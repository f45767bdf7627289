// The errors that the kubelet can end with. Errors of one Pod become its status and events; these here are for calls that
// a person or another zone made.
import { defineError } from '../base/errors.ts'

/** A call to the container runtime failed. `notFound`: what it named does not exist (any more). */
export const runtimeError = defineError<{ readonly call: string; readonly notFound: boolean; readonly reason: string }>({
  code: 'SHOAL_RUNTIME_FAILED',
  message: ({ call, reason }) => `the container runtime refused ${call}: ${reason}`,
  remedy: 'Look at the runtime\'s own log; `shoal doctor` tells whether its socket answers.',
})

/** Whether an error says that a sandbox, container or image does not exist. */
export const isRuntimeNotFound = (error: unknown): boolean => runtimeError.is(error) && error.details.notFound

/** An image archive could not be imported. */
export const imageLoadFailed = defineError<{ readonly archive: string; readonly reason: string }>({
  code: 'SHOAL_IMAGE_LOAD_FAILED',
  message: ({ archive, reason }) => `the image archive ${archive} could not be loaded: ${reason}`,
  remedy: 'Give a docker or OCI archive, as `docker save` or `skopeo copy` write it.',
})

/** A volume of a Pod cannot be set up; the text becomes the event of the Pod. */
export const imageExportFailed = defineError<{ readonly image: string; readonly reason: string }>({
  code: 'SHOAL_IMAGE_EXPORT_FAILED',
  message: ({ image, reason }) => `the image ${image} could not be handed to another peer: ${reason}`,
  remedy: 'The other peer asks the next one. Look whether there is room in the temporary folder, and whether the image is whole (ctr -n k8s.io images check).',
  exitStatus: 1,
})

export const volumeFailed = defineError<{ readonly volume: string; readonly reason: string }>({
  code: 'SHOAL_VOLUME_FAILED',
  message: ({ volume, reason }) => `MountVolume.SetUp failed for volume "${volume}" : ${reason}`,
  remedy: 'See the reason; the kubelet tries again by itself.',
})

/** A container cannot be configured: a reference to a missing config map, secret or field. */
export const containerConfigFailed = defineError<{ readonly reason: string }>({
  code: 'SHOAL_CONTAINER_CONFIG_FAILED',
  message: ({ reason }) => reason,
  remedy: 'Create what the Pod refers to; the kubelet tries again by itself.',
})

/** A probe could not be carried out; it counts as a failed probe. */
export const probeFailed = defineError<{ readonly reason: string }>({
  code: 'SHOAL_PROBE_FAILED',
  message: ({ reason }) => reason,
  remedy: 'The text says what the probe saw.',
})

/** A request to the kubelet's server that cannot be served. */
export const kubeletRefused = defineError<{ readonly httpStatus: number; readonly reason: string }>({
  code: 'SHOAL_KUBELET_REFUSED',
  message: ({ reason }) => reason,
  remedy: 'Check the names of Pod and container.',
})

export const kubeletCannotListen = defineError<{ readonly port: number; readonly reason: string }>({
  code: 'SHOAL_KUBELET_CANNOT_LISTEN',
  message: ({ port, reason }) => `the kubelet cannot listen on port ${port}: ${reason}`,
  remedy: 'Free the port (ss -ltnp names who holds it) or choose another with --kubelet-port.',
})
