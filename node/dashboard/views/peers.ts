// The peers and how they see each other: a ring of peers with a line for every pair, drawn by hand as SVG, and the same as a
// list for those who read instead of look. What it shows is asked for every two seconds while the page is seen.
import { h } from 'preact'
import type { JSX } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { read } from '../api.ts'
import type { Tone } from '../health.ts'
import type { PeersView } from '../objects.ts'
import { badge, card, empty, wordsOf } from '../parts/pieces.ts'

const askEveryMs = 2_000
/** Above this many peers only broken links are drawn. */
const linksFor = 24

interface Seen {
  readonly view: PeersView | undefined
  readonly trouble: string
}

export function usePeers(): Seen {
  const [seen, see] = useState<Seen>({ view: undefined, trouble: '' })
  useEffect(() => {
    const stop = new AbortController()
    const look = (): void => {
      if (document.hidden) return
      read<PeersView>('/shoal/peers', stop.signal).then((view) => see({ view, trouble: '' }), (error: unknown) => { if (!stop.signal.aborted) see((old) => ({ view: old.view, trouble: wordsOf(error) })) })
    }
    look()
    const timer = setInterval(look, askEveryMs)
    return () => {
      stop.abort()
      clearInterval(timer)
    }
  }, [])
  return seen
}

type Peer = PeersView['peers'][number]

const toneOf = ({ state, trouble }: Peer): Tone => (state === 'dead' || state === 'left' ? 'bad' : state === 'suspect' || trouble !== undefined ? 'busy' : 'good')

/** Pairs of which at least one says that it does not see the other. */
export function brokenLinks(view: PeersView): ReadonlySet<string> {
  return new Set((view.views ?? []).flatMap(({ name, misses }) => misses.map((other) => [name, other].sort().join(' '))))
}

function Ring({ view }: { readonly view: PeersView }): JSX.Element {
  const { peers } = view
  const broken = brokenLinks(view)
  const radius = peers.length === 1 ? 0 : 118
  const places = peers.map((peer, i) => {
    const angle = (i / peers.length) * 2 * Math.PI - Math.PI / 2
    return { peer, x: Math.cos(angle) * radius * 1.45, y: Math.sin(angle) * radius }
  })
  const lines = places.flatMap((a, i) => places.slice(i + 1).flatMap((b) => {
    const isBroken = broken.has([a.peer.name, b.peer.name].sort().join(' '))
    if (!isBroken && peers.length > linksFor) return []
    return [h('line', { x1: a.x, y1: a.y, x2: b.x, y2: b.y, class: isBroken ? 'link broken' : 'link' })]
  }))
  const dot = peers.length > 40 ? 6 : peers.length > 12 ? 12 : 22
  return h('svg', { class: 'ring', viewBox: '-250 -165 500 345', role: 'img', 'aria-label': `${peers.length} peers, leader ${view.leader === '' ? 'unknown' : view.leader}, ${broken.size} broken links` },
    lines,
    places.map(({ peer, x, y }) => h('g', { class: `peer ${toneOf(peer)} ${peer.role}`, transform: `translate(${x.toFixed(1)} ${y.toFixed(1)})` },
      h('title', null, `${peer.name}: ${peer.role}, ${peer.state}`),
      peer.role === 'leader' ? h('circle', { r: dot + 7, class: 'halo' }) : undefined,
      h('circle', { r: dot, class: 'dot' }),
      peers.length > 12 ? undefined : h('text', { class: 'role', y: 5 }, { leader: '★', voter: 'V', learner: 'L', mirror: 'M', witness: 'W' }[peer.role] ?? ''),
      peers.length > 40 ? undefined : h('text', { class: 'name', y: dot + 19 }, peer.name))))
}

export function Peers(): JSX.Element {
  const { view, trouble } = usePeers()
  if (view === undefined) return card('Peers', empty(trouble === '' ? 'Asking the peers …' : trouble))
  return h('section', { class: 'card peers', 'aria-label': 'Peers' },
    h('h2', null, 'Peers', h('small', null, `term ${view.term} · revision ${view.revision}${view.incarnation > 1 ? ` · incarnation ${view.incarnation}` : ''}`)),
    trouble === '' ? undefined : h('p', { class: 'trouble', role: 'alert' }, `Not live: ${trouble}`),
    h('div', { class: 'peers-body' },
      h(Ring, { view }),
      h('ul', { class: 'peer-list' }, view.peers.map((peer) => h('li', { key: peer.name },
        h('b', null, peer.name), h('span', { class: `role-name ${peer.role}` }, peer.role), badge({ tone: toneOf(peer), word: peer.state }),
        h('small', null, peer.address, peer.lag === undefined || peer.lag === 0 ? '' : ` · ${peer.lag} entries behind`),
        peer.trouble === undefined ? undefined : h('small', { class: 'trouble' }, peer.trouble))))),
    (view.findings ?? []).length === 0 ? undefined : h('ul', { class: 'findings' }, (view.findings ?? []).map(({ level, text }) => h('li', { key: text, class: level }, text))))
}
