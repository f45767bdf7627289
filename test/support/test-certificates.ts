// A cluster CA with a serving and a client certificate, for tests of servers.
import { createAuthority, createPrivateKeyPem } from '../../node/identity/ca.ts'
import { createCsr, issueAdministrator, issueCertificate, servingRequest } from '../../node/identity/certificates.ts'

export interface TestCertificates {
  readonly ca: string
  readonly server: { readonly certificate: string; readonly key: string; readonly ca: string }
  readonly admin: { readonly cert: string; readonly key: string; readonly ca: string }
  /** A user's certificate of the same CA. */
  readonly user: { readonly cert: string; readonly key: string; readonly ca: string }
}

/** Makes them for now; `localhost` and 127.0.0.1 are among the server's names. */
export async function testCertificates(): Promise<TestCertificates> {
  const nowMs = Date.now()
  const authority = await createAuthority('test', nowMs)
  const ca = authority.certificate
  const serverKey = createPrivateKeyPem()
  const server = await issueCertificate(authority, servingRequest('n1', ['127.0.0.1'], await createCsr(serverKey)), nowMs)
  const admin = await issueAdministrator(authority, 'admin', nowMs)
  const userKey = createPrivateKeyPem()
  const user = await issueCertificate(authority, { commonName: 'jane', organizations: ['dev'], names: [], days: 1, usage: 'client', csr: await createCsr(userKey) }, nowMs)
  return {
    ca,
    server: { certificate: server, key: serverKey, ca },
    admin: { cert: admin.certificate, key: admin.privateKey, ca },
    user: { cert: user, key: userKey, ca },
  }
}
