// A shell in a container of a Pod, on a terminal. The page is loaded when it is first opened, since the terminal is larger than
// all the rest of the dashboard.
import { h } from 'preact'
import type { JSX } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { openShell } from '../exec.ts'
import type { Pod } from '../objects.ts'
import { wordsOf } from '../parts/pieces.ts'
import { openTerminal } from '../parts/terminal.ts'

/** Joins a terminal in `box` and a shell; answers what ends both. */
function join(box: HTMLElement, pod: Pod, container: string, end: (why: string) => void): () => void {
  let isOpen = true
  let close = (): void => undefined
  const start = async (): Promise<void> => {
    const early: Uint8Array[] = []
    let write = (bytes: Uint8Array): void => void early.push(bytes)
    const line = openShell(pod, container, (bytes) => write(bytes), (why) => { if (isOpen) end(why) })
    close = line.close
    const terminal = await openTerminal(box, `Shell in ${container}`, { typed: line.type, resized: line.resize })
    close = () => {
      line.close()
      terminal.close()
    }
    if (!isOpen) return close()
    write = terminal.write
    for (const bytes of early) write(bytes)
  }
  start().catch((error: unknown) => { if (isOpen) end(wordsOf(error)) })
  return () => {
    isOpen = false
    close()
  }
}

export function Shell({ pod }: { readonly pod: Pod }): JSX.Element {
  const containers = pod.spec?.containers ?? []
  const [container, choose] = useState(containers[0]?.name ?? '')
  const [ended, setEnded] = useState('')
  const [round, again] = useState(0)
  const box = useRef<HTMLDivElement>(null)
  const { uid } = pod.metadata
  useEffect(() => {
    setEnded('')
    return box.current === null ? undefined : join(box.current, pod, container, setEnded)
  }, [uid, container, round])
  return h('div', { class: 'page full' },
    h('div', { class: 'bar-line' },
      h('label', null, 'Container ', h('select', { value: container, onChange: (event: Event) => { if (event.target instanceof HTMLSelectElement) choose(event.target.value) } }, containers.map((one) => h('option', { key: one.name, value: one.name }, one.name)))),
      ended === '' ? h('span', { class: 'quiet' }, 'Shift+Tab leaves the terminal') : h('span', { role: 'status' }, ended, ' ', h('button', { class: 'small', onClick: () => again(round + 1) }, 'Open again'))),
    h('div', { class: 'console', ref: box, key: `${container} ${round}` }))
}
