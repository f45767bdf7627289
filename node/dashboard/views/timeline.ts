// The time line of failures and healing: each trouble as a bar that ends when it was healed, with how long it took. What it is made
// of and what counts as healed stands in ../timeline.ts.
import { h } from 'preact'
import type { JSX } from 'preact'
import { useMemo } from 'preact/hooks'
import { useCollection } from '../collection.ts'
import { duration } from '../health.ts'
import { kinds, pathOf } from '../objects.ts'
import type { KubeEvent, Node, Pod } from '../objects.ts'
import { absence, badge, empty, link, podLink, useNow } from '../parts/pieces.ts'
import { Table } from '../parts/table.ts'
import type { Column } from '../parts/table.ts'
import { episodes, nodeEpisodes, replacementEpisodes } from '../timeline.ts'
import type { Episode } from '../timeline.ts'

/** Events are kept for an hour, so the line shows as much. */
const spanMs = 3_600_000

function Line({ episode, nowMs }: { readonly episode: Episode; readonly nowMs: number }): JSX.Element {
  const at = (ms: number): number => Math.max(0, Math.min(100, 100 - ((nowMs - ms) / spanMs) * 100))
  const begin = at(episode.beginMs)
  return h('svg', { class: 'span', viewBox: '0 0 100 6', preserveAspectRatio: 'none', 'aria-hidden': 'true' },
    h('rect', { class: 'track', x: 0, y: 2, width: 100, height: 2 }),
    h('rect', { class: episode.endMs === undefined ? 'bad' : 'good', x: begin, y: 0, width: Math.max(0.8, at(episode.endMs ?? nowMs) - begin), height: 6 }))
}

export function Timeline(): JSX.Element {
  const now = useNow()
  const events = useCollection<KubeEvent>(pathOf(kinds.events))
  const nodes = useCollection<Node>(pathOf(kinds.nodes))
  const pods = useCollection<Pod>(pathOf(kinds.pods))
  const all = useMemo(() => [...nodeEpisodes(nodes.items, events.items), ...replacementEpisodes(pods.items, events.items), ...episodes(events.items)].sort((a, b) => b.beginMs - a.beginMs), [events.items, nodes.items, pods.items])
  const columns: readonly Column<Episode>[] = [
    { title: 'When', cell: ({ beginMs }) => h('time', { dateTime: new Date(beginMs).toISOString(), title: new Date(beginMs).toLocaleString() }, new Date(beginMs).toLocaleTimeString()) },
    { title: 'What', cell: ({ kind, namespace, name }) => h('span', { class: 'name' }, h('small', null, `${kind} `), kind === 'Pod' ? link(podLink(namespace, name, 'events'), name) : name) },
    { title: 'Trouble', cell: ({ reason, message }) => h('span', { title: message }, h('b', null, reason), ` ${message}`) },
    { title: 'The last hour', wide: true, cell: (episode) => h(Line, { episode, nowMs: now }) },
    { title: 'Healed', cell: ({ beginMs, endMs }) => (endMs === undefined ? badge({ tone: 'bad', word: `not yet, ${duration(now - beginMs)}` }) : badge({ tone: 'good', word: `after ${duration(endMs - beginMs)}` })) },
  ]
  return h('div', { class: 'page full' },
    h('h1', null, 'Time line', h('small', null, 'failures and healing of the last hour')),
    absence(events, 'events') ?? (all.length === 0 ? empty('Nothing has failed in the last hour.') : h(Table<Episode>, { label: 'Failures and healing', rows: all, columns, keyOf: ({ key }) => key, layout: 'timeline', phonePx: 92 })))
}
