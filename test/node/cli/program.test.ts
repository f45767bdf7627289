// The command as people meet it: help as golden text, exit statuses, errors with a remedy, flags handed on.
import { deepEqual, equal, match } from 'node:assert/strict'
import { defaultHome, describeError } from '../../../node/cli/program.ts'
import { notUp } from '../../../node/cli/errors.ts'
import { verbs } from '../../../node/cli/verbs/registry.ts'
import { TestCommand } from '../../support/command.ts'
import { matchesGolden } from '../../support/golden.ts'

describe('cli / program', () => {
  let command: TestCommand
  beforeEach(() => { command = new TestCommand() })
  afterEach(() => command.end())

  it('says what it can do', async () => {
    const help = await command.run('--help')
    equal(help.status, 0)
    matchesGolden('cli/help.txt', `${help.out.join('\n')}\n`)
    deepEqual(await command.run(), help)
  })

  it('says of every verb how it is called, with an example', async () => {
    for (const verb of verbs) {
      const words = verb.usage.split(' ').filter((word) => !/^[<[]/.test(word))
      const { status, out } = await command.run(...words, '--help')
      equal(status, 0)
      if (verb.hidden !== true) matchesGolden(`cli/${words.join('-')}.txt`, `${out.join('\n')}\n`)
      equal(verb.hidden === true || verb.examples.length > 0, true, `${verb.usage} has no example`)
    }
  })

  it('refuses what it does not know with status 2', async () => {
    equal((await command.run('swim')).status, 2)
    equal((await command.run('up', '--sharks', '3')).status, 2)
    equal((await command.run('join')).status, 2)
    const { status, err } = await command.run('up', '--peers', 'many')
    equal(status, 2)
    deepEqual(err, ['shoal: --peers many: expected a whole number from 1 to 50', '  See `shoal <command> --help`. (SHOAL_BAD_ARGUMENT)'])
  })

  it('tells the cause, the remedy and the code of an error; a mistake of ours by its stack', () => {
    deepEqual(describeError(notUp.make({ home: '/h' })), {
      lines: ['shoal: no cluster of this machine runs from /h', '  Start one with `shoal up`, or name another folder with --home. (SHOAL_NOT_UP)'], status: 1,
    })
    const bug = describeError(new TypeError('x is undefined'))
    equal(bug.status, 70)
    match(bug.lines.join('\n'), /x is undefined\n.*\n? *at /)
    deepEqual(describeError('thrown text'), { lines: ['shoal: thrown text'], status: 70 })
  })

  it('keeps the cluster where the environment says', () => {
    equal(defaultHome({ SHOAL_HOME: '/h' }), '/h')
    const own = defaultHome({ SHOAL_HOME: '', HOME: '/home/jo' })
    equal(own, process.getuid?.() === 0 ? '/var/opt/shoal' : '/home/jo/.local/share/shoal')
  })
})
