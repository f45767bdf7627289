// Who may ask what of the kubelet's server, by the subject of the certificate that the CA has signed. Pure.
import type { KubeletRequest } from './requests.ts'

/** The organization whose members may do everything. */
const masters = 'system:masters'
/** The organization of the cluster's peers. */
const peers = 'system:nodes'
/** The name under which API servers come, when they do not come as masters. */
const apiServerName = 'kube-apiserver-kubelet-client'

/** The subject of a certificate, as Node's TLS gives it. */
export interface CertificateSubject {
  readonly CN?: string | readonly string[]
  readonly O?: string | readonly string[]
}

const has = (field: string | readonly string[] | undefined, value: string): boolean => (typeof field === 'string' ? field === value : field?.includes(value) ?? false)

/** Whether the caller may make a request of this kind. */
export function isAllowed(kind: KubeletRequest['kind'], subject: CertificateSubject | undefined): boolean {
  if (subject === undefined) return false
  if (has(subject.O, masters) || has(subject.CN, apiServerName)) return true
  // Peers ask each other whether an endpoint is out.
  return has(subject.O, peers) && (kind === 'endpointOut' || kind === 'healthz')
}
