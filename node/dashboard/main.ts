// The dashboard's page: who is signed in, which page the address names, and the frame around it. A token or a code behind the `#`,
// as `shoal dashboard` prints it, is exchanged for a session and taken out of the address at once.
import { h, render } from 'preact'
import type { JSX } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { onSessionEnd, session } from './api.ts'
import type { Session } from './api.ts'
import { closeCollections } from './collection.ts'
import { duration } from './health.ts'
import { Asking } from './parts/asking.ts'
import { useNow } from './parts/pieces.ts'
import { Autoscalers } from './views/autoscalers.ts'
import { Claims, Pods, Services, Workloads } from './views/lists.ts'
import { Nodes } from './views/nodes.ts'
import { Overview } from './views/overview.ts'
import { Pod } from './views/pod.ts'
import { SignIn } from './views/sign-in.ts'
import { Timeline } from './views/timeline.ts'
import { Later } from './views/later.ts'

const places = [
  ['/', 'Overview', '◉'], ['/nodes', 'Nodes', '▦'], ['/workloads', 'Workloads', '❖'], ['/pods', 'Pods', '●'], ['/services', 'Services', '⇄'], ['/volumes', 'Volumes', '▤'],
  ['/timeline', 'Time line', '∿'], ['/autoscalers', 'Autoscalers', '⇅'], ['/apply', 'Apply YAML', '+'],
] as const

/** The session counts down in words when this little is left. */
const warnMs = 10 * 60_000

function page(path: string): JSX.Element {
  const [first = '', ...rest] = path.split('/').filter((part) => part !== '').map(decodeURIComponent)
  switch (first) {
    case '': return h(Overview, {})
    case 'nodes': return h(Nodes, {})
    case 'workloads': return h(Workloads, {})
    case 'pods': return rest.length < 2 ? h(Pods, {}) : h(Pod, { key: rest.slice(0, 2).join('/'), namespace: rest[0] ?? '', name: rest[1] ?? '', tab: rest[2] ?? '' })
    case 'services': return h(Services, {})
    case 'volumes': return h(Claims, {})
    case 'timeline': return h(Timeline, {})
    case 'autoscalers': return h(Autoscalers, {})
    case 'apply': return h(Later, { load: async () => (await import('./views/apply.ts')).Apply, props: {} })
    default: return h('div', { class: 'page' }, h('h1', null, 'There is no such page'))
  }
}

function useAddress(): string {
  const [path, go] = useState(location.hash.slice(1) || '/')
  useEffect(() => {
    const moved = (): void => go(location.hash.slice(1) || '/')
    addEventListener('hashchange', moved)
    return () => removeEventListener('hashchange', moved)
  }, [])
  return path
}

function toggleTheme(): void {
  const root = document.documentElement
  const isDark = root.dataset['theme'] === undefined ? matchMedia('(prefers-color-scheme: dark)').matches : root.dataset['theme'] === 'dark'
  root.dataset['theme'] = isDark ? 'light' : 'dark'
  localStorage.setItem('theme', root.dataset['theme'])
}

function Frame({ user, endMs, signOut }: { readonly user: string; readonly endMs: number; readonly signOut: () => void }): JSX.Element {
  const path = useAddress()
  const main = useRef<HTMLElement>(null)
  const now = useNow()
  const top = `/${path.split('/')[1] ?? ''}`
  useEffect(() => {
    document.title = `${places.find(([to]) => to === top)?.[1] ?? 'Shoal'} · Shoal`
    main.current?.focus()
  }, [path])
  useEffect(() => { if (now >= endMs) signOut() }, [now >= endMs])
  return h('div', { class: 'frame' },
    h('nav', { class: 'side', 'aria-label': 'Pages' },
      h('a', { class: 'brand', href: '#/' }, h('img', { src: '/dashboard/icon.svg', alt: '', width: 28, height: 28 }), 'Shoal'),
      h('ul', null, places.map(([to, title, sign]) => h('li', { key: to }, h('a', { href: `#${to}`, 'aria-current': to === top ? 'page' : undefined }, h('i', { 'aria-hidden': 'true' }, sign), h('span', null, title))))),
      h('div', { class: 'who' },
        h('p', { title: user }, user.split(':').at(-1)), h('small', { class: endMs - now < warnMs ? 'soon' : '' }, `session ends in ${duration(endMs - now)}`),
        h('div', null, h('button', { class: 'small', onClick: toggleTheme, 'aria-label': 'Light or dark' }, '◐'), h('button', { class: 'small', onClick: signOut }, 'Sign out')))),
    h('main', { ref: main, tabIndex: -1 }, page(path)),
    h(Asking, {}))
}

type State = { readonly at: 'asking' } | { readonly at: 'out'; readonly why: string } | { readonly at: 'in'; readonly user: string; readonly endMs: number }

function App(): JSX.Element | null {
  const [state, set] = useState<State>({ at: 'asking' })
  const enter = ({ user, lifeMs }: Session): void => set({ at: 'in', user, endMs: Date.now() + lifeMs })
  useEffect(() => {
    const [, kind, secret] = /^#(token|code)=(.+)$/.exec(location.hash) ?? []
    if (secret !== undefined) history.replaceState(null, '', '/dashboard/')
    const asked = secret === undefined ? session.show() : session.begin(kind === 'code' ? { code: secret } : { token: secret })
    asked.then(enter, (error: unknown) => set({ at: 'out', why: secret === undefined ? '' : error instanceof Error ? error.message : '' }))
    return onSessionEnd(() => {
      closeCollections()
      set({ at: 'out', why: 'Your session has ended. Please sign in again.' })
    })
  }, [])
  if (state.at === 'asking') return null
  if (state.at === 'out') return h(SignIn, { why: state.why, enter })
  const signOut = (): void => {
    closeCollections()
    void session.end().finally(() => set({ at: 'out', why: Date.now() >= state.endMs ? 'Your session has ended. Please sign in again.' : '' }))
  }
  return h(Frame, { user: state.user, endMs: state.endMs, signOut })
}

const theme = localStorage.getItem('theme')
if (theme !== null) document.documentElement.dataset['theme'] = theme
const root = document.getElementById('app')
if (root !== null) render(h(App, {}), root)
