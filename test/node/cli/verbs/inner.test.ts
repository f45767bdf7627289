// The verbs of scripts that set a machine up.
import { deepEqual, equal, match } from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { TestCommand } from '../../../support/command.ts'
import { busyboxPackage } from '../../../support/small-project.ts'

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

  it('pause-image makes an archive from the packages in a folder', async () => {
    const command = new TestCommand()
    const { status, err } = await command.run('pause-image', join(command.directory, 'pause.tar'), '--packages', busyboxPackage(command.directory))
    deepEqual({ status, err }, { status: 0, err: [] })
    match(execFileSync('tar', ['-xOf', join(command.directory, 'pause.tar'), 'manifest.json'], { encoding: 'utf8' }), /registry\.k8s\.io\/pause:/)
    await command.end()
  })
})
