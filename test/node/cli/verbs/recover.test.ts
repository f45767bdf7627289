// Recovery from the command: what it shows, that it does nothing unasked, and that it waits for the new incarnation.
import { deepEqual, equal, match } from 'node:assert/strict'
import type { RecoveryPreview } from '../../../../node/base/control.ts'
import { TestCommand } from '../../../support/command.ts'
import { matchesGolden } from '../../../support/golden.ts'

const preview: RecoveryPreview = {
  incarnation: 1, chosen: 'alpha', keysLost: true, keyHolders: ['beta'], ahead: ['wit'], missing: [{ name: 'beta', voter: true }, { name: 'dora', voter: false }],
  survivors: [
    { name: 'wit', role: 'witness', term: 3, lastIndex: 120, agreedIndex: 90, newest: '2026-01-02T00:00:05Z', ageMs: 5_000 },
    { name: 'alpha', role: 'voter', term: 3, lastIndex: 100, agreedIndex: 90, newest: '2026-01-02T00:00:00Z', ageMs: 10_000 },
  ],
}

describe('cli / verbs / recover', () => {
  let command: TestCommand
  beforeEach(() => { command = new TestCommand() })
  afterEach(() => command.end())

  it('shows what the survivors hold and what may be lost, and does nothing unless told', async () => {
    await command.serve({ 'GET /recovery': () => Promise.resolve(preview) })
    const ran = await command.ask('recover')
    equal(ran.status, 0)
    matchesGolden('cli/output/recover.txt', `${ran.out.join('\n')}\n`)
  })

  it('asks before it acts: without a terminal it wants --yes', async () => {
    await command.serve({ 'GET /recovery': () => Promise.resolve(preview) })
    const ran = await command.ask('recover', '--alone', '--without-keys')
    equal(ran.status, 2)
    match(ran.err.join('\n'), /a terminal to confirm on, or --yes/)
  })

  it('with --yes it names the incarnation that it saw, and waits for the next one', async () => {
    const asked: unknown[] = []
    await command.serve({
      'GET /recovery': () => Promise.resolve(preview),
      'POST /recovery': async ({ body }) => {
        asked.push(await body())
        return { chosen: 'alpha' }
      },
      'GET /status': () => Promise.resolve({ incarnation: asked.length === 0 ? 1 : 1_048_583, leader: 'alpha' }),
    })
    const ran = await command.ask('recover', '--alone', '--yes', '--without-keys')
    equal(ran.status, 0)
    deepEqual(asked, [{ incarnation: 1 }])
    match(ran.out.at(-1) ?? '', /alpha went on alone: incarnation 1048583/)
  })

  it('does not give up the keys of the cluster unasked, and names who could save them', async () => {
    let asked = 0
    await command.serve({ 'GET /recovery': () => Promise.resolve(preview), 'POST /recovery': () => Promise.resolve(void asked++) })
    const ran = await command.ask('recover', '--alone', '--yes')
    equal(ran.status, 1)
    equal(asked, 0)
    match(ran.err.join('\n'), /no survivor can open the keys[^]*; beta could open them[^]*--without-keys/)
  })

  it('gives up what was agreed apart', async () => {
    let asked = 0
    await command.serve({ 'POST /rejoin': () => Promise.resolve(void asked++) })
    equal((await command.ask('recover', '--rejoin')).status, 0)
    equal(asked, 1)
  })
})
