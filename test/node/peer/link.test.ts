// The way between the two threads over a real port: order, one packet a turn, and a bounded turn for a side that is behind.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { MessageChannel } from 'node:worker_threads'
import { linkPacketBytes, linkPackets } from '../../../node/peer/limits.ts'
import { portLink } from '../../../node/peer/link.ts'
import { atEndOfTurn } from '../../../node/platform/turn.ts'

const turn = (): Promise<void> => new Promise((resolve) => { setImmediate(resolve) })

describe('peer / link', () => {
  let channel: MessageChannel

  beforeEach(() => { channel = new MessageChannel() })
  afterEach(async () => {
    const closed = once(channel.port2, 'close')
    channel.port1.close()
    await closed
  })

  it('brings what was said in a turn as one packet, in order, and hands buffers over', async () => {
    const left = portLink<{ readonly bytes: Uint8Array }, never>(channel.port1, atEndOfTurn)
    const packets: unknown[] = []
    channel.port2.on('message', (packet) => packets.push(packet))
    const bytes = new Uint8Array([1, 2, 3])
    left.send({ bytes }, [bytes])
    left.send({ bytes: new Uint8Array([4]) })
    while (packets.length === 0) await turn()
    assert.equal(bytes.byteLength, 0)
    assert.deepEqual(packets, [{ messages: [{ bytes: new Uint8Array([1, 2, 3]) }, { bytes: new Uint8Array([4]) }], taken: 0 }])
  })

  it('keeps nobody who is behind in one turn: the rest waits at the sender and comes as one', async () => {
    const left = portLink<number, string>(channel.port1, queueMicrotask)
    const right = portLink<string, number>(channel.port2, atEndOfTurn)
    const count = 40 * linkPackets
    const heard: number[] = []
    const turns: number[] = []
    let sinceTurn = 0
    right.onMessage((message) => {
      heard.push(message)
      sinceTurn++
      // What it says itself leaves when its turn ends.
      if (message === 0) right.send('said while behind')
    })
    const answers: string[] = []
    left.onMessage((message) => { answers.push(message) })
    // Each in a packet of its own, as turns of the other thread would send them, before the reader looks once.
    for (let at = 0; at < count; at++) {
      left.send(at)
      await Promise.resolve()
    }
    while (heard.length < count) {
      await turn()
      turns.push(sinceTurn)
      sinceTurn = 0
    }
    assert.deepEqual(heard, Array.from({ length: count }, (_, at) => at))
    assert.deepEqual(turns.filter((messages) => messages > 0), [linkPackets, count - linkPackets])
    assert.deepEqual(answers, ['said while behind'])
  })

  it('goes on for ever when only one side speaks', async () => {
    const left = portLink<number, never>(channel.port1, queueMicrotask)
    const right = portLink<never, number>(channel.port2, atEndOfTurn)
    left.onMessage(() => assert.fail('the other side says nothing'))
    let heard = 0
    right.onMessage(() => { heard++ })
    for (let at = 0; at < 5 * linkPackets; at++) {
      left.send(at)
      await turn()
    }
    while (heard < 5 * linkPackets) await turn()
  })
  it('spreads many bytes said at once over turns', async () => {
    const left = portLink<Uint8Array, never>(channel.port1, queueMicrotask)
    const right = portLink<never, Uint8Array>(channel.port2, atEndOfTurn)
    left.onMessage(() => assert.fail('the other side says nothing'))
    let heardBytes = 0
    right.onMessage((bytes) => { heardBytes += bytes.length })
    const count = 3 * linkPackets
    for (let at = 0; at < count; at++) {
      const bytes = new Uint8Array(linkPacketBytes)
      left.send(bytes, [bytes])
    }
    let before = 0
    while (heardBytes < count * linkPacketBytes) {
      await turn()
      assert.ok(heardBytes - before <= linkPackets * linkPacketBytes, `${heardBytes - before} bytes in a turn`)
      before = heardBytes
    }
  })
})
