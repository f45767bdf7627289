// The dashboard's address by the command, and its tokens.
import { deepEqual, equal } from 'node:assert/strict'
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
})
