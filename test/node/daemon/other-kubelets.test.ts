// Calls to other kubelets over mutual TLS, and the wait until no live peer leads to an endpoint.
import { deepEqual, equal, rejects } from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { RequestListener } from 'node:http'
import { Readable } from 'node:stream'
import type { MemberView, MembershipView } from '../../../node/base/views.ts'
import { otherPeerFailed } from '../../../node/daemon/errors.ts'
import { callKubelet, endpointsWithdrawn, imageFromPeers, type KubeletAddress, type WithdrawalDeps } from '../../../node/daemon/other-kubelets.ts'
import { systemClock } from '../../../node/platform/clock.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { settle } from '../../support/fake-api.ts'
import { type TestCertificates, testCertificates } from '../../support/test-certificates.ts'

describe('daemon / other kubelets', () => {
  let certificates: TestCertificates
  let server: Server
  let listener: RequestListener
  let at: KubeletAddress
  const asked: string[] = []

  before(async () => {
    certificates = await testCertificates()
    const { ca, certificate: cert, key } = certificates.server
    server = createServer({ ca, cert, key, requestCert: true, rejectUnauthorized: true }, (request, response) => {
      asked.push(`${request.method} ${request.url}`)
      listener(request, response)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const bound = server.address()
    const port = bound !== null && typeof bound === 'object' ? bound.port : 0
    at = { host: '127.0.0.1', port, ca, serverName: 'n1', certificate: certificates.user.cert, privateKey: certificates.user.key }
  })
  beforeEach(() => {
    asked.length = 0
    listener = (_, response) => response.end('fine')
  })
  after(() => {
    server.closeAllConnections()
    server.close()
  })

  it('answers the body of a success, and sends a stream', async () => {
    equal(await callKubelet('n1', at, { method: 'GET', path: '/x', timeoutMs: 2_000 }), 'fine')
    listener = (request, response) => request.pipe(response)
    equal(await callKubelet('n1', at, { method: 'POST', path: '/images', timeoutMs: 2_000, stream: Readable.from(['ar', 'chive']) }), 'archive')
  })

  it('names the peer and the cause of every failure', async () => {
    const failure = (expected: RegExp) => (error: unknown): boolean => otherPeerFailed.is(error) && error.details.peer === 'n1' && expected.test(error.details.reason)
    listener = (_, response) => response.writeHead(404).end('no such pod')
    await rejects(callKubelet('n1', at, { method: 'GET', path: '/', timeoutMs: 2_000 }), failure(/^no such pod$/))
    listener = (_, response) => response.writeHead(500).end()
    await rejects(callKubelet('n1', at, { method: 'GET', path: '/', timeoutMs: 2_000 }), failure(/^status 500$/))
    listener = () => undefined
    await rejects(callKubelet('n1', at, { method: 'GET', path: '/', timeoutMs: 30 }), failure(/no answer within 30 ms/))
    await rejects(callKubelet('n1', { ...at, serverName: 'n2' }, { method: 'GET', path: '/', timeoutMs: 2_000 }), failure(/n2|altnames/i))
  })

  it('takes an image from the first live peer that has it', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'shoal-other-'))
    const file = join(folder, 'image.tar')
    const people = { membership: view([member('self', 'alive'), member('n0', 'alive'), member('n1', 'alive'), member('gone', 'dead')]), self: 'self', below: () => 1 }
    const have = (find: (node: string) => KubeletAddress | undefined): Promise<boolean> => imageFromPeers({ ...people, find }, 'web:1', file)
    listener = (_, response) => response.end('archive')
    equal(await have((node) => ({ ...at, serverName: node })), true)
    deepEqual([readFileSync(file, 'utf8'), asked], ['archive', ['GET /shoal/image?name=web%3A1']])
    listener = (_, response) => response.writeHead(404).end('not here')
    equal(await have(() => at), false)
    equal(asked.length, 3)
    listener = (_, response) => {
      response.write('arch')
      setTimeout(() => response.destroy(), 20)
    }
    equal(await have(() => at), false)
    equal(await have(() => undefined), false)
    rmSync(folder, { recursive: true })
  })

  const view = (members: readonly MemberView[]): MembershipView => ({ members: () => members, onChange: () => () => undefined })
  const member = (name: string, state: MemberView['state']): MemberView => ({ name, peerId: name, state, sinceMs: 0 })
  const deps = (more: Partial<WithdrawalDeps>): WithdrawalDeps => ({
    membership: view([member('self', 'alive'), member('n1', 'alive'), member('n2', 'suspect')]), find: () => at, clock: systemClock(), own: () => Promise.resolve(true), self: 'self', ...more,
  })

  it('asks every other live peer about each address', async () => {
    await endpointsWithdrawn(deps({}), ['10.244.0.5', '10.244.0.6'], 1_000)
    deepEqual(asked.sort(), ['GET /shoal/endpoint-out?ip=10.244.0.5', 'GET /shoal/endpoint-out?ip=10.244.0.6'])
  })

  it('does not wait for a peer that cannot be asked', async () => {
    await endpointsWithdrawn(deps({ find: () => undefined }), ['10.244.0.5'], 60_000)
    listener = (_, response) => response.writeHead(500).end()
    await endpointsWithdrawn(deps({}), ['10.244.0.5'], 60_000)
  })

  it('asks again a peer whose rules still lead there, and waits for its word', async () => {
    const answers = ['{"out":false}', '{"out":false}', '{"out":true}']
    listener = (_, response) => response.end(answers.shift())
    await endpointsWithdrawn(deps({}), ['10.244.0.5'], 60_000)
    deepEqual([asked.length, answers], [3, []])
  })

  it('waits no longer for a peer that is suspected meanwhile', async () => {
    const members = [member('n1', 'alive'), member('n2', 'alive')]
    let told = (): void => undefined
    let unfollowed = 0
    const membership: MembershipView = { members: () => members, onChange: (listener) => { told = listener; return () => void unfollowed++ } }
    let over = false
    listener = (_, response) => void setTimeout(() => response.end('{"out":false}'), 5)
    const work = endpointsWithdrawn(deps({ membership }), ['10.244.0.5'], 2_000).then(() => { over = true })
    members[0] = member('n1', 'suspect')
    told()
    await settle(3)
    equal(over, false)
    members[1] = member('n2', 'suspect')
    told()
    await work
    equal(unfollowed, 1)
  })

  it('ends when its time is over, though nobody answered', async () => {
    const clock = new ManualClock()
    let over = false
    const work = endpointsWithdrawn(deps({ clock, membership: view([]), own: () => new Promise(() => undefined) }), ['10.244.0.5'], 1_000).then(() => { over = true })
    clock.advance(999)
    await settle(3)
    equal(over, false)
    clock.advance(1)
    await work
  })
})
