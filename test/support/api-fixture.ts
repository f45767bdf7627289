// An API server of one peer over a memory store, with real certificates and sockets on a free port of this machine, a
// kubeconfig for an administrator and what a cluster begins with. For every test that needs an API to talk to.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { randomBytes, randomUUID } from 'node:crypto'
import { request } from 'node:https'
import { connect as connectTls } from 'node:tls'
import type { TLSSocket } from 'node:tls'
import { createApiServer } from '../../node/apiserver/api-server.ts'
import type { ApiServer } from '../../node/apiserver/api-server.ts'
import { bootstrapCluster } from '../../node/apiserver/bootstrap.ts'
import type { KubeletConnections } from '../../node/apiserver/kubelet-connection.ts'
import type { Ids } from '../../node/apiserver/rest.ts'
import { silentLogger } from '../../node/base/logger.ts'
import type { Logger } from '../../node/base/logger.ts'
import { noMetrics } from '../../node/base/metrics.ts'
import type { Transport } from '../../node/client/types.ts'
import { concealing, revealing } from '../../node/daemon/secrets-at-rest.ts'
import { createAuthority, createPrivateKeyPem, createTokenKey } from '../../node/identity/ca.ts'
import type { KeyedCertificate } from '../../node/identity/ca.ts'
import { signToken } from '../../node/identity/tokens.ts'
import { createCsr, issueAdministrator, issueCertificate, servingNames } from '../../node/identity/certificates.ts'
import type { JsonObject } from '../../node/objects/json.ts'
import { systemClock } from '../../node/platform/clock.ts'
import { resources } from '../../node/resources/registry.ts'
import { seededRandom } from '../../protocol/base/random.ts'
import { Kubectl } from './kubectl.ts'
import { SingleAgreed } from './single-agreed.ts'

export const administrator = { name: 'kubernetes-admin', groups: ['system:masters', 'system:authenticated'] }

/** Ids as the daemon makes them. */
export const testIds: Ids = {
  uid: () => randomUUID(),
  suffix: (length) => [...randomBytes(length)].map((byte) => 'bcdfghjklmnpqrstvwxz2456789'.charAt(byte % 27)).join(''),
}

export interface HttpAnswer {
  readonly status: number
  readonly headers: { readonly [name: string]: string | string[] | undefined }
  readonly text: string
}

export class ApiFixture {
  readonly agreed = new SingleAgreed(systemClock())
  readonly server: ApiServer
  readonly directory = mkdtempSync(join(tmpdir(), 'shoal-api-'))
  readonly authority: KeyedCertificate
  readonly admin: KeyedCertificate
  readonly kubectl: Kubectl

  private constructor(authority: KeyedCertificate, admin: KeyedCertificate, serving: KeyedCertificate, kubelets: KubeletConnections, logger: Logger, views: { readonly [path: string]: () => JsonObject }) {
    this.authority = authority
    this.admin = admin
    const key = createTokenKey()
    // As in the daemon: Secrets are ciphertext in the store.
    const dataKey = Buffer.alloc(32, 7)
    this.server = createApiServer({
      store: revealing(this.agreed.store, () => dataKey), agreed: concealing(this.agreed, () => dataKey), resources, clock: systemClock(), random: seededRandom(7), ids: testIds,
      logger, metrics: noMetrics, kubelets, tokenKeys: () => [key], signToken: (_keyId, input) => Promise.resolve(signToken(key.privateKey, input)),
      views: Object.fromEntries(Object.entries(views).map(([path, view]) => [path, () => Promise.resolve(view())])),
    }, {
      addresses: ['127.0.0.1'], port: 0, serverAddress: '127.0.0.1:6443', defaultTolerationSeconds: 300,
      serving: { certificate: serving.certificate, privateKey: serving.privateKey, clientCa: authority.certificate },
    })
    this.kubectl = new Kubectl(join(this.directory, 'config'), this.directory)
  }

  static async start(kubelets: KubeletConnections = { endpoint: () => undefined }, logger: Logger = silentLogger, views: { readonly [path: string]: () => JsonObject } = {}): Promise<ApiFixture> {
    const nowMs = Date.now()
    const authority = await createAuthority('test', nowMs)
    const admin = await issueAdministrator(authority, administrator.name, nowMs)
    const privateKey = createPrivateKeyPem()
    const certificate = await issueCertificate(authority, {
      commonName: 'shoal', organizations: [], csr: await createCsr(privateKey), names: servingNames('test', ['127.0.0.1']), days: 1, usage: 'server',
    }, nowMs)
    const fixture = new ApiFixture(authority, admin, { certificate, privateKey }, kubelets, logger, views)
    await fixture.server.start()
    writeFileSync(join(fixture.directory, 'config'), fixture.kubeconfig(admin))
    await bootstrapCluster(fixture.transport(), 6443)
    await fixture.transport().send({ method: 'POST', path: '/api/v1/namespaces/default/serviceaccounts', body: { metadata: { name: 'default' } } })
    return fixture
  }

  transport(): Transport {
    return this.server.transport(administrator)
  }

  kubeconfig(user: KeyedCertificate): string {
    const data = (pem: string): string => Buffer.from(pem).toString('base64')
    return JSON.stringify({
      apiVersion: 'v1', kind: 'Config', 'current-context': 'test',
      clusters: [{ name: 'test', cluster: { server: `https://127.0.0.1:${this.server.port}`, 'certificate-authority-data': data(this.authority.certificate) } }],
      contexts: [{ name: 'test', context: { cluster: 'test', user: 'admin' } }],
      users: [{ name: 'admin', user: { 'client-certificate-data': data(user.certificate), 'client-key-data': data(user.privateKey) } }],
    })
  }

  /** A serving certificate for 127.0.0.1 and localhost. */
  async serving(): Promise<KeyedCertificate> {
    const privateKey = createPrivateKeyPem()
    const csr = await createCsr(privateKey)
    const certificate = await issueCertificate(this.authority, { commonName: 'kubelet', organizations: [], csr, names: servingNames('n1', ['127.0.0.1']), days: 1, usage: 'server' }, Date.now())
    return { certificate, privateKey }
  }

  /** A TLS connection of the administrator, for what no client library sends. */
  tls(): TLSSocket {
    return connectTls({ host: '127.0.0.1', port: this.server.port, ca: this.authority.certificate, cert: this.admin.certificate, key: this.admin.privateKey, servername: 'localhost', ALPNProtocols: ['http/1.1'] })
  }

  /** A client certificate for somebody else. */
  async user(commonName: string, organizations: readonly string[]): Promise<KeyedCertificate> {
    const privateKey = createPrivateKeyPem()
    const csr = await createCsr(privateKey)
    const certificate = await issueCertificate(this.authority, { commonName, organizations, csr, names: [], days: 1, usage: 'client' }, Date.now())
    return { certificate, privateKey }
  }

  /** One request over HTTPS as the administrator, or as nobody with `anonymous`. */
  http(method: string, path: string, options: { readonly body?: string; readonly headers?: { readonly [name: string]: string }; readonly anonymous?: boolean; readonly as?: KeyedCertificate } = {}): Promise<HttpAnswer> {
    return new Promise((resolve, reject) => {
      const { certificate, privateKey } = options.as ?? this.admin
      const client = options.anonymous === true ? {} : { cert: certificate, key: privateKey }
      const sent = request({ host: '127.0.0.1', port: this.server.port, method, path, ca: this.authority.certificate, ...client, headers: { ...options.headers, ...(options.body === undefined ? {} : { 'content-length': String(Buffer.byteLength(options.body)) }) }, agent: false }, (answer) => {
        const chunks: Buffer[] = []
        answer.on('data', (chunk: Buffer) => chunks.push(chunk))
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text: Buffer.concat(chunks).toString() }))
      })
      sent.on('error', reject)
      sent.end(options.body)
    })
  }

  async stop(): Promise<void> {
    await this.server.stop()
    await this.agreed.store.close()
    rmSync(this.directory, { recursive: true, force: true })
  }
}
