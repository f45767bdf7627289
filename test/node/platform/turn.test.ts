// What is put off to the end of the turn runs once, after everything that was ready in the turn.
import { deepEqual } from 'node:assert/strict'
import { MessageChannel } from 'node:worker_threads'
import { atEndOfTurn } from '../../../node/platform/turn.ts'

describe('platform / turn', () => {
  it('ends after all messages that wait at a port, and before timers of the next turn', async () => {
    const { port1, port2 } = new MessageChannel()
    const seen: string[] = []
    const ended = new Promise<void>((resolve) => {
      port2.on('message', (message: string) => {
        if (seen.push(message) === 1) atEndOfTurn(() => { seen.push('end'); resolve() })
      })
    })
    for (const message of ['a', 'b', 'c']) port1.postMessage(message)
    await ended
    port1.close()
    deepEqual(seen, ['a', 'b', 'c', 'end'])
  })
})
