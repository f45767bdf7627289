// Rotation of logs on real files and the fake runtime.
import { deepEqual, equal } from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { rotateLogs, shiftLogs } from '../../../../node/kubelet/logs/rotation.ts'
import { FakeRuntime } from '../../../support/fake-runtime.ts'
import { ManualClock } from '../../../support/manual-clock.ts'
import { makeContainer } from '../../../support/pod-fixtures.ts'

describe('kubelet / logs / rotation', () => {
  let folder: string
  let logs: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'shoal-rotate-'))
    logs = join(folder, 'default_web_uid-1/main')
    mkdirSync(logs, { recursive: true })
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  it('renames what is too large and tells the runtime', async () => {
    const runtime = new FakeRuntime(new ManualClock())
    runtime.containers.set('a', makeContainer({ id: 'a' }))
    writeFileSync(join(logs, '0.log'), 'x'.repeat(11))
    await rotateLogs(folder, runtime, { fileBytes: 10, filesKept: 2 })
    deepEqual([readdirSync(logs), runtime.calls], [['0.log.1'], ['reopenLog main']])
  })
  it('leaves small logs and ended containers alone', async () => {
    const runtime = new FakeRuntime(new ManualClock())
    runtime.containers.set('a', makeContainer({ id: 'a' }))
    writeFileSync(join(logs, '0.log'), 'x'.repeat(10))
    await rotateLogs(folder, runtime, { fileBytes: 10, filesKept: 2 })
    runtime.containers.set('a', makeContainer({ id: 'a', state: 'exited' }))
    await rotateLogs(folder, runtime, { fileBytes: 1, filesKept: 2 })
    deepEqual([readdirSync(logs), runtime.calls], [['0.log'], []])
  })
  it('keeps a number of old ones', async () => {
    for (const text of ['1', '2', '3', '4']) {
      writeFileSync(join(logs, '0.log'), text)
      await shiftLogs(logs, '0.log', 2)
    }
    deepEqual(readdirSync(logs).sort(), ['0.log.1', '0.log.2'])
    equal(readFileSync(join(logs, '0.log.2'), 'utf8'), '3')
  })
})
