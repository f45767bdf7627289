// Who may ask the kubelet's server, by the subject of the certificate that the CA has signed: every peer, since every peer
// is an API server that serves logs and streams on behalf of users it has authorized, and administrators. Pure.

/** Administrators, and peers. Users' certificates carry neither. */
const allowedOrganizations = ['system:masters', 'system:nodes'] as const

/** The subject of a certificate, as Node's TLS gives it: repeated fields are lists. */
export interface CertificateSubject {
  readonly O?: string | readonly string[]
}

/** Whether the holder of the certificate may make requests. */
export function isAllowed(subject: CertificateSubject | undefined): boolean {
  const organizations = typeof subject?.O === 'string' ? [subject.O] : subject?.O ?? []
  return allowedOrganizations.some((each) => organizations.includes(each))
}
