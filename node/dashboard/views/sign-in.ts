// The door: a token is pasted, and the page says what is wrong with it if something is. The token itself is not kept in the page.
import { h } from 'preact'
import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { session } from '../api.ts'
import type { Session } from '../api.ts'
import { wordsOf } from '../parts/pieces.ts'

export function SignIn({ why, enter }: { readonly why: string; readonly enter: (session: Session) => void }): JSX.Element {
  const [token, setToken] = useState('')
  const [trouble, setTrouble] = useState(why)
  const submit = (event: Event): void => {
    event.preventDefault()
    session.begin({ token: token.trim() }).then(enter, (error: unknown) => setTrouble(wordsOf(error)))
  }
  return h('main', { class: 'door' }, h('form', { class: 'card', onSubmit: submit },
    h('img', { src: '/dashboard/icon.svg', alt: '', width: 56, height: 56 }), h('h1', null, 'Shoal'),
    h('p', { class: 'quiet' }, 'Run ', h('code', null, 'shoal dashboard'), ' on a peer for an address that signs you in, or paste a token.'),
    trouble === '' ? undefined : h('p', { class: 'trouble', role: 'alert' }, trouble),
    h('label', null, 'Token', h('input', { type: 'password', required: true, autocomplete: 'off', spellcheck: false, value: token, onInput: (event: Event) => { if (event.target instanceof HTMLInputElement) setToken(event.target.value) } })),
    h('button', { class: 'primary', type: 'submit' }, 'Sign in'),
    h('p', { class: 'quiet' }, h('code', null, 'shoal token create --dashboard'), ' makes one.')))
}
