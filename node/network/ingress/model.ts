// Makes the route table out of Ingresses, Services, endpoints and Secrets. Pure. Endpoints are those that the Service proxy
// would choose, so what is suspected leaves both at once. Of two Ingresses that want the same the older one has it.
import type { Secret, Service } from '../../objects/generated/core-v1.ts'
import type { Ingress, IngressBackend, IngressClass } from '../../objects/generated/networking-v1.ts'
import { isOwnIngress, portOf } from '../../objects/ingress-class.ts'
import { type Backend, type ProxyInput, servingBackends } from '../proxy/model.ts'
import type { Route, RouteTable, ServedCertificate } from './routing.ts'

export interface IngressInput extends Pick<ProxyInput, 'slicesOf' | 'members' | 'self' | 'nodeByAddress'> {
  readonly ingresses: readonly Ingress[]
  readonly classes: readonly IngressClass[]
  /** By `namespace/name`. */
  readonly service: (key: string) => Service | undefined
  readonly secret: (key: string) => Secret | undefined
}

const order = (ingress: Ingress): string => `${ingress.metadata.creationTimestamp ?? ''}/${ingress.metadata.namespace ?? ''}/${ingress.metadata.name ?? ''}`

/** Kubernetes documentation, Service, "Application protocol": HTTP/2 over cleartext with prior knowledge. */
const http2Protocol = 'kubernetes.io/h2c'

function backendsOf(namespace: string, backend: IngressBackend, input: IngressInput): { readonly service: string; readonly isHttp2: boolean; readonly backends: readonly Backend[] } {
  const key = `${namespace}/${backend.service?.name ?? ''}`
  const service = input.service(key)
  const port = service === undefined || backend.service === undefined ? undefined : portOf(service, backend.service)
  return { service: key, isHttp2: port?.appProtocol === http2Protocol, backends: service === undefined || port === undefined ? [] : servingBackends(service, port, input) }
}

function routesOf(ingress: Ingress, input: IngressInput): readonly Route[] {
  const namespace = ingress.metadata.namespace ?? ''
  const rules = ingress.spec?.rules ?? []
  const routes: Route[] = []
  for (const rule of rules) {
    for (const path of rule.http?.paths ?? []) {
      routes.push({
        host: (rule.host ?? '').toLowerCase(), path: path.path === undefined || path.path === '' ? '/' : path.path,
        match: path.pathType === 'Exact' ? 'exact' : 'prefix', isDefault: false, ...backendsOf(namespace, path.backend, input),
      })
    }
  }
  const fallback = ingress.spec?.defaultBackend
  if (fallback === undefined) return routes
  const target = backendsOf(namespace, fallback, input)
  const hosts = new Set([...rules.map((rule) => (rule.host ?? '').toLowerCase()), ''])
  return [...routes, ...[...hosts].map((host): Route => ({ host, path: '/', match: 'prefix', isDefault: true, ...target }))]
}

const decoded = (secret: Secret | undefined, name: string): string => Buffer.from(secret?.data?.[name] ?? '', 'base64').toString()

function certificatesOf(ingress: Ingress, input: IngressInput): readonly ServedCertificate[] {
  const every = (ingress.spec?.rules ?? []).flatMap((rule) => (rule.host === undefined || rule.host === '' ? [] : [rule.host]))
  return (ingress.spec?.tls ?? []).flatMap((tls) => {
    const secret = input.secret(`${ingress.metadata.namespace ?? ''}/${tls.secretName ?? ''}`)
    const hosts = (tls.hosts === undefined || tls.hosts.length === 0 ? every : tls.hosts).map((host) => host.toLowerCase())
    const [certificate, key] = [decoded(secret, 'tls.crt'), decoded(secret, 'tls.key')]
    return certificate === '' || key === '' ? [] : [{ hosts, certificate, key }]
  })
}

/** The table that should be in force now. */
export function routeTable(input: IngressInput): RouteTable {
  const own = input.ingresses
    .filter((ingress) => ingress.metadata.deletionTimestamp === undefined && isOwnIngress(ingress, input.classes))
    .sort((a, b) => (order(a) < order(b) ? -1 : 1))
  return { routes: own.flatMap((ingress) => routesOf(ingress, input)), certificates: own.flatMap((ingress) => certificatesOf(ingress, input)) }
}
