// A clock that is wrong is told once when it shows, and once when it is right again.
import { strict as assert } from 'node:assert'
import type { Logger } from '../../../node/base/logger.ts'
import { silentLogger } from '../../../node/base/logger.ts'
import { noMetrics } from '../../../node/base/metrics.ts'
import { ClockWatch } from '../../../node/peer/clock-watch.ts'
import { clockDisagreesMs } from '../../../node/peer/limits.ts'
import { ManualClock } from '../../support/manual-clock.ts'

describe('peer / clock watch', () => {
  it('tells both times when they disagree, either way, and is quiet about what a write takes', () => {
    const told: string[] = []
    const note = (message: string, fields?: { readonly [field: string]: unknown }): void => void told.push(`${message} ${String(fields?.['here'] ?? '')} ${String(fields?.['cluster'] ?? '')}`.trim())
    const logger: Logger = { ...silentLogger, warn: note, info: note }
    const clock = new ManualClock()
    const watch = new ClockWatch({ clock, logger, metrics: noMetrics })
    const nowMs = clock.wallMs()
    const iso = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`
    watch.agreed(nowMs - clockDisagreesMs + 1)
    assert.deepEqual([watch.aheadMs, told], [0, []])
    watch.agreed(nowMs - 3_600_000)
    watch.agreed(nowMs - 3_600_000)
    assert.equal(watch.aheadMs, 3_600_000)
    watch.agreed(nowMs)
    watch.agreed(nowMs + 3_600_000)
    assert.equal(watch.aheadMs, -3_600_000)
    const words = "this machine's clock and the cluster's disagree"
    assert.deepEqual(told, [`${words} ${iso(nowMs)} ${iso(nowMs - 3_600_000)}`, 'the clocks agree again', `${words} ${iso(nowMs)} ${iso(nowMs + 3_600_000)}`])
  })
})
