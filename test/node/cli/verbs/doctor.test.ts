// The doctor from the command: sentences, the table of who sees whom, and an exit status.
import { equal } from 'node:assert/strict'
import type { DoctorReport } from '../../../../node/base/control.ts'
import { TestCommand } from '../../../support/command.ts'
import { matchesGolden } from '../../../support/golden.ts'

const views = [{ name: 'ant', answers: true, sees: ['bee'], misses: ['cat'] }, { name: 'bee', answers: true, sees: ['ant', 'cat'], misses: [] }, { name: 'cat', answers: false, sees: [], misses: [] }]

describe('cli / verbs / doctor', () => {
  let command: TestCommand
  beforeEach(() => { command = new TestCommand() })
  afterEach(() => command.end())
  const examined = async (findings: DoctorReport['findings']): Promise<{ readonly status: number; readonly text: string }> => {
    await command.serve({ 'GET /doctor': () => Promise.resolve({ findings, views }) })
    const { status, out } = await command.ask('doctor')
    return { status, text: `${out.join('\n')}\n` }
  }

  it('ends with 1 when something is broken', async () => {
    const { status, text } = await examined([{ level: 'broken', text: 'nothing listens at cat' }, { level: 'warning', text: 'bee runs v2 and ant v1' }])
    equal(status, 1)
    matchesGolden('cli/output/doctor.txt', text)
  })

  it('says that nothing is wrong', async () => {
    const { status, text } = await examined([])
    equal(status, 0)
    equal(text.split('\n')[0], 'nothing is wrong')
  })
})
