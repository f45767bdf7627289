// Which Services are given an address from a pool, as the API, the controller and every peer's network see it alike.
// Source: Kubernetes API reference, ServiceSpec.loadBalancerClass: other classes belong to somebody else.

/** The class of the cluster's own load balancer; a Service that names none means it too. */
export const ownBalancerClass = 'shoal.dev/address'

/** Whether a Service of this type and class gets its outside address here. */
export const isOwnBalancer = (type: string | undefined, balancerClass: string | undefined): boolean =>
  type === 'LoadBalancer' && (balancerClass === undefined || balancerClass === '' || balancerClass === ownBalancerClass)
