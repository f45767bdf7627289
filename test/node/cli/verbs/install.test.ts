// The verbs that bring Shoal to real machines, run on a small project; what they write is told by the tests of their parts.
import { deepEqual, equal, match } from 'node:assert/strict'
import { cpSync, existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { runCli } from '../../../../node/cli/program.ts'
import { TestCommand } from '../../../support/command.ts'
import { smallProject, type SmallProject } from '../../../support/small-project.ts'

describe('cli / verbs / install', () => {
  let small: SmallProject
  const command = new TestCommand()
  beforeEach(() => { small = smallProject() })
  afterEach(() => rmSync(small.folder, { recursive: true }))
  after(() => command.end())

  const run = async (...argv: readonly string[]): Promise<{ readonly status: number; readonly out: string }> => {
    const out: string[] = []
    const status = await runCli(argv, { ...command.context, node: small.node, main: join(small.project, 'node/main.ts'), out: (line) => void out.push(line), err: (line) => void out.push(line) })
    return { status, out: out.join('\n') }
  }

  it('install puts everything below a folder, starts nothing, and says how to go on', async () => {
    cpSync(small.packages, join(small.project, 'bundle/packages'), { recursive: true })
    const { status, out } = await run('install', '--root', join(small.folder, 'machine'))
    equal(status, 0, out)
    match(out, /Shoal is in .*\/opt\/shoal\n[^]*shoal init/)
    equal(out.includes('No systemd'), false)
    equal(existsSync(join(small.folder, 'machine/etc/systemd/system/shoal.service')), true)
  })

  it('bundle writes an archive, without packages when told so', async () => {
    const archive = join(small.folder, 'shoal.tar.gz')
    const { status, out } = await run('bundle', archive, '--no-packages')
    deepEqual([status, existsSync(archive), out.includes('Debian packages')], [0, true, false])
  })
})
