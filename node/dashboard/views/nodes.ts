// What runs where: each Node with a square for every Pod on it, coloured by its health, and what may be done to the Node.
import { h } from 'preact'
import type { JSX } from 'preact'
import { askDrain, cordon } from '../actions.ts'
import { useCollection } from '../collection.ts'
import { nodeHealth, podHealth } from '../health.ts'
import { kinds, pathOf } from '../objects.ts'
import type { Node, Pod } from '../objects.ts'
import { absence, badge, podLink } from '../parts/pieces.ts'

/** More Pods than these on one Node are counted, not drawn. */
const mostSquares = 160

function Square({ pod }: { readonly pod: Pod }): JSX.Element {
  const { tone, word } = podHealth(pod)
  return h('a', { class: `square ${tone}`, href: `#${podLink(pod.metadata.namespace ?? '', pod.metadata.name)}`, title: `${pod.metadata.name}: ${word}`, 'aria-label': `${pod.metadata.name}: ${word}` })
}

function Machine({ node, pods }: { readonly node: Node; readonly pods: readonly Pod[] }): JSX.Element {
  const { name } = node.metadata
  const { capacity = {}, addresses = [], nodeInfo } = node.status ?? {}
  const isCordoned = node.spec?.unschedulable === true
  return h('section', { class: 'card machine', 'aria-label': name },
    h('h2', null, name, badge(nodeHealth(node))),
    h('p', { class: 'quiet' }, [addresses.find(({ type }) => type === 'InternalIP')?.address, capacity['cpu'] === undefined ? undefined : `${capacity['cpu']} CPUs`, nodeInfo?.containerRuntimeVersion].filter((part) => part !== undefined).join(' · ')),
    h('div', { class: 'squares' }, pods.slice(0, mostSquares).map((pod) => h(Square, { key: pod.metadata.uid, pod })), pods.length > mostSquares ? h('span', null, `+${pods.length - mostSquares}`) : undefined),
    h('p', { class: 'quiet' }, `${pods.length} ${pods.length === 1 ? 'Pod' : 'Pods'}`),
    h('div', { class: 'acts' },
      h('button', { class: 'small', 'aria-label': `${isCordoned ? 'Uncordon' : 'Cordon'} ${name}`, onClick: () => cordon(node, !isCordoned) }, isCordoned ? 'Uncordon' : 'Cordon'),
      h('button', { class: 'small', 'aria-label': `Drain ${name}`, onClick: () => askDrain(node) }, 'Drain')))
}

export function Nodes(): JSX.Element {
  const nodes = useCollection<Node>(pathOf(kinds.nodes))
  const pods = useCollection<Pod>(pathOf(kinds.pods))
  const byNode = new Map<string, Pod[]>()
  for (const pod of pods.items) {
    const name = pod.spec?.nodeName ?? ''
    const found = byNode.get(name)
    if (found === undefined) byNode.set(name, [pod])
    else found.push(pod)
  }
  const waiting = byNode.get('') ?? []
  return h('div', { class: 'page' },
    h('h1', null, 'Nodes', h('small', null, nodes.items.length)),
    absence(nodes, 'Nodes'),
    waiting.length === 0 ? undefined : h('section', { class: 'card', 'aria-label': 'Not placed' }, h('h2', null, 'Not placed yet'), h('div', { class: 'squares' }, waiting.slice(0, mostSquares).map((pod) => h(Square, { key: pod.metadata.uid, pod })))),
    h('div', { class: 'machines' }, nodes.items.map((node) => h(Machine, { key: node.metadata.uid, node, pods: byNode.get(node.metadata.name) ?? [] }))))
}
