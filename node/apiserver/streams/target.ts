// Which kubelet, and which path on it, a log or a stream means: the Pod must be there, have a node, and the container must be
// one of its own. The answers to mistakes are the reference's. Source: API reference, Pod connect and log operations.
import { objectsIn, stringIn } from '../../objects/access.ts'
import type { JsonObject } from '../../objects/json.ts'
import type { FieldError } from '../../resources/types.ts'
import type { KubeletConnections, KubeletEndpoint } from '../kubelet-connection.ts'
import { truthy } from '../request-info.ts'
import { findObject } from '../rest.ts'
import type { Rest } from '../rest.ts'
import { badRequest, internalError, invalid, notFound } from '../status.ts'

export interface StreamTarget {
  readonly endpoint: KubeletEndpoint
  /** Path and query on the kubelet. */
  readonly path: string
}

export type StreamKind = 'exec' | 'attach' | 'portforward'

export interface TargetDeps {
  readonly rest: Rest
  readonly kubelets: KubeletConnections
}

/** The Pod, looked for a second time on a fresh copy before it is not found. */
async function findPod(rest: Rest, namespace: string, name: string): Promise<JsonObject> {
  const known = findObject(rest, '', 'pods', namespace, name)
  if (known !== undefined) return known
  await rest.storage.fresh()
  const found = findObject(rest, '', 'pods', namespace, name)
  if (found === undefined) throw notFound({ group: '', resource: 'pods' }, name)
  return found
}

/** Where a stream leads. Throws the Status of what is wrong. */
export async function streamTarget(deps: TargetDeps, kind: StreamKind, namespace: string, name: string, query: URLSearchParams): Promise<StreamTarget> {
  const pod = await findPod(deps.rest, namespace, name)
  const place = `${encodeURIComponent(namespace)}/${encodeURIComponent(name)}`
  if (kind === 'portforward') {
    const ports = new URLSearchParams(query.getAll('ports').map((port): [string, string] => ['port', port]))
    return { endpoint: endpointOf(deps, pod, name), path: `/portForward/${place}${ports.size === 0 ? '' : `?${ports}`}` }
  }
  const container = chooseContainer(pod, name, query.get('container') ?? '')
  const endpoint = endpointOf(deps, pod, name)
  const asked = new URLSearchParams()
  for (const [from, to] of [['stdin', 'input'], ['stdout', 'output'], ['stderr', 'error'], ['tty', 'tty']] as const) {
    // Without any word about them, both outputs are wanted.
    if (truthy(query.get(from))) asked.set(to, '1')
  }
  if (kind === 'exec') for (const command of query.getAll('command')) asked.append('command', command)
  return { endpoint, path: `/${kind}/${place}/${encodeURIComponent(container)}?${asked}` }
}

/** Where a log is read, or undefined when the Pod has no node yet. */
export async function logTarget(deps: TargetDeps, namespace: string, name: string, query: URLSearchParams): Promise<StreamTarget | undefined> {
  const pod = await findPod(deps.rest, namespace, name)
  checkLogOptions(name, query)
  const container = chooseContainer(pod, name, query.get('container') ?? '')
  if (stringIn(pod, 'spec', 'nodeName') === '') return undefined
  const asked = new URLSearchParams()
  for (const option of ['follow', 'previous', 'timestamps']) if (truthy(query.get(option))) asked.set(option, 'true')
  for (const option of ['sinceSeconds', 'sinceTime', 'tailLines', 'limitBytes']) {
    const value = query.get(option)
    if (value !== null && value !== '') asked.set(option, value)
  }
  return {
    endpoint: endpointOf(deps, pod, name),
    path: `/containerLogs/${encodeURIComponent(namespace)}/${encodeURIComponent(name)}/${encodeURIComponent(container)}?${asked}`,
  }
}

function endpointOf(deps: TargetDeps, pod: JsonObject, name: string): KubeletEndpoint {
  const node = stringIn(pod, 'spec', 'nodeName')
  if (node === '') throw badRequest(`pod ${name} does not have a host assigned`)
  const endpoint = deps.kubelets.endpoint(node)
  if (endpoint === undefined) throw internalError(`the kubelet of node "${node}" cannot be reached: its address is not known`)
  return endpoint
}

function chooseContainer(pod: JsonObject, name: string, asked: string): string {
  const named = (field: string): string[] => objectsIn(pod, 'spec', field).map((container) => stringIn(container, 'name'))
  const containers = named('containers')
  const inits = named('initContainers')
  const ephemeral = named('ephemeralContainers')
  if (asked !== '') {
    if ([...containers, ...inits, ...ephemeral].includes(asked)) return asked
    throw badRequest(`container ${asked} is not valid for pod ${name}`)
  }
  const [only] = containers
  if (only !== undefined && containers.length === 1) return only
  const extra = inits.length > 0 ? ` or one of the init containers: [${inits.join(' ')}]` : ''
  throw badRequest(`a container name must be specified for pod ${name}, choose one of: [${containers.join(' ')}]${extra}`)
}

function checkLogOptions(name: string, query: URLSearchParams): void {
  const errors: FieldError[] = []
  const check = (option: string, least: number): void => {
    const value = query.get(option)
    if (value === null || value === '' || !/^[-+]?\d+$/.test(value)) return
    const rule = least === 0 ? 'must be greater than or equal to 0' : 'must be greater than 0'
    if (Number(value) < least) errors.push({ type: 'FieldValueInvalid', field: option, detail: `Invalid value: ${Number(value)}: ${rule}` })
  }
  check('tailLines', 0)
  check('limitBytes', 1)
  if (query.has('sinceSeconds') && query.has('sinceTime')) {
    errors.push({ type: 'FieldValueForbidden', field: '[]', detail: 'Forbidden: at most one of `sinceTime` or `sinceSeconds` may be specified' })
  } else check('sinceSeconds', 1)
  if (errors.length > 0) throw invalid({ group: '', kind: 'PodLogOptions' }, name, errors)
}

