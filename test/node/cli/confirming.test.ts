// What cannot be undone is asked for; nobody there to ask is no yes.
import { equal, rejects } from 'node:assert/strict'
import { confirmed } from '../../../node/cli/confirming.ts'
import { badArgument } from '../../../node/cli/errors.ts'

describe('cli / confirming', () => {
  const terminal = process.stdin.isTTY
  afterEach(() => { process.stdin.isTTY = terminal })

  it('--yes answers before anybody is asked', async () => {
    equal(await confirmed({ yes: true }, 'volume abandon', 'default/data'), true)
  })

  it('without a terminal it is refused, in the name of the command', async () => {
    process.stdin.isTTY = false
    await rejects(confirmed({}, 'recover --alone', 'alpha'), (error) => badArgument.is(error) && /recover --alone/.test(String(error)))
  })
})
