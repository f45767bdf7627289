// What an Ingress should say of itself: the addresses at which it is reached, and what in it leads nowhere. Pure.
import type { Node, Secret, Service } from '../../objects/generated/core-v1.ts'
import type { Ingress, IngressBackend, IngressLoadBalancerIngress } from '../../objects/generated/networking-v1.ts'
import { portOf } from '../../objects/ingress-class.ts'
import { internalAddress } from '../../objects/node-address.ts'

/** Something that a person must put right. */
export interface IngressFault {
  readonly reason: string
  readonly message: string
}

/** Every Ready peer answers, each at its own address. */
export function ingressAddresses(nodes: readonly Node[]): readonly IngressLoadBalancerIngress[] {
  const ready = nodes.filter((node) => node.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') === true)
  const addresses = ready.flatMap((node) => internalAddress(node) ?? [])
  return addresses.sort().map((ip) => ({ ip }))
}

function backendsOf(ingress: Ingress): readonly IngressBackend[] {
  const { rules, defaultBackend } = ingress.spec ?? {}
  return [...(rules ?? []).flatMap((rule) => (rule.http?.paths ?? []).map((path) => path.backend)), ...(defaultBackend === undefined ? [] : [defaultBackend])]
}

const looksLikePem = (data: string | undefined, what: RegExp): boolean => what.test(data ?? '')
// "-----BEGIN " in base64, as every PEM file begins; what is inside is found out by the peers, which say so in their logs.
const pemBegin = /^LS0tLS1CRUdJTi/

/** What leads nowhere, each thing once, in a steady order. Services and Secrets by name, of the Ingress' namespace. */
export function ingressFaults(ingress: Ingress, service: (name: string) => Service | undefined, secret: (name: string) => Secret | undefined): readonly IngressFault[] {
  const faults = new Map<string, IngressFault>()
  const add = (reason: string, message: string): void => void faults.set(message, { reason, message })
  for (const backend of backendsOf(ingress)) {
    if (backend.service === undefined) {
      add('BackendNotSupported', 'A backend is a resource and not a Service. Name a Service instead.')
      continue
    }
    const { name } = backend.service
    const found = service(name)
    const port = backend.service.port?.name || backend.service.port?.number
    if (found === undefined) add('ServiceNotFound', `There is no Service ${name} in its namespace: requests for it are answered 503. Make it, or correct the name.`)
    else if (portOf(found, backend.service) === undefined) add('ServicePortNotFound', `The Service ${name} has no port ${port}: requests for it are answered 503. Correct the port.`)
  }
  for (const { secretName } of ingress.spec?.tls ?? []) {
    if (secretName === undefined || secretName === '') continue
    const data = secret(secretName)?.data
    if (data === undefined) add('SecretNotFound', `There is no Secret ${secretName} in its namespace: its hosts have no certificate. Make it with kubectl create secret tls.`)
    else if (!looksLikePem(data['tls.crt'], pemBegin) || !looksLikePem(data['tls.key'], pemBegin)) add('CertificateBroken', `The Secret ${secretName} has no PEM certificate and key under tls.crt and tls.key: its hosts have no certificate. Make it with kubectl create secret tls.`)
  }
  return [...faults.values()]
}
