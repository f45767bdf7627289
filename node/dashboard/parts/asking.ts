// Questions before something is done, and words after it: one dialog and one line of notices for the whole page. The dialog is the
// browser's own, which keeps the keyboard inside and gives the focus back.
import { h } from 'preact'
import type { ComponentChild, JSX } from 'preact'
import { useEffect, useReducer, useRef, useState } from 'preact/hooks'
import { wordsOf } from './pieces.ts'

interface Question {
  readonly title: string
  readonly text: string
  readonly action: string
  readonly danger: boolean
  /** Asks for a number as well. */
  readonly number?: number
  readonly run: (number: number) => Promise<string>
}

const noticeMs = 6_000

let question: Question | undefined
let notices: readonly { readonly id: number; readonly text: string; readonly bad: boolean }[] = []
let count = 0
const listeners = new Set<() => void>()
const changed = (): void => { for (const listener of [...listeners]) listener() }

/** Shows a question; `run` does it when the user agrees, and answers what to say then. */
export function ask(asked: Question): void {
  question = asked
  changed()
}

export function notify(text: string, bad = false): void {
  const id = ++count
  notices = [...notices.slice(-3), { id, text, bad }]
  changed()
  setTimeout(() => {
    notices = notices.filter((one) => one.id !== id)
    changed()
  }, noticeMs)
}

/** Does something at once and says how it went. */
export function attempt(run: () => Promise<string>): void {
  run().then((text) => notify(text), (error: unknown) => notify(wordsOf(error), true))
}

function close(): void {
  question = undefined
  changed()
}

function Dialog({ asked }: { readonly asked: Question }): JSX.Element {
  const element = useRef<HTMLDialogElement>(null)
  const [number, setNumber] = useState(asked.number ?? 0)
  const [trouble, setTrouble] = useState('')
  const [busy, setBusy] = useState(false)
  useEffect(() => element.current?.showModal(), [])
  const agree = (event: Event): void => {
    event.preventDefault()
    setBusy(true)
    asked.run(number).then((text) => {
      close()
      notify(text)
    }, (error: unknown) => {
      setBusy(false)
      setTrouble(wordsOf(error))
    })
  }
  const field: ComponentChild = asked.number === undefined ? undefined : h('label', null, 'Replicas',
    h('input', { type: 'number', min: 0, max: 10_000, required: true, value: number, onInput: (event: Event) => { if (event.target instanceof HTMLInputElement) setNumber(event.target.valueAsNumber) } }))
  return h('dialog', { ref: element, onClose: close, 'aria-labelledby': 'question' },
    h('form', { onSubmit: agree },
      h('h2', { id: 'question' }, asked.title), h('p', null, asked.text), field,
      trouble === '' ? undefined : h('p', { class: 'trouble', role: 'alert' }, trouble),
      h('div', { class: 'actions' },
        h('button', { type: 'button', onClick: close }, 'Cancel'),
        h('button', { type: 'submit', class: asked.danger ? 'danger' : 'primary', disabled: busy }, busy ? 'Working …' : asked.action))))
}

/** The place of dialog and notices; once on the page. */
export function Asking(): JSX.Element {
  const [, redraw] = useReducer((n: number) => n + 1, 0)
  useEffect(() => {
    const listener = (): void => redraw(undefined)
    listeners.add(listener)
    return () => { listeners.delete(listener) }
  }, [])
  return h('div', { class: 'asking' },
    question === undefined ? undefined : h(Dialog, { asked: question }),
    h('div', { class: 'notices', role: 'status', 'aria-live': 'polite' }, notices.map(({ id, text, bad }) => h('p', { key: id, class: bad ? 'notice bad' : 'notice' }, text))))
}
