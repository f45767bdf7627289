// exec and attach over a WebSocket, as kubectl speaks it (v5.channel.k8s.io): the first byte of a message names the channel.
// Towards the kubelet the same channels are SPDY streams, because containerd's WebSocket cannot close standard input.
// Source: KEP-4006; Kubernetes' remotecommand channels: 0 stdin, 1 stdout, 2 stderr, 3 error, 4 resize, 255 close.
import type { WebSocket } from 'ws'
import { maxStreamBacklogBytes } from '../limits.ts'
import { SpdyClient } from './spdy-client.ts'
import type { Upgraded } from './kubelet-dial.ts'

const channels = { stdin: 0, stdout: 1, stderr: 2, error: 3, resize: 4 } as const
const closeChannel = 255
const normalClosure = 1000
const lowBacklogBytes = maxStreamBacklogBytes / 8

export type Channel = keyof typeof channels

/** The channels of a command, in the order in which their streams are opened. */
export function channelsOf(query: URLSearchParams, truthy: (value: string | null) => boolean): readonly Channel[] {
  const tty = truthy(query.get('tty'))
  const wanted: Channel[] = ['error']
  if (truthy(query.get('stdin'))) wanted.push('stdin')
  if (truthy(query.get('stdout'))) wanted.push('stdout')
  if (truthy(query.get('stderr')) && !tty) wanted.push('stderr')
  if (tty) wanted.push('resize')
  return wanted
}

/** Joins a WebSocket and an upgraded connection until either ends. */
export function bridgeExec(socket: WebSocket, upgraded: Upgraded, wanted: readonly Channel[]): void {
  const streams = new Map<number, Channel>()
  const numbers = new Map<number, number>()
  const open = new Set<Channel>(wanted.filter((channel) => channel !== 'stdin' && channel !== 'resize'))
  const finish = (): void => {
    spdy.close()
    if (socket.readyState === socket.OPEN) socket.close(normalClosure)
  }
  const spdy = new SpdyClient(upgraded.socket, upgraded.head, {
    onData: (stream, bytes, fin) => {
      const channel = streams.get(stream)
      if (channel === undefined) return
      if (bytes.length > 0) forward(socket, spdy, channels[channel], bytes)
      if (fin) open.delete(channel)
      if (open.size === 0) finish()
    },
    onEnd: finish,
  })
  for (const channel of wanted) {
    const stream = spdy.open({ streamtype: channel })
    streams.set(stream, channel)
    numbers.set(channels[channel], stream)
  }
  spdy.begin()
  socket.on('message', (data, isBinary) => {
    const message = Buffer.isBuffer(data) ? data : Buffer.from(data instanceof ArrayBuffer ? new Uint8Array(data) : Buffer.concat(data))
    const [channel] = message
    if (channel === undefined || !isBinary) return
    const closes = channel === closeChannel
    const stream = numbers.get(closes ? message[1] ?? closeChannel : channel)
    if (stream === undefined) return
    const accepted = spdy.send(stream, closes ? Buffer.alloc(0) : message.subarray(1), closes)
    if (accepted) return
    // The runtime does not keep up: nothing more is read from the client until it does.
    socket.pause()
    upgraded.socket.once('drain', () => socket.resume())
  })
  socket.on('close', () => spdy.close())
  socket.on('error', () => spdy.close())
}

function forward(socket: WebSocket, spdy: SpdyClient, channel: number, bytes: Buffer): void {
  if (socket.readyState !== socket.OPEN) return
  const paused = socket.bufferedAmount > maxStreamBacklogBytes
  if (paused) spdy.pause()
  socket.send(Buffer.concat([Buffer.from([channel]), bytes]), { binary: true }, () => {
    if (socket.bufferedAmount <= lowBacklogBytes) spdy.resume()
  })
}
