// The writing thread under kill -9: whatever was acknowledged before is there after, and the log is in order.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { noMetrics } from '../../../../node/base/metrics.ts'
import { openLog } from '../../../../node/store/log/open-log.ts'
import { ManualClock } from '../../../support/manual-clock.ts'

const at = (path: string): string => JSON.stringify(new URL(path, import.meta.url).href)

/** Appends entries for ever, eight at a time, and prints the index of each that was acknowledged. */
const writer = (directory: string): string => `
  const { openLog } = await import(${at('../../../../node/store/log/open-log.ts')})
  const { noMetrics } = await import(${at('../../../../node/base/metrics.ts')})
  const { entry, save } = await import(${at('../../../contract/log.ts')})
  const { ManualClock } = await import(${at('../../../support/manual-clock.ts')})
  const log = await openLog({ clock: new ManualClock(), metrics: noMetrics }, { directory: ${JSON.stringify(directory)}, segmentBytes: 4096, expected: false })
  let index = log.recovered.entries.length
  const one = async () => {
    for (;;) {
      const mine = ++index
      await log.append(save({ entries: [entry(mine)] }))
      process.stdout.write(mine + '\\n')
    }
  }
  for (let i = 0; i < 8; i++) void one()
`

describe('store / log / writing thread', () => {
  it('keeps what it acknowledged when it is killed at any moment', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'shoal-killed-'))
    let acknowledged = 0
    for (const wanted of [30, 31, 57]) {
      const child = spawn(process.execPath, ['--input-type=module', '-e', writer(directory)], { stdio: ['ignore', 'pipe', 'inherit'] })
      const exited = once(child, 'exit')
      let seen = 0
      child.stdout.on('data', (chunk: Buffer) => {
        for (const line of chunk.toString().split('\n').slice(0, -1)) acknowledged = Math.max(acknowledged, Number(line))
        seen += chunk.toString().split('\n').length - 1
        if (seen >= wanted) child.kill('SIGKILL')
      })
      await exited
      const log = await openLog({ clock: new ManualClock(), metrics: noMetrics }, { directory, segmentBytes: 4096, expected: false })
      await log.close()
      assert.ok(seen >= wanted && log.recovered.mayVote)
      assert.ok(log.recovered.entries.length >= acknowledged, `${log.recovered.entries.length} entries, ${acknowledged} acknowledged`)
    }
    rmSync(directory, { recursive: true, force: true })
  })
})
