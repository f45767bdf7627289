// The first page: the peers, how much is well and what is not, and the newest troubles. It answers in one look whether the
// cluster is all right, and leads to what is not.
import { h } from 'preact'
import type { JSX } from 'preact'
import { useCollection } from '../collection.ts'
import { age, eventMs, nodeHealth, podHealth, workloadHealth } from '../health.ts'
import type { Health } from '../health.ts'
import { kinds, pathOf } from '../objects.ts'
import type { KubeEvent, Node, Pod, Workload } from '../objects.ts'
import { absence, badge, card, empty, link, podLink, useNow } from '../parts/pieces.ts'
import { Peers } from './peers.ts'

const shownTroubles = 8

function Tally({ title, to, all }: { readonly title: string; readonly to: string; readonly all: readonly Health[] }): JSX.Element {
  const of = (tone: string): number => all.filter((one) => one.tone === tone).length
  const parts = [['good', 'well'], ['busy', 'changing'], ['bad', 'in trouble'], ['idle', 'at rest']] as const
  return h('a', { class: 'card tally', href: `#${to}` },
    h('h2', null, title), h('strong', null, all.length),
    h('svg', { class: 'bar', viewBox: '0 0 100 4', preserveAspectRatio: 'none', 'aria-hidden': 'true' }, bar(parts.map(([tone]) => [tone, of(tone)] as const), all.length)),
    h('p', null, all.length === 0 ? 'none yet' : parts.filter(([tone]) => of(tone) > 0).map(([tone, word]) => `${of(tone)} ${word}`).join(' · ')))
}

function bar(parts: readonly (readonly [string, number])[], total: number): JSX.Element[] {
  let x = 0
  return parts.map(([tone, count]) => {
    const width = total === 0 ? 0 : (count / total) * 100
    x += width
    return h('rect', { key: tone, class: tone, x: x - width, y: 0, width, height: 4 })
  })
}

export function Overview(): JSX.Element {
  const now = useNow()
  const nodes = useCollection<Node>(pathOf(kinds.nodes))
  const pods = useCollection<Pod>(pathOf(kinds.pods))
  const deployments = useCollection<Workload>(pathOf(kinds.deployments))
  const events = useCollection<KubeEvent>(pathOf(kinds.events))
  const troubled = pods.items.filter((pod) => podHealth(pod).tone === 'bad')
  const warnings = events.items.filter(({ type }) => type === 'Warning').sort((a, b) => eventMs(b) - eventMs(a)).slice(0, shownTroubles)
  return h('div', { class: 'page' },
    h('h1', null, 'Overview'),
    h('div', { class: 'tallies' },
      h(Tally, { title: 'Nodes', to: '/nodes', all: nodes.items.map(nodeHealth) }),
      h(Tally, { title: 'Deployments', to: '/workloads', all: deployments.items.map((one) => workloadHealth('Deployment', one)) }),
      h(Tally, { title: 'Pods', to: '/pods', all: pods.items.map(podHealth) })),
    h(Peers, {}),
    h('div', { class: 'two' },
      card('Pods in trouble', absence(pods, 'Pods') ?? (troubled.length === 0 ? empty('Every Pod is well.') : h('ul', { class: 'lines' }, troubled.slice(0, shownTroubles).map((pod) =>
        h('li', { key: pod.metadata.uid }, link(podLink(pod.metadata.namespace ?? '', pod.metadata.name), pod.metadata.name), badge(podHealth(pod))))))),
      card('Latest warnings', absence(events, 'events') ?? (warnings.length === 0 ? empty('No warnings in the last hour.') : h('ul', { class: 'lines' }, warnings.map((event) =>
        h('li', { key: event.metadata.uid }, h('span', null, h('b', null, event.reason), ` ${event.involvedObject.kind ?? ''} ${event.involvedObject.name ?? ''}`, h('small', null, event.message)), h('time', null, age(new Date(eventMs(event)).toISOString(), now)))))))))
}
