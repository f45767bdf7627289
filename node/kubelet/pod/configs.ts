// From a Pod to the runtime's configurations of its sandbox and containers. Labels and annotations are the ones that every
// kubelet writes (io.kubernetes.*), so that tools, and this daemon after a restart, recognise what runs. Pure.
import type { Container, Pod } from '../../objects/generated/core-v1.ts'
import type { ContainerConfig, ContainerResources, Labels, RuntimeImage, RuntimeMount, SandboxConfig } from '../runtime/types.ts'
import { podHostname, resolverConfig } from './dns.ts'
import type { DnsContext } from './dns.ts'
import { expand } from './expansion.ts'
import { specImageAnnotation } from './plan.ts'
import { containerSecurity, sandboxSecurity } from './security.ts'
import { identityOf, specOf } from './view.ts'

export const podUidLabel = 'io.kubernetes.pod.uid'
export const podNameLabel = 'io.kubernetes.pod.name'
export const podNamespaceLabel = 'io.kubernetes.pod.namespace'
export const containerNameLabel = 'io.kubernetes.container.name'
export const restartCountAnnotation = 'io.kubernetes.container.restartCount'
/** Where the container's termination message lies on this machine. */
export const terminationFileAnnotation = 'shoal.dev/termination-file'

export interface SandboxContext extends DnsContext {
  readonly machineName: string
  /** The Pod's folder under the log directory. */
  readonly logDirectory: string
  /** The control group under which Pods lie; undefined without control groups. */
  readonly cgroupParent: string | undefined
}

/** The folder of a Pod's logs under the log directory, as every kubelet names it. */
export function podLogFolder(pod: Pod): string {
  const { namespace, name, uid } = identityOf(pod)
  return `${namespace}_${name}_${uid}`
}

const identityLabels = (pod: Pod): Labels => {
  const { namespace, name, uid } = identityOf(pod)
  return { [podNameLabel]: name, [podNamespaceLabel]: namespace, [podUidLabel]: uid }
}

/** What the runtime is told of a Pod's sandbox; `attempt` counts those before it. */
export function sandboxConfig(pod: Pod, attempt: number, context: SandboxContext): SandboxConfig {
  const { namespace, name, uid } = identityOf(pod)
  const sysctls = Object.fromEntries((specOf(pod).securityContext?.sysctls ?? []).map((each) => [each.name, each.value]))
  return {
    metadata: { name, namespace, uid, attempt },
    hostname: podHostname(pod, context.machineName),
    logDirectory: context.logDirectory,
    dnsConfig: resolverConfig(pod, context),
    // Ports of the host are rules of the network zone, not of the runtime.
    portMappings: [],
    labels: { ...pod.metadata.labels, ...identityLabels(pod) },
    annotations: {},
    linux: {
      ...(context.cgroupParent === undefined ? {} : { cgroupParent: context.cgroupParent }),
      sysctls,
      securityContext: sandboxSecurity(pod),
    },
  }
}

export interface ContainerContext {
  readonly attempt: number
  readonly image: RuntimeImage
  readonly imageRef: string
  readonly environment: readonly { readonly key: string; readonly value: string }[]
  readonly mounts: readonly RuntimeMount[]
  readonly resources: ContainerResources | undefined
  readonly terminationFile: string
}

/** The container's log under its Pod's folder. */
export const containerLogPath = (name: string, attempt: number): string => `${name}/${attempt}.log`

/** What the runtime is told of a container. Variables in command and arguments are expanded here. */
export function containerConfig(pod: Pod, container: Container, context: ContainerContext): ContainerConfig {
  const values = new Map(context.environment.map((each) => [each.key, each.value]))
  const expanded = (list: readonly string[] | undefined): readonly string[] => (list ?? []).map((text) => expand(text, (name) => values.get(name)))
  return {
    metadata: { name: container.name, attempt: context.attempt },
    image: { image: context.imageRef },
    command: expanded(container.command),
    args: expanded(container.args),
    ...(container.workingDir === undefined ? {} : { workingDir: container.workingDir }),
    envs: context.environment,
    mounts: context.mounts,
    labels: { ...identityLabels(pod), [containerNameLabel]: container.name },
    annotations: {
      [restartCountAnnotation]: String(context.attempt),
      [specImageAnnotation]: container.image ?? '',
      [terminationFileAnnotation]: context.terminationFile,
    },
    logPath: containerLogPath(container.name, context.attempt),
    stdin: container.stdin === true,
    stdinOnce: container.stdinOnce === true,
    tty: container.tty === true,
    linux: {
      ...(context.resources === undefined ? {} : { resources: context.resources }),
      securityContext: containerSecurity(pod, container, context.image),
    },
  }
}
