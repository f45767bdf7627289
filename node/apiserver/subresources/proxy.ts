// The subresources pods/proxy, services/proxy and nodes/proxy: a request of a user who may, repeated towards what the object
// stands for, and the answer passed on as it comes. The caller's credentials are never passed on, and connections are not
// upgraded. Source: API reference, "connect" operations of Pod, Service and Node.
import { request as requestHttp } from 'node:http'
import type { IncomingMessage, RequestOptions } from 'node:http'
import { request as requestHttps } from 'node:https'
import { stringIn } from '../../objects/access.ts'
import type { JsonObject } from '../../objects/json.ts'
import type { Answer, Call } from '../call.ts'
import { kubeletConnectTimeoutMs } from '../limits.ts'
import { allObjects, findObject } from '../rest.ts'
import { badRequest, failure, notFound, serviceUnavailable } from '../status.ts'
import { podAddress, proxyName, serviceAddress } from './proxy-address.ts'
import type { ProxyName } from './proxy-address.ts'
import type { Subresource, SubresourceDeps, SubresourceTarget } from './types.ts'

/** What a request is repeated with: options for Node's HTTP clients. */
interface Upstream {
  readonly scheme: 'http' | 'https'
  readonly options: RequestOptions
}

type Find = (deps: SubresourceDeps, target: SubresourceTarget, asked: ProxyName, path: string) => Promise<Upstream>

/** They concern one connection, or would let an answer speak for the server itself. */
const keptBack = new Set(['connection', 'keep-alive', 'proxy-authenticate', 'te', 'trailer', 'transfer-encoding', 'upgrade', 'set-cookie', 'strict-transport-security'])

async function objectOf({ rest }: SubresourceDeps, resource: string, namespace: string, name: string): Promise<JsonObject> {
  const known = findObject(rest, '', resource, namespace, name)
  if (known !== undefined) return known
  await rest.storage.fresh()
  const found = findObject(rest, '', resource, namespace, name)
  if (found === undefined) throw notFound({ group: '', resource }, name)
  return found
}

const toPod: Find = async (deps, { namespace }, asked) => {
  const { scheme, ...options } = podAddress(asked, await objectOf(deps, 'pods', namespace, asked.name))
  return { scheme, options }
}

const toService: Find = async (deps, { namespace }, asked) => {
  const service = await objectOf(deps, 'services', namespace, asked.name)
  const slices = [...allObjects(deps.rest, 'discovery.k8s.io', 'endpointslices', namespace)].filter((slice) => stringIn(slice, 'metadata', 'labels', 'kubernetes.io/service-name') === asked.name)
  const { scheme, ...options } = serviceAddress(asked, service, slices, deps.rest.random.float())
  return { scheme, options }
}

const toNode: Find = async ({ kubelets, ...deps }, _target, asked, path) => {
  await objectOf({ kubelets, ...deps }, 'nodes', '', asked.name)
  const endpoint = kubelets.endpoint(asked.name)
  if (endpoint === undefined) throw failure(500, '', 'no preferred addresses found; known addresses: []')
  if (asked.port !== '' && Number(asked.port) !== endpoint.port) throw badRequest('of a node only the port of its kubelet can be reached')
  // What peers ask of each other is not for users, whatever they may do with nodes.
  if (path.startsWith('/shoal/')) throw badRequest('address not allowed')
  const { host, port, serverName, ca, certificate, privateKey } = endpoint
  return { scheme: 'https', options: { host, port, ...{ servername: serverName, ca, cert: certificate, key: privateKey } } }
}

const proxied = (resource: string, kind: string, find: Find): Subresource => ({
  group: '', resource, subresource: 'proxy', kind, verbs: ['create', 'delete', 'get', 'patch', 'update'],
  handle: async (deps, call, target) => {
    const [whole, rest] = proxyPath.exec(call.path) ?? []
    if (whole === undefined) throw badRequest('this is not the path of a proxy')
    if (rest === undefined) return { kind: 'text', code: 301, contentType: 'text/plain', text: '', headers: { location: `${call.path}/${queryOf(call)}` } }
    // Dots in the path are resolved here, so that what is checked is what is asked for.
    const { pathname } = new URL(`http://proxied${rest}`)
    const { scheme, options } = await find(deps, target, proxyName(target.name), pathname)
    return repeat(call, scheme, { ...options, path: `${pathname}${queryOf(call)}` })
  },
})

/** What follows `proxy`, as it was sent. */
const proxyPath = /^\/api\/v1\/(?:namespaces\/[^/]+\/)?[^/]+\/[^/]+\/proxy(\/.*)?$/

const queryOf = (call: Call): string => (call.query.size === 0 ? '' : `?${call.query}`)

async function repeat(call: Call, scheme: Upstream['scheme'], options: RequestOptions): Promise<Answer> {
  const body = call.method === 'GET' || call.method === 'HEAD' ? new Uint8Array() : await call.body.bytes()
  const headers = {
    accept: '*/*', host: `${options.host}:${options.port}`, 'content-length': String(body.length), 'user-agent': call.userAgent,
    ...(call.body.contentType === '' ? {} : { 'content-type': call.body.contentType }),
  }
  const answer = await send(scheme, { rejectUnauthorized: 'ca' in options, ...options, method: call.method, headers, agent: false, signal: call.signal, timeout: kubeletConnectTimeoutMs }, body)
  const passed = Object.entries(answer.headers).flatMap(([name, value]) => (value === undefined || keptBack.has(name) || name === 'content-type' ? [] : [[name, value] as const]))
  return { kind: 'stream', code: answer.statusCode ?? 502, contentType: answer.headers['content-type'] ?? 'application/octet-stream', headers: Object.fromEntries(passed), chunks: answer }
}

function send(scheme: Upstream['scheme'], options: RequestOptions & { readonly rejectUnauthorized: boolean }, body: Uint8Array): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    // Certificates of Pods and Services are their own matter, as in the reference; a kubelet's is checked.
    const sent = scheme === 'https' ? requestHttps(options, resolve) : requestHttp(options, resolve)
    sent.on('socket', (socket) => socket.once(scheme === 'https' ? 'secureConnect' : 'connect', () => sent.setTimeout(0)))
    sent.on('timeout', () => sent.destroy(new RangeError('no connection in time')))
    sent.on('error', (error) => reject(serviceUnavailable(`error trying to reach service: ${error.message}`, 0)))
    sent.end(body)
  })
}

export const podProxy = proxied('pods', 'PodProxyOptions', toPod)
export const serviceProxy = proxied('services', 'ServiceProxyOptions', toService)
export const nodeProxy = proxied('nodes', 'NodeProxyOptions', toNode)
