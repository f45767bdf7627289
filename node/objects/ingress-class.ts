// The cluster's own Ingress class and what belongs to it, as its maker, admission, controller and proxy must agree on it.
// Source: Kubernetes documentation, "Ingress", default IngressClass.
import type { Service, ServicePort } from './generated/core-v1.ts'
import type { Ingress, IngressClass, IngressServiceBackend } from './generated/networking-v1.ts'

/** The class that every cluster begins with. */
export const ownIngressClass = 'shoal'
/** What its `spec.controller` says. */
export const ownIngressController = 'shoal.dev/ingress'
/** On a class: Ingresses that name none belong to it. */
export const defaultClassAnnotation = 'ingressclass.kubernetes.io/is-default-class'
/** On an Ingress: the class, as it was written before there was a field for it. */
export const classAnnotation = 'kubernetes.io/ingress.class'

/** Whether the cluster's own proxy answers for an Ingress. */
export function isOwnIngress(ingress: Ingress, classes: readonly IngressClass[]): boolean {
  const name = ingress.spec?.ingressClassName ?? ingress.metadata.annotations?.[classAnnotation]
  const own = classes.filter((one) => one.spec?.controller === ownIngressController)
  return name === undefined ? own.some((one) => one.metadata.annotations?.[defaultClassAnnotation] === 'true') : own.some((one) => one.metadata.name === name)
}

/** The port of the Service that a backend names. */
export function portOf(service: Service, backend: IngressServiceBackend): ServicePort | undefined {
  const { name, number } = backend.port ?? {}
  return service.spec?.ports?.find((port) => (name !== undefined && name !== '' ? port.name === name : port.port === number))
}
