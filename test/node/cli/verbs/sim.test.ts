// The verb of the simulator: its arguments arrive there, and its status comes back.
import { equal } from 'node:assert/strict'
import { join } from 'node:path'
import { runCommand } from '../../../../node/platform/processes.ts'

const root = join(import.meta.dirname, '../../../..')
const shoal = (...args: readonly string[]) => runCommand(process.execPath, ['--disable-warning=ExperimentalWarning', join(root, 'node/main.ts'), ...args])

describe('cli / verbs / sim', () => {
  it('runs a seed twice to the same hash', async () => {
    const runs = await Promise.all([1, 2].map(() => shoal('sim', '--seed', '11', '--peers', '3', '--time', '2s')))
    const hashes = runs.map(({ status, stdout, stderr }) => {
      equal(status, 0, stderr)
      return /^hash (\w+)$/m.exec(stdout)?.[1]
    })
    equal(typeof hashes[0], 'string')
    equal(hashes[0], hashes[1])
  })

  it('ends with 2 when the simulator refuses an argument', async () => {
    const { status, stderr } = await shoal('sim', '--peers', '99')
    equal(status, 2)
    equal(stderr.startsWith('shoal sim: --peers wants 1 to 64'), true)
  })
})
