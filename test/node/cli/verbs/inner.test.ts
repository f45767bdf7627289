// The verbs of scripts that set a machine up.
import { deepEqual, equal } from 'node:assert/strict'
import { TestCommand } from '../../../support/command.ts'

describe('cli / verbs / inner', () => {
  it('state prints how the running daemon stands', async () => {
    const command = new TestCommand()
    await command.serve({ 'GET /state': () => Promise.resolve({ state: 'fresh', name: 'a', pid: 1 }) })
    deepEqual(await command.ask('state'), { status: 0, out: ['fresh'], err: [] })
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
