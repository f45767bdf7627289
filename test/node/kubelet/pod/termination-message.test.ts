// Termination messages: Kubernetes documentation, Determine the Reason for Pod Failure.
import { equal } from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { terminationMessage } from '../../../../node/kubelet/pod/termination-message.ts'
import { terminationFileAnnotation } from '../../../../node/kubelet/pod/configs.ts'
import { ended, makePod, named } from '../../../support/pod-fixtures.ts'

describe('kubelet / pod / termination message', () => {
  let folder: string
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'shoal-message-'))
    writeFileSync(join(folder, 'message'), 'because')
    writeFileSync(join(folder, 'long'), 'x'.repeat(5000))
    writeFileSync(join(folder, 'empty'), '')
    writeFileSync(join(folder, 'log'), '2026-01-01T00:00:00Z stderr F last words\n')
  })
  after(() => rmSync(folder, { recursive: true, force: true }))
  const message = (file: string, policy: string, exitCode = 1): Promise<string> => terminationMessage(
    makePod({ containers: [named('main', { terminationMessagePolicy: policy })] }),
    ended(exitCode, 0, { annotations: { [terminationFileAnnotation]: join(folder, file) }, logPath: join(folder, 'log') }),
  )

  it('is what the container wrote, at most 4096 bytes', async () => {
    equal(await message('message', 'File'), 'because')
    equal((await message('long', 'File')).length, 4096)
  })
  it('falls back to the log after an error, where that is asked for', async () => {
    equal(await message('empty', 'FallbackToLogsOnError'), 'last words\n')
    equal(await message('empty', 'FallbackToLogsOnError', 0), '')
    equal(await message('empty', 'File'), '')
    equal(await message('message', 'FallbackToLogsOnError'), 'because')
  })
})
