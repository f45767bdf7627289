// Invitations by the command: what is asked of the daemon and what is printed.
import { deepEqual, equal } from 'node:assert/strict'
import { TestCommand } from '../../../support/command.ts'

describe('cli / verbs / token', () => {
  let command: TestCommand
  beforeEach(() => { command = new TestCommand() })
  afterEach(() => command.end())

  it('create sends its terms and prints the invitation alone', async () => {
    const asked: unknown[] = []
    await command.serve({ 'POST /tokens': async ({ body }) => (asked.push(await body()), { invitation: 'shoal1.x' }) })
    deepEqual(await command.ask('token', 'create'), { status: 0, out: ['shoal1.x'], err: [] })
    await command.ask('token', 'create', '--uses', '5', '--ttl', '60', '--witness')
    deepEqual(asked, [{ uses: 1, ttlSeconds: 86_400, role: 'peer' }, { uses: 5, ttlSeconds: 60, role: 'witness' }])
    equal((await command.ask('token', 'create', '--uses', '0')).status, 2)
  })

  it('list shows a table, delete names what is void', async () => {
    const deleted: string[] = []
    await command.serve({
      'GET /tokens': () => Promise.resolve([{ id: '3f2a9c', expires: '2026-06-01T00:00:00Z', usesLeft: 2, role: 'peer' }]),
      'DELETE /tokens/*': ({ argument }) => Promise.resolve(void deleted.push(argument)),
    })
    deepEqual((await command.ask('token', 'list')).out, ['ID       EXPIRES                USES LEFT   ROLE', '3f2a9c   2026-06-01T00:00:00Z   2           peer'])
    deepEqual((await command.ask('token', 'delete', '3f2a9c')).out, ['invitation 3f2a9c is void'])
    deepEqual(deleted, ['3f2a9c'])
  })
})
