// The verb of benchmarks: only those that exist.
import { deepEqual, equal } from 'node:assert/strict'
import { TestCommand } from '../../../support/command.ts'

describe('cli / verbs / bench', () => {
  it('names the benchmarks when it does not know one', async () => {
    const command = new TestCommand()
    const { status, err } = await command.run('bench', 'figures')
    equal(status, 2)
    deepEqual(err[0], 'shoal: figures: expected one of catchup, failover, heal, idle, mirrors, proxy, reads, scale, sim, start, writes')
    await command.end()
  })
})
