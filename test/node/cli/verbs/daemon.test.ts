// The verbs that run the daemon: each with its first step, and the flags as they were given.
import { deepEqual, equal, match } from 'node:assert/strict'
import { TestCommand } from '../../../support/command.ts'

describe('cli / verbs / daemon', () => {
  it('daemon waits, init founds, join joins', async () => {
    const command = new TestCommand()
    await command.run('daemon', '--data-dir', '/d', '--rootless', 'true')
    await command.run('init', '--name', 'alpha')
    await command.run('join', 'shoal1.x', '--voters', '3')
    deepEqual(command.daemons, [
      { flags: { 'data-dir': '/d', rootless: 'true' }, first: { kind: 'wait' } },
      { flags: { name: 'alpha' }, first: { kind: 'init' } },
      { flags: { voters: '3' }, first: { kind: 'join', invitation: 'shoal1.x' } },
    ])
    await command.end()
  })

  it('init and join ask a daemon that runs already, and say how to go on', async () => {
    const command = new TestCommand()
    const asked: unknown[] = []
    await command.serve({
      'GET /state': () => Promise.resolve({ state: 'fresh', name: 'a', pid: 1 }),
      'POST /init': async ({ body }) => asked.push(await body()),
      'POST /join': async ({ body }) => asked.push(await body()),
    })
    match((await command.ask('init')).out.join('\n'), /shoal token create/)
    equal((await command.ask('join', 'shoal1.x')).status, 0)
    deepEqual(asked, [{}, { invitation: 'shoal1.x' }])
    const { status, err } = await command.ask('init', '--name', 'alpha')
    equal(status, 2)
    match(err.join(), /--name: expected it at the daemon, which runs already/)
    equal(asked.length, 2)
    deepEqual(command.daemons, [])
    await command.end()
  })
})
