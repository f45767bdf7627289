// The dashboard's address by the command, and its tokens.
import { deepEqual, equal, match } from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { kubeconfig } from '../../../../node/daemon/kubeconfig.ts'
import { ApiFixture } from '../../../support/api-fixture.ts'
import { TestCommand } from '../../../support/command.ts'

describe('cli / verbs / dashboard', () => {
  let command: TestCommand
  const asked: unknown[] = []
  beforeEach(async () => {
    command = new TestCommand()
    asked.length = 0
    await command.serve({ 'POST /dashboard-token': async ({ body }) => (asked.push(await body()), { token: 'a.b.c', expires: '2026-06-01T00:00:00Z', address: 'https://10.0.0.1:6443' }) })
  })
  afterEach(() => command.end())

  it('prints an address that signs in, and until when', async () => {
    const { out, err } = await command.ask('dashboard', '--no-open')
    deepEqual(out, ['https://10.0.0.1:6443/dashboard/#token=a.b.c'])
    equal(err.length, 1)
    deepEqual((await command.ask('dashboard', '--no-open', '--server', 'https://outside:443/', '--ttl', '600')).out, ['https://outside:443/dashboard/#token=a.b.c'])
    deepEqual(asked, [{ ttlSeconds: 3_600 }, { ttlSeconds: 600 }])
  })

  it('token create --dashboard prints the token alone', async () => {
    deepEqual(await command.ask('token', 'create', '--dashboard'), { status: 0, out: ['a.b.c'], err: [] })
    equal((await command.ask('token', 'create', '--dashboard', '--ttl', '5')).status, 2)
  })

  it('with a kubeconfig signs in by its token, or by its certificate at the API', async () => {
    const config = join(command.directory, 'config')
    const text = (user: string): string => `current-context: c\ncontexts: [{name: c, context: {cluster: c, user: u}}]\nclusters: [{name: c, cluster: {server: 'https://127.0.0.1:1'}}]\nusers: [{name: u, user: ${user}}]\n`
    writeFileSync(config, text('{token: d.e.f}'))
    deepEqual((await command.run('dashboard', '--no-open', '--kubeconfig', config)).out, ['https://127.0.0.1:1/dashboard/#token=d.e.f'])
    writeFileSync(config, text('{}'))
    match((await command.run('dashboard', '--kubeconfig', config)).err.join(), /neither a client certificate nor a token/)
  })

  it('with a certificate the address has a code', async () => {
    const fixture = await ApiFixture.start()
    const config = join(command.directory, 'config')
    const { certificate, privateKey } = fixture.admin
    writeFileSync(config, kubeconfig({ cluster: 'c', server: `https://127.0.0.1:${fixture.server.port}`, authority: fixture.authority.certificate, certificate, privateKey }))
    const { out, err } = await command.run('dashboard', '--no-open', '--kubeconfig', config)
    match(out[0] ?? '', /\/dashboard\/#code=[\w-]+$/, err.join())
    await fixture.stop()
  })
})
