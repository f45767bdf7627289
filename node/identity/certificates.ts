// Certificates of peers, their servers and their clients: what goes into each, signing, checking, and when to renew.
// Serving names are a fixed list plus the node's own name and addresses; nothing is taken from whoever connects.
// Who may have a certificate is decided elsewhere: here it is only made.
import { X509Certificate } from 'node:crypto'
import { isIP } from 'node:net'
import { createPrivateKeyPem, loadX509, serialNumber, signatureAlgorithm, webKeys, type KeyedCertificate } from './ca.ts'
import { certificateRefused, nodeNameInvalid } from './errors.ts'
import { adminLifeDays, backdateMs, certificateLifeDays, nodeNameMaxChars, renewEarliestShare, renewLatestShare } from './limits.ts'

/** A subject alternative name. */
export type AlternativeName = { readonly type: 'dns' | 'ip' | 'url'; readonly value: string }

/** What a certificate says and whose key it is for. */
export interface CertificateRequest {
  readonly commonName: string
  /** Kubernetes reads them as groups of the user. */
  readonly organizations: readonly string[]
  readonly names: readonly AlternativeName[]
  readonly days: number
  readonly usage: 'server' | 'client' | 'both'
  /** A PKCS #10 request, PEM: only its key is used, and its self-signature checked. */
  readonly csr: string
}

/** Names under which every peer's API server is asked for. */
const servingHosts = [
  'kubernetes', 'kubernetes.default', 'kubernetes.default.svc', 'kubernetes.default.svc.cluster.local', 'localhost', 'shoal',
] as const
const servingAddresses = ['127.0.0.1', '::1', '10.96.0.1'] as const

/** The fixed serving names, with the node's own. Sorted and without duplicates. */
export function servingNames(nodeName: string, addresses: readonly string[]): readonly AlternativeName[] {
  const hosts = new Set<string>([...servingHosts, nodeName])
  const ips = new Set<string>([...servingAddresses, ...addresses.filter((address) => isIP(address) !== 0)])
  return [
    ...[...hosts].sort().map((value) => ({ type: 'dns' as const, value })),
    ...[...ips].sort().map((value) => ({ type: 'ip' as const, value })),
  ]
}

/** Throws SHOAL_NODE_NAME_INVALID unless the name is a DNS subdomain name (RFC 1123). */
export function checkNodeName(name: string): void {
  const label = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/
  if (name.length > nodeNameMaxChars || !name.split('.').every((part) => label.test(part))) throw nodeNameInvalid.make({ name })
}

const peerUrl = (peerId: string): string => `shoal://peer/${peerId}`

/** The certificate with which a node speaks to others: a Kubernetes node user, bound to its peer id. */
export function nodeClientRequest(nodeName: string, peerId: string, csr: string): CertificateRequest {
  return {
    commonName: `system:node:${nodeName}`,
    organizations: ['system:nodes'],
    names: [{ type: 'url', value: peerUrl(peerId) }],
    days: certificateLifeDays,
    usage: 'client',
    csr,
  }
}

/** The certificate with which a node's API server and kubelet answer. */
export function servingRequest(nodeName: string, addresses: readonly string[], csr: string): CertificateRequest {
  return {
    commonName: `system:node:${nodeName}`,
    organizations: ['system:nodes'],
    names: servingNames(nodeName, addresses),
    days: certificateLifeDays,
    usage: 'both',
    csr,
  }
}

/** A request to sign the public half of a private key, PKCS #10 PEM (RFC 2986). */
export async function createCsr(privateKeyPem: string): Promise<string> {
  const x509 = await loadX509()
  const keys = await webKeys(privateKeyPem)
  const csr = await x509.Pkcs10CertificateRequestGenerator.create({ name: 'CN=shoal', keys, signingAlgorithm: signatureAlgorithm })
  return csr.toString('pem')
}

/** Signs with the cluster's authority; answers the certificate as PEM. Throws SHOAL_CERTIFICATE_REFUSED for a bad request. */
export async function issueCertificate(authority: KeyedCertificate, request: CertificateRequest, nowMs: number): Promise<string> {
  const x509 = await loadX509()
  let csr
  try {
    csr = new x509.Pkcs10CertificateRequest(request.csr)
  } catch (error) {
    throw certificateRefused.make({ why: 'the signing request cannot be read' }, error)
  }
  if (!(await csr.verify())) throw certificateRefused.make({ why: 'the signing request is not signed by its own key' })
  const issuer = new x509.X509Certificate(authority.certificate)
  const serverUse = request.usage === 'client' ? [] : [x509.ExtendedKeyUsage.serverAuth]
  const clientUse = request.usage === 'server' ? [] : [x509.ExtendedKeyUsage.clientAuth]
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: serialNumber(),
    subject: [{ CN: [request.commonName] }, ...request.organizations.map((name) => ({ O: [name] }))],
    issuer: issuer.subject,
    notBefore: new Date(nowMs - backdateMs),
    // Never beyond the authority's own end, or clients would refuse the chain.
    notAfter: new Date(Math.min(nowMs + request.days * 86_400_000, issuer.notAfter.getTime())),
    signingAlgorithm: signatureAlgorithm,
    publicKey: csr.publicKey,
    signingKey: (await webKeys(authority.privateKey)).privateKey,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([...serverUse, ...clientUse]),
      await x509.AuthorityKeyIdentifierExtension.create(issuer),
      ...(request.names.length === 0 ? [] : [new x509.SubjectAlternativeNameExtension(request.names.map((name) => ({ ...name })))]),
    ],
  })
  return `${certificate.toString('pem')}\n`
}

/** What a member wants signed: its certificates as a client and as a server. */
export interface NodeRequest {
  readonly peer: string
  readonly name: string
  /** IP addresses for the serving certificate. */
  readonly hosts: readonly string[]
  readonly nodeCsr: string
  readonly servingCsr: string
}

/** Both certificates of a member. Throws SHOAL_CERTIFICATE_REFUSED. */
export async function issueNode(authority: KeyedCertificate, request: NodeRequest, nowMs: number): Promise<{ readonly node: string; readonly serving: string }> {
  const { peer, name, hosts, nodeCsr, servingCsr } = request
  return {
    node: await issueCertificate(authority, nodeClientRequest(name, peer, nodeCsr), nowMs),
    serving: await issueCertificate(authority, servingRequest(name, hosts, servingCsr), nowMs),
  }
}

/** A certificate for people: member of the group that may do everything. Throws SHOAL_CERTIFICATE_REFUSED. */
export function issueClient(authority: KeyedCertificate, commonName: string, csr: string, nowMs: number): Promise<string> {
  const request = { commonName, organizations: ['system:masters'], names: [], days: adminLifeDays, usage: 'client' as const, csr }
  return issueCertificate(authority, request, nowMs)
}

/** A new key and its certificate, for people. */
export async function issueAdministrator(authority: KeyedCertificate, commonName: string, nowMs: number): Promise<KeyedCertificate> {
  const privateKey = createPrivateKeyPem()
  return { certificate: await issueClient(authority, commonName, await createCsr(privateKey), nowMs), privateKey }
}

/**
 * The node name that a certificate binds to `peerId`: it must be signed by the authority and valid now.
 * Throws SHOAL_CERTIFICATE_REFUSED with the reason.
 */
export function verifyNodeCertificate(certificatePem: string, authorityPem: string, peerId: string, nowMs: number): string {
  let certificate
  try {
    certificate = new X509Certificate(certificatePem)
  } catch (error) {
    throw certificateRefused.make({ why: 'it cannot be read' }, error)
  }
  const authority = new X509Certificate(authorityPem)
  if (!certificate.checkIssued(authority) || !certificate.verify(authority.publicKey)) {
    throw certificateRefused.make({ why: "it is not signed by this cluster's authority" })
  }
  if (nowMs < certificate.validFromDate.getTime()) throw certificateRefused.make({ why: `it is not valid before ${certificate.validFrom}` })
  if (nowMs > certificate.validToDate.getTime()) throw certificateRefused.make({ why: `it expired at ${certificate.validTo}` })
  const names = (certificate.subjectAltName ?? '').split(', ')
  if (!names.includes(`URI:${peerUrl(peerId)}`)) throw certificateRefused.make({ why: 'it belongs to another peer' })
  const name = /^CN=system:node:(.+)$/m.exec(certificate.subject)?.[1]
  if (name === undefined) throw certificateRefused.make({ why: 'it names no node' })
  return name
}

/** Whether a certificate should be replaced now. `spread` in [0, 1) is fixed per peer, so that not all renew at once. Pure. */
export function renewalDue(validFromMs: number, validToMs: number, spread: number, nowMs: number): boolean {
  const share = renewEarliestShare + (renewLatestShare - renewEarliestShare) * spread
  return nowMs >= validFromMs + (validToMs - validFromMs) * share
}

/** When a PEM certificate begins and ends, milliseconds since 1970. */
export function validity(certificatePem: string): { readonly fromMs: number; readonly toMs: number } {
  const certificate = new X509Certificate(certificatePem)
  return { fromMs: certificate.validFromDate.getTime(), toMs: certificate.validToDate.getTime() }
}
