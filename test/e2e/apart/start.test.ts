// The page of first steps, typed as it stands: three machines from nothing to a page by host name, load, a killed machine, the
// healing. Blocks for real machines only (`sh install`) are not typed: they would change this one.
import { deepEqual, ok } from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { freshHome, report, shoal } from '../../support/cluster.ts'
import { missingLines, pageBlocks, PageReader } from '../../support/start-page.ts'

const page = readFileSync(join(import.meta.dirname, '../../../docs/start.md'), 'utf8')

describe('e2e / first steps', function () {
  this.timeout(180_000)
  const home = freshHome()
  const reader = new PageReader(home)
  after(async () => {
    reader.end()
    await shoal(home, 'down', '--purge')
  })

  const blocks = pageBlocks(page).filter((block) => block.where[0] !== 'install')
  for (const block of blocks) {
    it(`${block.where.join(' and ')}${block.where.length === 0 ? 'the host' : ''}: ${block.commands.trim().split('\n')[0]}`, async () => {
      const startMs = performance.now()
      const output = await reader.run(block)
      report('typed', startMs)
      deepEqual(missingLines(block, output), [], output)
      const bad = /^\s*(\d+) 000$/m.exec(output)?.[1]
      ok(Number(bad ?? 0) < 30, `${bad} requests failed while a machine died`)
    })
  }
})
