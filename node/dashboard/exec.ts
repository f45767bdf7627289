// A shell in a container with a terminal: exec over a WebSocket. Channels are those of the reference: 0 in, 1 out, 2 errors,
// 3 status, 4 the terminal's size. Bytes go through as they are; what they mean on a screen is the terminal's business.
// Source: Kubernetes, remote command protocol v5.channel.k8s.io (KEP-4006).
import { kinds, pathOf } from './objects.ts'
import type { Pod } from './objects.ts'

/** bash where the container has it, else sh. */
const command = ['/bin/sh', '-c', 'TERM=xterm-256color; export TERM; [ -x /bin/bash ] && exec /bin/bash; exec /bin/sh']

export interface ShellLine {
  readonly type: (text: string) => void
  readonly resize: (columns: number, rows: number) => void
  readonly close: () => void
}

/** Opens a shell; `take` gets what it prints, `end` why it ended. */
export function openShell(pod: Pod, container: string, take: (bytes: Uint8Array) => void, end: (why: string) => void): ShellLine {
  const query = new URLSearchParams({ container, stdin: 'true', stdout: 'true', tty: 'true' })
  for (const word of command) query.append('command', word)
  const { namespace, name } = pod.metadata
  const socket = new WebSocket(`wss://${location.host}${pathOf(kinds.pods, namespace, name, 'exec')}?${query}`, ['v5.channel.k8s.io', 'v4.channel.k8s.io'])
  socket.binaryType = 'arraybuffer'
  let status = ''
  /** Frames from before the connection was open. */
  const waiting: Uint8Array<ArrayBuffer>[] = []
  socket.onopen = () => { for (const frame of waiting.splice(0)) socket.send(frame) }
  socket.onmessage = ({ data }: MessageEvent<unknown>) => {
    if (!(data instanceof ArrayBuffer) || data.byteLength === 0) return
    const channel = new Uint8Array(data)[0]
    const bytes = new Uint8Array(data, 1)
    if (channel === 3) status += new TextDecoder().decode(bytes)
    else take(bytes)
  }
  socket.onclose = () => end(status === '' ? 'The connection ended; the container may have no shell, or you may not open one.' : wordOf(status))
  const send = (channel: number, text: string): void => {
    const bytes = new TextEncoder().encode(text)
    const frame = new Uint8Array(bytes.length + 1)
    frame[0] = channel
    frame.set(bytes, 1)
    if (socket.readyState === WebSocket.CONNECTING) waiting.push(frame)
    else if (socket.readyState === WebSocket.OPEN) socket.send(frame)
  }
  return {
    type: (text) => send(0, text),
    resize: (columns, rows) => send(4, JSON.stringify({ Width: columns, Height: rows })),
    close: () => socket.close(),
  }
}

function wordOf(status: string): string {
  const parsed: unknown = JSON.parse(status)
  const field = (name: string): unknown => (typeof parsed === 'object' && parsed !== null ? Reflect.get(parsed, name) : undefined)
  return field('status') === 'Success' ? 'The shell has ended.' : String(field('message') ?? status)
}
