// Looking at a cluster and changing its members, against a control socket.
import { deepEqual, equal, match } from 'node:assert/strict'
import type { ClusterStatus } from '../../../../node/base/control.ts'
import { TestCommand } from '../../../support/command.ts'
import { matchesGolden } from '../../../support/golden.ts'

const peer = (name: string, role: 'leader' | 'voter', more: object = {}) => ({
  name, peerId: `id-${name}`, address: '192.0.2.1', apiServer: 'https://192.0.2.1:6443', role, state: 'alive' as const, runtime: 'containerd://1.6', rootless: false, ...more,
})

const status: ClusterStatus = {
  cluster: 'c1', incarnation: 1, term: 4, leader: 'alpha', revision: 55, featureLevel: 1, removed: false, sharedApi: 'https://192.0.2.200:6443', peers: [peer('alpha', 'leader', { lag: 0 }), peer('beta', 'voter', { state: 'suspect', rootless: true })],
  works: [{ work: 'controllers', peer: 'alpha', epoch: 2 }],
}

describe('cli / verbs / cluster', () => {
  let command: TestCommand
  beforeEach(() => { command = new TestCommand() })
  afterEach(() => command.end())

  it('status of a removed peer says so first, and how to come back', async () => {
    await command.serve({ 'GET /status': () => Promise.resolve({ ...status, removed: true }) })
    const { out } = await command.ask('status')
    match(out.join('\n'), /^this peer was removed from the cluster[^]*shoal join <invitation>/)
  })

  it('status shows peers and works, and what rootless means', async () => {
    await command.serve({ 'GET /status': () => Promise.resolve(status) })
    const ran = await command.ask('status')
    equal(ran.status, 0)
    matchesGolden('cli/output/status.txt', `${ran.out.join('\n')}\n`)
  })

  it('status --json prints what the daemon said', async () => {
    await command.serve({ 'GET /status': () => Promise.resolve(status) })
    deepEqual(JSON.parse((await command.ask('status', '--json')).out.join('\n')), status)
  })

  it('status --json drops a number that is no daemon to who asks', async () => {
    const [first, ...rest] = status.peers
    await command.serve({ 'GET /status': () => Promise.resolve({ ...status, peers: [{ ...first, pid: process.pid }, ...rest] }) })
    deepEqual(JSON.parse((await command.ask('status', '--json')).out.join('\n')), status)
  })

  it('kubeconfig asks for the named server and prints no empty line behind', async () => {
    await command.serve({ 'GET /kubeconfig': ({ query }) => Promise.resolve(`server: ${query.get('server') ?? 'own'}\n`) })
    deepEqual((await command.ask('kubeconfig')).out, ['server: own'])
    deepEqual((await command.ask('kubeconfig', '--server', 'https://a:1')).out, ['server: https://a:1'])
  })

  it('leave and peer remove ask the daemon and say what was done', async () => {
    const asked: string[] = []
    await command.serve({
      'POST /leave': () => Promise.resolve(void asked.push('leave')), 'DELETE /peers/*': ({ argument }) => Promise.resolve(void asked.push(`remove ${argument}`)),
    })
    deepEqual((await command.ask('leave')).out, ['this peer has left the cluster'])
    deepEqual((await command.ask('peer', 'remove', 'a/b')).out, ['a/b is removed'])
    deepEqual(asked, ['leave', 'remove a/b'])
  })

  it('says which daemon it cannot ask', async () => {
    const { status: failed, err } = await command.ask('status')
    equal(failed, 1)
    match(err.join('\n'), /no daemon answers on .*shoal\.sock.*\(SHOAL_DAEMON_UNREACHABLE\)$/s)
  })
})
