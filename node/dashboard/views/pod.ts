// One Pod: its containers and conditions, and behind tabs its events, its log, its YAML and a shell. The tab stays in the address,
// so that each can be sent to somebody else.
import { h } from 'preact'
import type { ComponentChild, JSX } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { askDelete } from '../actions.ts'
import { readYaml } from '../api.ts'
import { useCollection } from '../collection.ts'
import { age, eventMs, podHealth } from '../health.ts'
import { kinds, pathOf } from '../objects.ts'
import type { ContainerStatus, KubeEvent, Pod as PodObject } from '../objects.ts'
import { absence, badge, card, empty, link, podLink, useNow, wordsOf } from '../parts/pieces.ts'
import { Log } from './log.ts'
import { Later } from './later.ts'

const tabs = [['', 'Overview'], ['events', 'Events'], ['log', 'Log'], ['yaml', 'YAML'], ['shell', 'Shell']] as const

export interface PodProps {
  readonly namespace: string
  readonly name: string
  readonly tab: string
}

export function Pod({ namespace, name, tab }: PodProps): JSX.Element {
  const found = useCollection<PodObject>(`${pathOf(kinds.pods, namespace)}?fieldSelector=${encodeURIComponent(`metadata.name=${name}`)}`)
  const pod = found.items[0]
  if (pod === undefined) return h('div', { class: 'page' }, h('h1', null, name), absence(found, 'this Pod') ?? empty('There is no such Pod (any more).'))
  return h('div', { class: tab === '' || tab === 'events' ? 'page' : 'page full' },
    h('header', { class: 'top' },
      h('h1', null, name, h('small', null, namespace), badge(podHealth(pod))),
      h('button', { class: 'danger', onClick: () => askDelete(kinds.pods, pod, () => { location.hash = '/pods' }) }, 'Delete')),
    h('nav', { class: 'tabs', 'aria-label': 'Of this Pod' }, tabs.map(([key, title]) => h('a', { key, href: `#${podLink(namespace, name, key)}`, 'aria-current': key === tab ? 'page' : undefined }, title))),
    part(tab, pod))
}

function part(tab: string, pod: PodObject): JSX.Element {
  switch (tab) {
    case 'events': return h(Events, { pod })
    case 'log': return h(Log, { pod })
    case 'yaml': return h(Yaml, { pod })
    case 'shell': return h(Later<{ readonly pod: PodObject }>, { load: async () => (await import('./shell.ts')).Shell, props: { pod } })
    default: return h(Parts, { pod })
  }
}

function stateOf({ state, ready }: ContainerStatus): ComponentChild {
  if (state?.running !== undefined) return badge(ready ? { tone: 'good', word: 'Running' } : { tone: 'busy', word: 'Not ready' })
  if (state?.terminated !== undefined) return badge(state.terminated.exitCode === 0 ? { tone: 'idle', word: 'Completed' } : { tone: 'bad', word: `${state.terminated.reason ?? 'Error'} (${state.terminated.exitCode ?? '?'})` })
  const reason = state?.waiting?.reason ?? 'Waiting'
  return badge({ tone: /Err|BackOff|Invalid/.test(reason) ? 'bad' : 'busy', word: reason })
}

function Parts({ pod }: { readonly pod: PodObject }): JSX.Element {
  const now = useNow()
  const statuses = [...pod.status?.initContainerStatuses ?? [], ...pod.status?.containerStatuses ?? []]
  const owner = pod.metadata.ownerReferences?.find(({ controller }) => controller === true)
  const facts: readonly (readonly [string, ComponentChild])[] = [
    ['Node', pod.spec?.nodeName ?? 'not placed'], ['Address', pod.status?.podIP ?? '–'], ['Age', age(pod.metadata.creationTimestamp, now)],
    ['Belongs to', owner === undefined ? 'nothing' : `${owner.kind} ${owner.name}`],
  ]
  const claims = (pod.spec?.volumes ?? []).flatMap(({ name, persistentVolumeClaim }) => (persistentVolumeClaim === undefined ? [] : [{ name, claim: persistentVolumeClaim.claimName }]))
  return h('div', { class: 'stack' },
    h('dl', { class: 'facts' }, facts.map(([term, value]) => h('div', { key: term }, h('dt', null, term), h('dd', null, value)))),
    pod.status?.message === undefined ? undefined : h('p', { class: 'trouble' }, pod.status.message),
    card('Containers', h('ul', { class: 'lines' }, [...pod.spec?.initContainers ?? [], ...pod.spec?.containers ?? []].map(({ name, image }) => {
      const status = statuses.find((one) => one.name === name)
      const message = status?.state?.waiting?.message ?? status?.state?.terminated?.message
      return h('li', { key: name }, h('span', null, h('b', null, name), h('small', null, image), message === undefined ? undefined : h('small', { class: 'trouble' }, message)),
        h('span', { class: 'end' }, status === undefined ? '–' : stateOf(status), (status?.restartCount ?? 0) > 0 ? h('small', null, `${status?.restartCount} restarts`) : undefined))
    }))),
    claims.length === 0 ? undefined : card('Volumes', h('ul', { class: 'lines' }, claims.map(({ name, claim }) => h('li', { key: name }, h('b', null, name), link('/volumes', claim))))),
    card('Conditions', h('ul', { class: 'lines' }, (pod.status?.conditions ?? []).map(({ type, status, reason, message }) =>
      h('li', { key: type }, h('span', null, h('b', null, type), message === undefined ? undefined : h('small', null, message)), badge({ tone: status === 'True' ? 'good' : 'busy', word: reason ?? (status === 'True' ? 'Yes' : 'No') }))))),
    Object.keys(pod.metadata.labels ?? {}).length === 0 ? undefined : card('Labels', h('p', { class: 'labels' }, Object.entries(pod.metadata.labels ?? {}).map(([key, value]) => h('span', { key, class: 'chip' }, `${key}=${value}`)))),
    Object.keys(pod.metadata.annotations ?? {}).length === 0 ? undefined : card('Annotations', h('p', { class: 'labels' }, Object.entries(pod.metadata.annotations ?? {}).map(([key, value]) => h('span', { key, class: 'chip' }, `${key}=${value}`)))))
}

function Events({ pod }: { readonly pod: PodObject }): JSX.Element {
  const now = useNow()
  const { namespace = '', uid } = pod.metadata
  const events = useCollection<KubeEvent>(pathOf(kinds.events, namespace))
  const own = events.items.filter(({ involvedObject }) => involvedObject.uid === uid).sort((a, b) => eventMs(b) - eventMs(a))
  return absence(events, 'events') ?? (own.length === 0 ? empty('No events in the last hour.') : h('ul', { class: 'lines card' }, own.map((event) => h('li', { key: event.metadata.uid },
    h('span', null, badge({ tone: event.type === 'Warning' ? 'bad' : 'good', word: event.reason ?? '' }), h('small', null, event.message)),
    h('span', { class: 'end' }, (event.count ?? 1) > 1 ? `${event.count} times, ` : '', h('time', null, age(new Date(eventMs(event)).toISOString(), now)))))))
}

function Yaml({ pod }: { readonly pod: PodObject }): JSX.Element {
  const [text, show] = useState('Reading …')
  const { namespace, name, resourceVersion } = pod.metadata
  useEffect(() => { readYaml(pathOf(kinds.pods, namespace, name)).then(show, (error: unknown) => show(wordsOf(error))) }, [namespace, name, resourceVersion])
  return h('div', { class: 'page full' }, h('p', { class: 'quiet' }, 'As the API has it. To change it: ', link('/apply', 'apply YAML'), '.'), h('pre', { class: 'text', tabIndex: 0, 'aria-label': 'YAML' }, text))
}
