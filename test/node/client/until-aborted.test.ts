// Requests end with whichever signal comes first, their own or that of all.
import { deepEqual, equal } from 'node:assert/strict'
import type { Transport } from '../../../node/client/types.ts'
import { untilAborted } from '../../../node/client/until-aborted.ts'

describe('client / until aborted', () => {
  const seen: AbortSignal[] = []
  const waiting: Transport = {
    send: (_, signal) => {
      if (signal !== undefined) seen.push(signal)
      return new Promise((_resolve, reject) => signal?.addEventListener('abort', () => reject(new Error('given up'))))
    },
    watch: async function* (_, signal) {
      seen.push(signal)
    },
  }

  it('gives up what is under way when its user stops, and only then or when it is asked to', async () => {
    const stopping = new AbortController()
    const own = new AbortController()
    const transport = untilAborted(waiting, stopping.signal)
    const outcomes: string[] = []
    const request = (name: string, signal?: AbortSignal): Promise<void> => transport.send({ method: 'GET', path: '/' }, signal).then(() => undefined, () => void outcomes.push(name))
    const [plain, asked] = [request('plain'), request('asked', own.signal)]
    for await (const _event of transport.watch({ method: 'GET', path: '/' }, own.signal)) equal(_event, undefined)
    own.abort()
    await asked
    deepEqual(outcomes, ['asked'])
    stopping.abort()
    await plain
    deepEqual(outcomes, ['asked', 'plain'])
    deepEqual(seen.map((signal) => signal.aborted), [true, true, true])
  })
})
