// The ranges from which the cluster gives out values. Every peer must agree on them, so they are constants and no options.

/** Cluster addresses of Services. */
export const serviceNetwork = '10.96.0.0/16'
/** The address of the API's own Service, `default/kubernetes`. */
export const apiServiceAddress = '10.96.0.1'
/** The address of the cluster's name server. */
export const dnsServiceAddress = '10.96.0.10'
/** Addresses of Pods. */
export const podNetwork = '10.244.0.0/16'
/** How much of the Pod network one Node gets. */
export const podRangeBits = 24
/** Ports of NodePort and LoadBalancer Services. */
export const nodePortFirst = 30000
export const nodePortLast = 32767
