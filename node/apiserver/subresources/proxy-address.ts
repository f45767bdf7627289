// Where a request to a proxy subresource leads, found from objects alone. A user who may write an object must not turn the
// server into his hand: addresses of the machine itself and of its link are refused (CVE-2020-8562), and a Node is reached only
// at its kubelet, never at an address or port that the request names (CVE-2022-3294).
// Source: Kubernetes documentation, "Access Services Running on Clusters" (manually constructing API server proxy URLs).
import { BlockList, isIPv4 } from 'node:net'
import { listIn, numberIn, objectsIn, stringIn, valueIn } from '../../objects/access.ts'
import type { JsonObject } from '../../objects/json.ts'
import { badRequest, serviceUnavailable } from '../status.ts'

/** `[scheme:]name[:port]`, as the name in a proxy's path. */
export interface ProxyName {
  readonly scheme: 'http' | 'https'
  readonly name: string
  /** Name or number; empty when none was given. */
  readonly port: string
}

/** One address to speak to. */
export interface ProxyAddress {
  readonly scheme: 'http' | 'https'
  readonly host: string
  readonly port: number
}

const forbidden = new BlockList()
for (const [network, prefix] of [['0.0.0.0', 8], ['127.0.0.0', 8], ['169.254.0.0', 16], ['224.0.0.0', 4], ['240.0.0.0', 4]] as const) forbidden.addSubnet(network, prefix)

/** Reads the name of a proxy's path. Throws BadRequest. */
export function proxyName(text: string): ProxyName {
  const parts = text.split(':')
  const [first = '', second = '', third = ''] = parts
  if (parts.length <= 2) return { scheme: 'http', name: first, port: second }
  if (parts.length === 3 && (first === 'http' || first === 'https' || first === '')) return { scheme: first === 'https' ? 'https' : 'http', name: second, port: third }
  throw badRequest(`invalid service request ${JSON.stringify(text)}`)
}

/** An endpoint of the Service that is ready; `chance` (0 to 1) chooses among them. Throws ServiceUnavailable and BadRequest. */
export function serviceAddress(asked: ProxyName, service: JsonObject, slices: readonly JsonObject[], chance: number): ProxyAddress {
  const ports = objectsIn(service, 'spec', 'ports')
  const port = asked.port === '' && ports.length === 1 ? ports[0] : ports.find((each) => stringIn(each, 'name') === asked.port || String(numberIn(each, 'port')) === asked.port)
  if (port === undefined) throw serviceUnavailable(`no service port ${JSON.stringify(asked.port)} found for service ${JSON.stringify(asked.name)}`, 0)
  const found = slices.flatMap((slice) => {
    const target = objectsIn(slice, 'ports').find((each) => stringIn(each, 'name') === stringIn(port, 'name'))
    const number = target === undefined ? undefined : numberIn(target, 'port')
    if (number === undefined || stringIn(slice, 'addressType') !== 'IPv4') return []
    const ready = objectsIn(slice, 'endpoints').filter((endpoint) => valueIn(endpoint, 'conditions', 'ready') !== false)
    return ready.flatMap((endpoint) => listIn(endpoint, 'addresses').slice(0, 1).map((address) => ({ host: String(address), port: number })))
  })
  const chosen = found[Math.floor(chance * found.length)]
  if (chosen === undefined) throw serviceUnavailable(`no endpoints available for service ${JSON.stringify(asked.name)}`, 0)
  return checked({ scheme: asked.scheme, ...chosen })
}

/** The Pod's own address, at the port that is named or its first container's first. Throws BadRequest. */
export function podAddress(asked: ProxyName, pod: JsonObject): ProxyAddress {
  const [first] = objectsIn(pod, 'spec', 'containers').flatMap((container) => objectsIn(container, 'ports'))
  const port = asked.port === '' ? (first === undefined ? undefined : numberIn(first, 'containerPort')) ?? (asked.scheme === 'https' ? 443 : 80) : Number(asked.port)
  return checked({ scheme: asked.scheme, host: stringIn(pod, 'status', 'podIP'), port })
}

function checked(address: ProxyAddress): ProxyAddress {
  if (!Number.isInteger(address.port) || address.port < 1 || address.port > 65_535) throw badRequest(`${address.port} is not a port`)
  if (!isIPv4(address.host) || forbidden.check(address.host)) throw badRequest('address not allowed')
  return address
}
