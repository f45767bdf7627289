// Over a real pair of hosts: many small messages are answered by no window updates, and more bytes than the window holds
// still arrive whole.
import { equal, ok } from 'node:assert/strict'
import type { Stream } from '@libp2p/interface'
import { noise } from '@libp2p/noise'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { createLibp2p, type Libp2p } from 'libp2p'
import { lazyWindow } from '../../../node/peer/lazy-window.ts'
import { eventually } from '../../support/eventually.ts'

const protocol = '/test/window'
const windowBytes = 256 * 1024

const host = (): Promise<Libp2p> => createLibp2p({ addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] }, transports: [tcp()], connectionEncrypters: [noise()], streamMuxers: [yamux()], connectionMonitor: { enabled: false } })

describe('peer / lazy window', () => {
  let hosts: Libp2p[] = []
  let gotBytes: number
  let updates: number
  beforeEach(async () => {
    gotBytes = 0
    updates = 0
    hosts = [await host(), await host()]
  })
  afterEach(async () => {
    for (const one of hosts) await one.stop()
  })

  /** A stream to the second host, whose end counts bytes and the window updates that it sends. */
  async function open(wrap: (stream: Stream) => Stream): Promise<Stream> {
    const [from, to] = hosts
    ok(from !== undefined && to !== undefined)
    await to.handle(protocol, (incoming) => {
      const sendFrame: unknown = Reflect.get(incoming, 'sendFrame')
      ok(typeof sendFrame === 'function')
      Reflect.set(incoming, 'sendFrame', (...args: unknown[]): unknown => {
        updates++
        return Reflect.apply(sendFrame, incoming, args)
      })
      wrap(incoming).addEventListener('message', (event) => { gotBytes += event.data.byteLength })
    })
    return from.dialProtocol(to.getMultiaddrs(), protocol)
  }

  async function send(stream: Stream, count: number, sizeBytes: number): Promise<void> {
    for (let turn = 0; turn < count; turn++) {
      if (!stream.send(new Uint8Array(sizeBytes))) await stream.onDrain()
      await new Promise((resolve) => setImmediate(resolve))
    }
    await eventually('all bytes', () => gotBytes === count * sizeBytes)
  }

  it('keeps silent while less than half of the window is used; without it each message is answered', async () => {
    const stream = await open(lazyWindow)
    await send(stream, 50, 100)
    ok(updates <= 1, `${updates} updates`)
    gotBytes = 0
    updates = 0
    await hosts[1]?.unhandle(protocol)
    await send(await open((incoming) => incoming), 50, 100)
    ok(updates > 10, `${updates} updates`)
  })

  it('lets more through than the window holds', async () => {
    const stream = await open(lazyWindow)
    await send(stream, 100, 64 * 1024)
    equal(gotBytes, 25 * windowBytes)
    ok(updates > 0)
  })
})
