// A flood of bad input is counted in full and logged in few lines.
import { strict as assert } from 'node:assert'
import { silentLogger, type LogFields } from '../../../node/base/logger.ts'
import { refusalLogMs } from '../../../node/peer/limits.ts'
import { Refusals } from '../../../node/peer/refusals.ts'
import { createMetrics } from '../../../node/telemetry/metrics.ts'
import { ManualClock } from '../../support/manual-clock.ts'

describe('peer / refusals', () => {
  it('are all counted, and logged once a second for each reason', async () => {
    const clock = new ManualClock()
    const lines: [string, LogFields | undefined][] = []
    const metrics = createMetrics()
    const refusals = new Refusals({ clock, metrics, logger: { ...silentLogger, warn: (message, fields) => lines.push([message, fields]) } })
    for (let i = 0; i < 1000; i++) refusals.refused('message', 'bee', { reason: 'cut short' })
    refusals.refused('stranger', 'wasp')
    assert.deepEqual(lines, [['a message was refused', { peer: 'bee', reason: 'cut short' }], ['a stranger was refused', { peer: 'wasp' }]])
    clock.advance(refusalLogMs)
    refusals.refused('message', 'bee')
    assert.deepEqual(lines[2], ['a message was refused', { peer: 'bee', beforeThis: 999 }])
    const text = await metrics.text()
    assert.match(text, /shoal_peer_refused_total\{reason="message"\} 1001\n/)
    assert.match(text, /shoal_peer_refused_total\{reason="stranger"\} 1\n/)
  })
})
