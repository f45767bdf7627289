// Makes a yamux stream tell the other side of room to send when half of its window is used, as yamux does elsewhere. By itself
// this one answers every message with a packet that says so: twice as many packets as heartbeats. What is sent and received
// is unchanged, and a sender that has used its window up is told at once, since more than half of it is used.
import type { Stream } from '@libp2p/interface'
import { YamuxStream } from '@libp2p/yamux/stream'

const numberOf = (stream: YamuxStream, field: string): number => {
  const value: unknown = Reflect.get(stream, field)
  // A version without the field keeps its own ways.
  return typeof value === 'number' ? value : Number.NaN
}

/** The same stream; call it before the first message is read. */
export function lazyWindow(stream: Stream): Stream {
  if (!(stream instanceof YamuxStream)) return stream
  const update = stream.sendWindowUpdate.bind(stream)
  stream.sendWindowUpdate = () => {
    if (numberOf(stream, 'recvWindowCapacity') * 2 > numberOf(stream, 'recvWindow')) return
    update()
  }
  return stream
}
