// The small pieces of which all pages are made: tones, cards, links, empty places, and the page's own clock. No piece sets HTML:
// names and messages from the cluster are always text.
import { h } from 'preact'
import type { ComponentChild, JSX } from 'preact'
import { useEffect, useReducer } from 'preact/hooks'
import type { Collection } from '../collection.ts'
import type { Health } from '../health.ts'
import type { Item } from '../objects.ts'

/** A coloured dot and its word: never the colour alone. */
export const badge = ({ tone, word }: Health): JSX.Element => h('span', { class: `badge ${tone}` }, h('i', { 'aria-hidden': 'true' }), word)

export const link = (to: string, text: ComponentChild, kind = ''): JSX.Element => h('a', { href: `#${to}`, class: kind }, text)

export const card = (title: string, ...children: ComponentChild[]): JSX.Element => h('section', { class: 'card', 'aria-label': title }, h('h2', null, title), ...children)

export const empty = (text: string): JSX.Element => h('p', { class: 'empty' }, text)

export const podLink = (namespace: string, name: string, tab = ''): string => `/pods/${encodeURIComponent(namespace)}/${encodeURIComponent(name)}${tab === '' ? '' : `/${tab}`}`

/** A number with its name, for the top of a page. */
export const figure = (value: ComponentChild, name: string, tone = ''): JSX.Element => h('div', { class: `figure ${tone}` }, h('strong', null, value), h('span', null, name))

/** What to say instead of a collection that is not there; undefined when it is. */
export function absence(collection: Collection<Item>, what: string): JSX.Element | undefined {
  if (collection.refused?.code === 403) return h('p', { class: 'empty', role: 'note' }, `You may not see ${what}: ${collection.refused.message}`)
  if (collection.refused?.code === 404) return empty(`This cluster has no ${what}.`)
  if (!collection.loaded) return h('p', { class: 'empty', role: 'status' }, collection.trouble === '' ? `Reading ${what} …` : `Waiting for ${what}: ${collection.trouble}`)
  return undefined
}

/** The time, again every second, so that ages move. */
export function useNow(): number {
  const [now, tick] = useReducer(() => Date.now(), Date.now())
  useEffect(() => {
    const timer = setInterval(() => tick(undefined), 1000)
    return () => clearInterval(timer)
  }, [])
  return now
}

/** What a failure says to people. */
export const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
