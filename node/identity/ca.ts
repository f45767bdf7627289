// The cluster's certificate authority, made once by `shoal init` and kept in the agreed state, sealed to the voters. Keys are P-256, which every client of the API understands. Joiners pin the authority by the hash of its public key.
// The x509 library is loaded on first use: it takes a fifth of a second that a restarting daemon does not need.
import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes, webcrypto, X509Certificate } from 'node:crypto'
import { certificateRefused } from './errors.ts'
import { backdateMs, caLifeDays } from './limits.ts'

/** A certificate and its private key, both PEM. */
export interface KeyedCertificate {
  readonly certificate: string
  readonly privateKey: string
}

/** What verifies service account tokens (ES256, RFC 7518). */
export interface TokenVerifier {
  /** Digest of the public key; the `kid` of its tokens. */
  readonly keyId: string
  readonly publicKey: string
}

/** A key pair that signs service account tokens. */
export interface TokenKey extends TokenVerifier {
  readonly privateKey: string
}

/** The signing library, loaded when first needed. */
export async function loadX509(): Promise<typeof import('@peculiar/x509')> {
  await import('reflect-metadata')
  return import('@peculiar/x509')
}

/** ECDSA with P-256 and SHA-256, in the words of Web Crypto. */
export const signatureAlgorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const

/** A new P-256 private key, PKCS #8 PEM. */
export function createPrivateKeyPem(): string {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()
}

/** Both halves of a PEM private key as Web Crypto keys. */
export async function webKeys(privateKeyPem: string): Promise<webcrypto.CryptoKeyPair> {
  const key = createPrivateKey(privateKeyPem)
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256' }
  const privateKey = await webcrypto.subtle.importKey('pkcs8', key.export({ format: 'der', type: 'pkcs8' }), algorithm, true, ['sign'])
  const spki = createPublicKey(key).export({ format: 'der', type: 'spki' })
  const publicKey = await webcrypto.subtle.importKey('spki', spki, algorithm, true, ['verify'])
  return { privateKey, publicKey }
}

/** A random positive serial number of 16 bytes (RFC 5280, 4.1.2.2), hex. */
export function serialNumber(): string {
  const bytes = randomBytes(16)
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40
  return bytes.toString('hex')
}

/** Makes a cluster's authority. `cluster` goes into its name, so that people can tell two apart. */
export async function createAuthority(cluster: string, nowMs: number): Promise<KeyedCertificate> {
  const x509 = await loadX509()
  const privateKey = createPrivateKeyPem()
  const keys = await webKeys(privateKey)
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(),
    name: `CN=shoal-${cluster.slice(0, 8)}`,
    notBefore: new Date(nowMs - backdateMs),
    notAfter: new Date(nowMs + caLifeDays * 86_400_000),
    signingAlgorithm: signatureAlgorithm,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign | x509.KeyUsageFlags.digitalSignature, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  })
  return { certificate: `${certificate.toString('pem')}\n`, privateKey }
}

/** SHA-256 of the authority's SubjectPublicKeyInfo, hex: what an invitation pins. Throws SHOAL_CERTIFICATE_REFUSED. */
export function authorityHash(certificatePem: string): string {
  let certificate
  try {
    certificate = new X509Certificate(certificatePem)
  } catch (error) {
    throw certificateRefused.make({ why: 'it is not a certificate' }, error)
  }
  return createHash('sha256').update(certificate.publicKey.export({ format: 'der', type: 'spki' })).digest('hex')
}

/** A new key pair for service account tokens. */
export function createTokenKey(): TokenKey {
  const privateKey = createPrivateKeyPem()
  const publicKey = createPublicKey(privateKey)
  const der = publicKey.export({ format: 'der', type: 'spki' })
  return {
    keyId: createHash('sha256').update(der).digest('base64url'),
    privateKey,
    publicKey: publicKey.export({ format: 'pem', type: 'spki' }).toString(),
  }
}
