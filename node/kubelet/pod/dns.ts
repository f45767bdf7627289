// What a Pod's resolver is told, and the lines of its /etc/hosts (Kubernetes documentation, DNS for Services and Pods;
// Adding entries to Pod /etc/hosts). Pure.
import type { Pod } from '../../objects/generated/core-v1.ts'
import { specOf } from './view.ts'

export interface ResolverConfig {
  readonly servers: readonly string[]
  readonly searches: readonly string[]
  readonly options: readonly string[]
}

export interface DnsContext {
  readonly clusterDomain: string
  readonly clusterDns: readonly string[]
  /** The machine's own /etc/resolv.conf. */
  readonly machine: ResolverConfig
}

/** Reads /etc/resolv.conf. */
export function parseResolverConfig(text: string): ResolverConfig {
  const servers: string[] = []
  let searches: readonly string[] = []
  let options: readonly string[] = []
  for (const line of text.split('\n')) {
    const [word, ...rest] = line.trim().split(/\s+/)
    if (word === 'nameserver' && rest[0] !== undefined) servers.push(rest[0])
    else if (word === 'search' || word === 'domain') searches = rest
    else if (word === 'options') options = rest
  }
  return { servers, searches, options }
}

const unique = (list: readonly string[]): readonly string[] => [...new Set(list)]

function byPolicy(pod: Pod, context: DnsContext): ResolverConfig {
  const spec = specOf(pod)
  const policy = spec.dnsPolicy ?? 'ClusterFirst'
  if (policy === 'None') return { servers: [], searches: [], options: [] }
  const cluster = policy === 'ClusterFirstWithHostNet' || (policy === 'ClusterFirst' && spec.hostNetwork !== true)
  if (!cluster) return context.machine
  const { namespace = 'default' } = pod.metadata
  const searches = [`${namespace}.svc.${context.clusterDomain}`, `svc.${context.clusterDomain}`, context.clusterDomain]
  return { servers: context.clusterDns, searches: [...searches, ...context.machine.searches], options: ['ndots:5'] }
}

/** The Pod's /etc/resolv.conf by its policy and its own additions. */
export function resolverConfig(pod: Pod, context: DnsContext): ResolverConfig {
  const base = byPolicy(pod, context)
  const own = specOf(pod).dnsConfig
  if (own === undefined) return base
  const named = (option: string): string => option.split(':')[0] ?? option
  const added = (own.options ?? []).map(({ name = '', value }) => (value === undefined ? name : `${name}:${value}`))
  return {
    servers: unique([...base.servers, ...(own.nameservers ?? [])]),
    searches: unique([...base.searches, ...(own.searches ?? [])]),
    options: [...base.options.filter((option) => !added.some((each) => named(each) === named(option))), ...added],
  }
}

/** The name that a Pod's containers see, at most 63 characters. */
export function podHostname(pod: Pod, machineName: string): string {
  const spec = specOf(pod)
  if (spec.hostNetwork === true) return machineName
  return (spec.hostname ?? pod.metadata.name ?? '').slice(0, 63).replace(/[-.]+$/, '')
}

/** The Pod's /etc/hosts. */
export function hostsFile(pod: Pod, addresses: readonly string[], clusterDomain: string): string {
  const spec = specOf(pod)
  const hostname = podHostname(pod, '')
  const fullName = spec.subdomain === undefined || spec.subdomain === '' ? '' : `${hostname}.${spec.subdomain}.${pod.metadata.namespace}.svc.${clusterDomain}`
  const lines = [
    '# Written by the kubelet.',
    '127.0.0.1\tlocalhost',
    '::1\tlocalhost ip6-localhost ip6-loopback',
    'fe00::\tip6-localnet',
    'ff02::1\tip6-allnodes',
    'ff02::2\tip6-allrouters',
    ...addresses.map((address) => [address, fullName, hostname].filter((each) => each !== '').join('\t')),
  ]
  const aliases = (spec.hostAliases ?? []).map((alias) => [alias.ip, ...(alias.hostnames ?? [])].join('\t'))
  if (aliases.length > 0) lines.push('', '# Entries of the Pod\'s hostAliases.', ...aliases)
  return `${lines.join('\n')}\n`
}
