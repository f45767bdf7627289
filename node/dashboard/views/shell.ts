// A shell in a container: exec over a WebSocket, line by line and without a terminal, so that no emulator is needed; programs that
// paint the screen do not belong here. Channels are those of the reference: 0 in, 1 out, 2 errors, 3 status, 255 close.
// Source: Kubernetes, remote command protocol v5.channel.k8s.io (KEP-4006).
import { h } from 'preact'
import type { JSX } from 'preact'
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { kinds, pathOf } from '../objects.ts'
import type { Pod } from '../objects.ts'

const mostChars = 200_000

interface Line {
  readonly send: (text: string) => void
  readonly close: () => void
}

/** Opens `sh` in the container; `take` gets what it prints, `end` why it ended. */
function open(pod: Pod, container: string, take: (text: string) => void, end: (why: string) => void): Line {
  const query = new URLSearchParams({ container, command: 'sh', stdin: 'true', stdout: 'true', stderr: 'true' })
  const { namespace, name } = pod.metadata
  const socket = new WebSocket(`wss://${location.host}${pathOf(kinds.pods, namespace, name, 'exec')}?${query}`, ['v5.channel.k8s.io', 'v4.channel.k8s.io'])
  socket.binaryType = 'arraybuffer'
  const decoders = [new TextDecoder(), new TextDecoder(), new TextDecoder(), new TextDecoder()]
  let status = ''
  /** Lines that were entered before the connection was open. */
  const waiting: Uint8Array<ArrayBuffer>[] = []
  socket.onopen = () => { for (const frame of waiting.splice(0)) socket.send(frame) }
  socket.onmessage = ({ data }: MessageEvent<unknown>) => {
    if (!(data instanceof ArrayBuffer) || data.byteLength === 0) return
    const channel = new Uint8Array(data)[0] ?? 0
    const text = decoders[channel]?.decode(new Uint8Array(data, 1), { stream: true }) ?? ''
    if (channel === 3) status += text
    else take(text)
  }
  socket.onclose = () => end(status === '' ? 'The connection ended; the container may have no shell, or you may not open one.' : wordOf(status))
  return {
    send: (text) => {
      const bytes = new TextEncoder().encode(text)
      const frame = new Uint8Array(bytes.length + 1)
      frame.set(bytes, 1)
      if (socket.readyState === WebSocket.CONNECTING) waiting.push(frame)
      else socket.send(frame)
    },
    close: () => socket.close(),
  }
}

function wordOf(status: string): string {
  const parsed: unknown = JSON.parse(status)
  const field = (name: string): unknown => (typeof parsed === 'object' && parsed !== null ? Reflect.get(parsed, name) : undefined)
  return field('status') === 'Success' ? 'The shell has ended.' : String(field('message') ?? status)
}

export function Shell({ pod }: { readonly pod: Pod }): JSX.Element {
  const containers = pod.spec?.containers ?? []
  const [container, choose] = useState(containers[0]?.name ?? '')
  const [text, setText] = useState('')
  const [ended, setEnded] = useState('')
  const [round, again] = useState(0)
  const line = useRef<Line>(undefined)
  const box = useRef<HTMLPreElement>(null)
  const { uid } = pod.metadata
  useEffect(() => {
    let isOurs = true
    setText('')
    setEnded('')
    const opened = open(pod, container, (more) => { if (isOurs) setText((old) => (old + more).slice(-mostChars)) }, (why) => { if (isOurs) setEnded(why) })
    line.current = opened
    return () => {
      isOurs = false
      opened.close()
    }
  }, [uid, container, round])
  useLayoutEffect(() => { if (box.current !== null) box.current.scrollTop = box.current.scrollHeight }, [text, ended])
  const enter = (event: Event): void => {
    event.preventDefault()
    const input = event.target instanceof HTMLFormElement ? event.target.elements.namedItem('command') : null
    if (!(input instanceof HTMLInputElement)) return
    setText((old) => `${old}$ ${input.value}\n`)
    line.current?.send(`${input.value}\n`)
    input.value = ''
  }
  return h('div', { class: 'page full' },
    h('div', { class: 'bar-line' },
      h('label', null, 'Container ', h('select', { value: container, onChange: (event: Event) => { if (event.target instanceof HTMLSelectElement) choose(event.target.value) } }, containers.map((one) => h('option', { key: one.name, value: one.name }, one.name)))),
      ended === '' ? undefined : h('button', { class: 'small', onClick: () => again(round + 1) }, 'Open again')),
    h('pre', { class: 'text log', ref: box, tabIndex: 0, role: 'log', 'aria-label': `Shell in ${container}` }, text, ended === '' ? undefined : h('span', { class: 'quiet' }, `\n${ended}`)),
    h('form', { class: 'command', onSubmit: enter }, h('span', { 'aria-hidden': 'true' }, '$'), h('input', { name: 'command', autocomplete: 'off', autocapitalize: 'off', spellcheck: false, 'aria-label': 'Command', disabled: ended !== '' })))
}
