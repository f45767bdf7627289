// The limits of what an object may hold, and what happens at each: the write is refused with an Invalid status that names
// the field. The numbers are those of the Kubernetes API reference; clients rely on them.

/** All annotations of an object together, keys and values, in bytes. */
export const annotationsMostBytes = 256 * 1024

/** Data of a ConfigMap or a Secret together, in bytes. */
export const dataMostBytes = 1024 * 1024

/** Endpoints of one EndpointSlice. */
export const sliceEndpointsMost = 1000

/** Ports of one EndpointSlice. */
export const slicePortsMost = 20000

/** Addresses of one endpoint of a slice. */
export const endpointAddressesMost = 100

/** Name servers of a Pod's DNS configuration. */
export const nameServersMost = 3

/** Search domains of a Pod's DNS configuration. */
export const searchDomainsMost = 32

/** Candidates that are tried at random before the range is searched from its start. */
export const allocationTries = 32

/** Parallelism of an Indexed Job. */
export const indexedParallelismMost = 100_000

/** Rules of a Job's success policy. */
export const successPolicyRulesMost = 20

/** Length of a CronJob's name: what it adds for its Jobs must fit into a label. */
export const cronJobNameMost = 52

/** Parameters of a StorageClass: how many, and keys and values together in bytes. */
export const classParametersMost = 512
export const classParametersMostBytes = 256 * 1024
