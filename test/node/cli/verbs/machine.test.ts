// The verbs of a cluster on one machine where nothing runs: what they refuse and what they answer. What they do to a running
// one is held by the clusters of test/e2e.
import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { TestCommand } from '../../../support/command.ts'

describe('cli / verbs / machine', () => {
  let command: TestCommand
  beforeEach(() => { command = new TestCommand() })
  afterEach(() => command.end())

  it('where prints places of the home that is named', async () => {
    deepEqual((await command.run('where', 'kubeconfig', '--home', '/h')).out, ['/h/kubeconfig'])
    deepEqual((await command.run('where', 'images')).out, [`${command.context.home}/images`])
    const { status, err } = await command.run('where', 'else')
    equal(status, 2)
    match(err[0] ?? '', /else: expected kubeconfig, home, images or examples/)
    ok(existsSync(join((await command.run('where', 'examples')).out[0] ?? '', 'web-svr-deployment.yaml')))
  })

  it('machine says that nothing runs', async () => {
    const { status, err } = await command.run('machine', 'kill', 'peer-1')
    equal(status, 1)
    match(err.join('\n'), /no cluster of this machine runs from .*SHOAL_NOT_UP/s)
  })

  it('down is content with nothing, and --purge removes the folder', async () => {
    mkdirSync(command.context.home)
    deepEqual((await command.run('down')).out, ['nothing ran'])
    deepEqual((await command.run('down', '--purge')).out, [`nothing ran; ${command.context.home} is removed`])
    equal(existsSync(command.context.home), false)
  })

  it('down --purge removes nothing of a folder that no cluster made', async () => {
    mkdirSync(join(command.context.home, 'photos'), { recursive: true })
    const { status, err } = await command.run('down', '--purge')
    equal(status, 2)
    match(err.join('\n'), /photos is in it.*nothing was removed.*SHOAL_NOT_A_HOME/s)
    equal(existsSync(join(command.context.home, 'photos')), true)
  })

  it('down --purge removes what an up that was killed early left', async () => {
    for (const part of ['images', 'debian', 'm1']) mkdirSync(join(command.context.home, part), { recursive: true })
    equal((await command.run('down', '--purge')).status, 0)
    equal(existsSync(command.context.home), false)
  })
})
