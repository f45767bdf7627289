// Lines of progress, each with the seconds since the work began.
import { deepEqual } from 'node:assert/strict'
import { lineProgress } from '../../../node/cli/progress.ts'

describe('cli / progress', () => {
  it('writes the seconds since the start before each step', () => {
    const lines: string[] = []
    let nowMs = 5_000
    const progress = lineProgress((line) => lines.push(line), () => nowMs)
    nowMs = 5_240
    progress.step('machines run')
    nowMs = 17_000
    progress.step('peers are Ready')
    deepEqual(lines, ['   0.2 s  machines run', '  12.0 s  peers are Ready'])
  })
})
