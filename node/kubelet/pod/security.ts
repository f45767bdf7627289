// Security contexts of Pods and containers as the runtime takes them (Kubernetes documentation, Configure a Security
// Context). A container's own setting wins over its Pod's. Pure.
import type { Container, Pod, SeccompProfile } from '../../objects/generated/core-v1.ts'
import { containerConfigFailed } from '../errors.ts'
import type { ContainerConfig, NamespaceOption, RuntimeImage, SandboxConfig, SecurityProfile } from '../runtime/types.ts'
import { specOf } from './view.ts'

const maskedPaths = [
  '/proc/asound', '/proc/acpi', '/proc/kcore', '/proc/keys', '/proc/latency_stats', '/proc/timer_list', '/proc/timer_stats',
  '/proc/sched_debug', '/proc/scsi', '/sys/firmware', '/sys/devices/virtual/powercap',
]
const readonlyPaths = ['/proc/bus', '/proc/fs', '/proc/irq', '/proc/sys', '/proc/sysrq-trigger']

/** Which namespaces the containers share. */
export function namespaceOptions(pod: Pod): NamespaceOption {
  const spec = specOf(pod)
  return {
    network: spec.hostNetwork === true ? 'NODE' : 'POD',
    pid: spec.hostPID === true ? 'NODE' : spec.shareProcessNamespace === true ? 'POD' : 'CONTAINER',
    ipc: spec.hostIPC === true ? 'NODE' : 'POD',
  }
}

function seccomp(profile: SeccompProfile | undefined, privileged: boolean): SecurityProfile {
  if (privileged || profile === undefined || profile.type === 'Unconfined') return { profileType: 'Unconfined' }
  if (profile.type === 'RuntimeDefault') return { profileType: 'RuntimeDefault' }
  return { profileType: 'Localhost', localhostRef: profile.localhostProfile ?? '' }
}

const int64 = (value: number | undefined): { readonly value: number } | undefined => (value === undefined ? undefined : { value })

function groups(pod: Pod): readonly number[] {
  const context = specOf(pod).securityContext
  return [...(context?.supplementalGroups ?? []), ...(context?.fsGroup === undefined ? [] : [context.fsGroup])]
}

/** Fails when the container must not run as root and would. `image` says as whom it runs by itself. */
function refuseRoot(pod: Pod, container: Container, image: RuntimeImage, user: number | undefined): void {
  if ((container.securityContext?.runAsNonRoot ?? specOf(pod).securityContext?.runAsNonRoot) !== true) return
  const named = `container: ${container.name})`
  if (user === 0) throw containerConfigFailed.make({ reason: `container's runAsUser breaks non-root policy (pod: "${pod.metadata.name}", ${named}` })
  if (user !== undefined) return
  if (image.username !== '') throw containerConfigFailed.make({ reason: `container has runAsNonRoot and image has non-numeric user (${image.username}), cannot verify user is non-root (pod: "${pod.metadata.name}", ${named}` })
  if (image.uid === undefined || image.uid === 0) throw containerConfigFailed.make({ reason: `container has runAsNonRoot and image will run as root (pod: "${pod.metadata.name}", ${named}` })
}

/** The container's part. Throws containerConfigFailed where runAsNonRoot forbids it. */
export function containerSecurity(pod: Pod, container: Container, image: RuntimeImage): ContainerConfig['linux']['securityContext'] {
  const own = container.securityContext
  const shared = specOf(pod).securityContext
  const privileged = own?.privileged === true
  const user = own?.runAsUser ?? shared?.runAsUser
  const group = own?.runAsGroup ?? shared?.runAsGroup
  refuseRoot(pod, container, image, user)
  const runAsUser = int64(user)
  const runAsGroup = int64(group)
  const unmasked = privileged || own?.procMount === 'Unmasked'
  return {
    privileged,
    namespaceOptions: namespaceOptions(pod),
    // A group without a user is refused by the runtime: the image's own user stands in.
    ...(runAsUser !== undefined ? { runAsUser } : runAsGroup !== undefined ? { runAsUser: { value: image.uid ?? 0 } } : {}),
    ...(runAsGroup === undefined ? {} : { runAsGroup }),
    readonlyRootfs: own?.readOnlyRootFilesystem === true,
    supplementalGroups: groups(pod),
    noNewPrivs: own?.allowPrivilegeEscalation === false && !privileged,
    maskedPaths: unmasked ? [] : maskedPaths,
    readonlyPaths: unmasked ? [] : readonlyPaths,
    seccomp: seccomp(own?.seccompProfile ?? shared?.seccompProfile, privileged),
    ...(own?.capabilities === undefined ? {} : { capabilities: { addCapabilities: own.capabilities.add ?? [], dropCapabilities: own.capabilities.drop ?? [] } }),
  }
}

/** The sandbox's part. */
export function sandboxSecurity(pod: Pod): SandboxConfig['linux']['securityContext'] {
  const context = specOf(pod).securityContext
  const runAsUser = int64(context?.runAsUser)
  const runAsGroup = int64(context?.runAsGroup)
  return {
    namespaceOptions: namespaceOptions(pod),
    ...(runAsUser === undefined ? {} : { runAsUser }),
    ...(runAsGroup === undefined || runAsUser === undefined ? {} : { runAsGroup }),
    supplementalGroups: groups(pod),
    privileged: specOf(pod).containers.some((each) => each.securityContext?.privileged === true),
    seccomp: seccomp(context?.seccompProfile, false),
  }
}
