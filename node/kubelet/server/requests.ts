// What callers ask of the kubelet's server: paths and queries as Kubernetes' API servers send them. Pure.
import type { LogOptions } from '../logs/reader.ts'
import type { ExecStreams } from '../runtime/types.ts'

export type KubeletRequest =
  | { readonly kind: 'healthz' | 'metrics' | 'pods' | 'statsSummary' | 'resourceMetrics' }
  | { readonly kind: 'containerLogs'; readonly namespace: string; readonly pod: string; readonly container: string; readonly previous: boolean; readonly options: LogOptions }
  | { readonly kind: 'exec'; readonly namespace: string; readonly pod: string; readonly container: string; readonly command: readonly string[]; readonly streams: ExecStreams }
  | { readonly kind: 'attach'; readonly namespace: string; readonly pod: string; readonly container: string; readonly streams: ExecStreams }
  | { readonly kind: 'portForward'; readonly namespace: string; readonly pod: string; readonly ports: readonly number[] }
  | { readonly kind: 'endpointOut'; readonly address: string }
  | { readonly kind: 'loadImage' }
  | { readonly kind: 'sendImage'; readonly image: string }

const isTrue = (text: string | null): boolean => text === '1' || text === 'true'

function wholeNumber(text: string | null): number | undefined {
  return text !== null && /^\d+$/.test(text) ? Number(text) : undefined
}

function streamsOf(query: URLSearchParams): ExecStreams {
  const given = (...names: readonly string[]): boolean => names.some((name) => isTrue(query.get(name)))
  const tty = given('tty')
  // With a terminal both outputs are one stream.
  return { stdin: given('input', 'stdin'), stdout: given('output', 'stdout'), stderr: given('error', 'stderr') && !tty, tty }
}

function logOptions(query: URLSearchParams, nowMs: number): LogOptions {
  const seconds = wholeNumber(query.get('sinceSeconds'))
  const time = Date.parse(query.get('sinceTime') ?? '')
  return {
    follow: isTrue(query.get('follow')),
    tailLines: wholeNumber(query.get('tailLines')),
    sinceMs: seconds !== undefined ? nowMs - seconds * 1000 : Number.isNaN(time) ? undefined : time,
    timestamps: isTrue(query.get('timestamps')),
    limitBytes: wholeNumber(query.get('limitBytes')),
  }
}

/** The request that a URL makes; undefined for unknown paths. */
export function parseRequest(url: string, nowMs: number): KubeletRequest | undefined {
  const { pathname, searchParams: query } = new URL(url, 'https://kubelet')
  const [first, ...rest] = pathname.slice(1).split('/').map(decodeURIComponent)
  const [namespace, pod, container] = rest
  if (pathname === '/healthz') return { kind: 'healthz' }
  if (pathname === '/metrics') return { kind: 'metrics' }
  if (pathname === '/pods') return { kind: 'pods' }
  if (pathname === '/stats/summary') return { kind: 'statsSummary' }
  if (pathname === '/metrics/resource') return { kind: 'resourceMetrics' }
  if (pathname === '/shoal/endpoint-out') return { kind: 'endpointOut', address: query.get('ip') ?? '' }
  if (pathname === '/shoal/images') return { kind: 'loadImage' }
  if (pathname === '/shoal/image') return { kind: 'sendImage', image: query.get('name') ?? '' }
  if (namespace === undefined || pod === undefined) return undefined
  if (first === 'portForward') {
    const ports = query.getAll('port').concat(query.getAll('ports')).flatMap((text) => text.split(',')).map(Number).filter((port) => port > 0 && port < 65_536)
    return { kind: 'portForward', namespace, pod, ports }
  }
  if (container === undefined) return undefined
  switch (first) {
    case 'containerLogs': return { kind: 'containerLogs', namespace, pod, container, previous: isTrue(query.get('previous')), options: logOptions(query, nowMs) }
    case 'exec': return { kind: 'exec', namespace, pod, container, command: query.getAll('command'), streams: streamsOf(query) }
    case 'attach': return { kind: 'attach', namespace, pod, container, streams: streamsOf(query) }
    default: return undefined
  }
}
