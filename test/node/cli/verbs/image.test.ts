// An image for all peers: sent whole, with an answer for each peer.
import { deepEqual, equal, match } from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { TestCommand } from '../../../support/command.ts'

describe('cli / verbs / image', () => {
  let command: TestCommand
  beforeEach(() => { command = new TestCommand() })
  afterEach(() => command.end())

  it('sends the archive and tells which peers took it; a failure of one is a failure', async () => {
    const archive = join(command.directory, 'nginx.tar')
    writeFileSync(archive, 'ARCHIVE')
    let got = ''
    let failed: readonly object[] = []
    await command.serve({
      'POST /images': async ({ stream }) => {
        got = await text(stream)
        return { loaded: [{ peer: 'alpha', images: ['nginx:latest'] }], failed }
      },
    })
    deepEqual(await command.ask('image', 'load', archive), { status: 0, out: ['alpha: nginx:latest'], err: [] })
    equal(got, 'ARCHIVE')
    failed = [{ peer: 'beta', error: 'no space' }]
    deepEqual(await command.ask('image', 'load', archive), { status: 1, out: ['alpha: nginx:latest'], err: ['beta: not loaded: no space'] })
  })

  it('refuses an archive that is not there before it asks anybody', async () => {
    const { status, err } = await command.ask('image', 'load', '/none.tar')
    equal(status, 2)
    match(err[0] ?? '', /\/none\.tar: expected an existing archive/)
  })
})
