// What is known of a yard from outside: its short name, its kept decisions, and whether it runs. Starting and ending one is
// held by the clusters of test/e2e.
import { deepEqual, equal, match, notEqual } from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { yardLayout } from '../../../../node/cli/machines/layout.ts'
import { readYardConfig, yardId, yardPid, yardRuns } from '../../../../node/cli/machines/yard-process.ts'

describe('cli / machines / yard process', () => {
  let home: string
  beforeEach(() => { home = mkdtempSync(join(tmpdir(), 'shoal-home-')) })
  afterEach(() => rmSync(home, { recursive: true }))

  it('has a short name of its own for each home, fit for an interface', () => {
    match(`shoal-${yardId('/a')}`, /^[a-z0-9-]{1,15}$/)
    equal(yardId('/a'), yardId('/a'))
    notEqual(yardId('/a'), yardId('/b'))
  })

  it('reads what the last start decided', () => {
    equal(readYardConfig(home), undefined)
    writeFileSync(yardLayout(home).config, JSON.stringify({ home, peers: 3 }))
    deepEqual(readYardConfig(home), { home, peers: 3 })
  })

  it('runs only while its process does: not without a file, not with a broken one, not with a stranger that has its number', () => {
    const { pidFile } = yardLayout(home)
    equal(yardRuns(home), false)
    for (const text of ['', 'x', '0', '1', '4194305', String(process.pid)]) {
      writeFileSync(pidFile, text)
      equal(yardRuns(home), false, text)
      equal(yardPid(home), undefined)
    }
  })
})
