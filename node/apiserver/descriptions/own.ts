// What `kubectl explain` says about the kinds that are Shoal's own. The form is that of meta.ts.
export const ownDescriptions = `dev.shoal.v1alpha1.AddressPool	Addresses for Services of type LoadBalancer, of the network that the peers are in. Nobody else may have them: one live peer at a time announces an address, and another takes over when it fails.
 spec	The addresses, and who gets them.
dev.shoal.v1alpha1.AddressPoolSpec	The addresses of a pool, and who gets them. Pools may overlap; an address is given once.
 addresses	Ranges of IPv4 addresses: 192.168.1.200-192.168.1.220, 192.168.1.208/28, or a single one. Not of the networks of Pods and Services.
 autoAssign	Whether Services that ask for no address get one of this pool. True when missing. Without it only spec.loadBalancerIP of a Service takes one.`
