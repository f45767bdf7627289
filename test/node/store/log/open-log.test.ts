// The log in files with its writing thread keeps the contract of logs; what goes wrong arrives as the zone's errors.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { noMetrics } from '../../../../node/base/metrics.ts'
import { logFailed } from '../../../../node/store/errors.ts'
import { openLog } from '../../../../node/store/log/open-log.ts'
import { describeLog, range, save } from '../../../contract/log.ts'
import { ManualClock } from '../../../support/manual-clock.ts'

describe('store / log / thread', () => {
  let base: string
  let made = 0
  before(() => {
    base = mkdtempSync(join(tmpdir(), 'shoal-log-'))
  })
  after(() => rmSync(base, { recursive: true, force: true }))
  const openAt = (directory: string) => openLog({ clock: new ManualClock(), metrics: noMetrics }, { directory, segmentBytes: 8192, expected: false })

  describeLog(async () => {
    const directory = join(base, `${made++}`)
    return { log: await openAt(directory), reopen: () => openAt(directory) }
  }, 2)

  it('takes many appends at once and keeps their order', async () => {
    const directory = join(base, `${made++}`)
    const log = await openAt(directory)
    await Promise.all(Array.from({ length: 300 }, (_, i) => log.append(save({ entries: range(i + 1, i + 1) }))))
    await log.close()
    const again = await openAt(directory)
    assert.equal(again.recovered.entries.length, 300)
    await again.close()
    await assert.rejects(again.append(save({ entries: range(301, 301) })))
  })

  it('says why it cannot be opened', async () => {
    const file = join(base, 'a-file')
    writeFileSync(file, '')
    await assert.rejects(openAt(join(file, 'log')), logFailed.is)
  })
})
