// The verbs of scripts that set a machine up.
import { deepEqual, equal } from 'node:assert/strict'
import { TestCommand } from '../../../support/command.ts'

describe('cli / verbs / inner', () => {
  it('state, found and enter speak to the running daemon', async () => {
    const command = new TestCommand()
    const asked: unknown[] = []
    await command.serve({
      'GET /state': () => Promise.resolve({ state: 'fresh', name: 'a', pid: 1 }),
      'POST /init': async ({ body }) => asked.push(await body()),
      'POST /join': async ({ body }) => asked.push(await body()),
    })
    deepEqual(await command.ask('state'), { status: 0, out: ['fresh'], err: [] })
    equal((await command.ask('found')).status, 0)
    equal((await command.ask('enter', 'shoal1.x')).status, 0)
    deepEqual(asked, [{}, { invitation: 'shoal1.x' }])
    await command.end()
  })

  it('runtime-config prints a configuration, with or without cgroups', async () => {
    const command = new TestCommand()
    for (const [words, expected] of [[[], 'false'], [['--rootless'], 'true']] as const) {
      const { out } = await command.run('runtime-config', ...words)
      equal(out.join('\n').includes(`disable_cgroup = ${expected}`), true)
    }
    await command.end()
  })
})
