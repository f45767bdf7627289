// Log lines: Kubernetes design document "CRI: Log management".
import { deepEqual, equal } from 'node:assert/strict'
import { parseLogLine } from '../../../../node/kubelet/logs/format.ts'

describe('kubelet / logs / format', () => {
  it('reads whole and partial lines', () => {
    deepEqual(parseLogLine('2026-01-01T00:00:00.000000001Z stdout F hello  world '), { time: '2026-01-01T00:00:00.000000001Z', stream: 'stdout', partial: false, text: 'hello  world ' })
    deepEqual(parseLogLine('t stderr P:x a'), { time: 't', stream: 'stderr', partial: true, text: 'a' })
    equal(parseLogLine('t stdout F ')?.text, '')
  })
  it('takes nothing else for a line', () => {
    for (const line of ['', 'hello', 't stdout', 't stdin F x', 't stdout F']) equal(parseLogLine(line), undefined)
  })
})
