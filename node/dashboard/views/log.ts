// A container's log, followed: it comes as it is written, stays at its end while the reader is there, and is kept to its last lines.
// What a program prints is text here, whatever it is.
import { h } from 'preact'
import type { JSX } from 'preact'
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { ask } from '../api.ts'
import { kinds, pathOf } from '../objects.ts'
import type { Pod } from '../objects.ts'
import { wordsOf } from '../parts/pieces.ts'

const tailLines = 1_000
/** Longer logs lose their beginning in the page. */
const mostChars = 1_000_000
const drawEveryMs = 100

/** Reads the log to its end and hands on what comes. */
async function follow(path: string, signal: AbortSignal, take: (text: string) => void): Promise<void> {
  const answer = await ask(path, { signal })
  if (answer.body === null) return
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader()
  for (let part = await reader.read(); !part.done; part = await reader.read()) take(part.value)
}

function useLog(path: string): { readonly text: string; readonly end: string } {
  const [shown, show] = useState({ text: '', end: '' })
  useEffect(() => {
    const stop = new AbortController()
    let text = ''
    let timer: number | undefined
    const draw = (end: string): void => {
      clearTimeout(timer)
      timer = undefined
      show({ text, end })
    }
    draw('')
    follow(path, stop.signal, (more) => {
      text = (text + more).slice(-mostChars)
      timer ??= setTimeout(() => draw(''), drawEveryMs)
    }).then(() => draw('The log ends here.'), (error: unknown) => { if (!stop.signal.aborted) draw(wordsOf(error)) })
    return () => {
      stop.abort()
      clearTimeout(timer)
    }
  }, [path])
  return shown
}

export function Log({ pod }: { readonly pod: Pod }): JSX.Element {
  const containers = [...pod.spec?.containers ?? [], ...pod.spec?.initContainers ?? []]
  const [container, choose] = useState(containers[0]?.name ?? '')
  const [previous, setPrevious] = useState(false)
  const box = useRef<HTMLPreElement>(null)
  const atEnd = useRef(true)
  const { namespace, name } = pod.metadata
  const query = new URLSearchParams({ container, tailLines: String(tailLines), ...(previous ? { previous: 'true' } : { follow: 'true' }) })
  const { text, end } = useLog(`${pathOf(kinds.pods, namespace, name, 'log')}?${query}`)
  useLayoutEffect(() => {
    if (box.current !== null && atEnd.current) box.current.scrollTop = box.current.scrollHeight
  }, [text, end])
  const scrolled = (): void => {
    if (box.current !== null) atEnd.current = box.current.scrollHeight - box.current.scrollTop - box.current.clientHeight < 40
  }
  return h('div', { class: 'page full' },
    h('div', { class: 'bar-line' },
      h('label', null, 'Container ', h('select', { value: container, onChange: (event: Event) => { if (event.target instanceof HTMLSelectElement) choose(event.target.value) } }, containers.map((one) => h('option', { key: one.name, value: one.name }, one.name)))),
      h('label', null, h('input', { type: 'checkbox', checked: previous, onChange: () => setPrevious(!previous) }), ' before the last restart')),
    h('pre', { class: 'text log', ref: box, onScroll: scrolled, tabIndex: 0, role: 'log', 'aria-label': `Log of ${container}` }, text, end === '' ? undefined : h('span', { class: 'quiet' }, `\n${end}`)))
}
