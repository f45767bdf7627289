// The pages that are one table: Pods, workloads, Services, claims of volumes. Each may be narrowed by words, which look at name,
// namespace, node and state.
import { h } from 'preact'
import type { JSX } from 'preact'
import { useMemo, useState } from 'preact/hooks'
import { askDelete, askRestart, askScale, askTrigger, suspend } from '../actions.ts'
import { useCollection } from '../collection.ts'
import { age, claimHealth, podHealth, progressOf, restartsOf, workloadHealth } from '../health.ts'
import { kinds, pathOf } from '../objects.ts'
import type { Claim, EndpointSlice, Item, Kind, Pod, Service, Workload } from '../objects.ts'
import { absence, badge, empty, link, podLink, useNow } from '../parts/pieces.ts'
import { Table } from '../parts/table.ts'
import type { Column } from '../parts/table.ts'

interface ListProps<T> {
  readonly title: string
  readonly rows: readonly T[]
  readonly columns: readonly Column<T>[]
  readonly keyOf: (row: T) => string
  readonly layout: string
  /** Words of a row that are looked through. */
  readonly words: (row: T) => string
  readonly missing: JSX.Element | undefined
  readonly phonePx: number
}

function List<T>({ title, rows, columns, keyOf, layout, words, missing, phonePx }: ListProps<T>): JSX.Element {
  const [text, setText] = useState('')
  const wanted = text.toLowerCase().split(/\s+/).filter((word) => word !== '')
  const shown = useMemo(() => (wanted.length === 0 ? rows : rows.filter((row) => {
    const all = words(row).toLowerCase()
    return wanted.every((word) => all.includes(word))
  })), [rows, text])
  return h('div', { class: 'page full' },
    h('header', { class: 'top' }, h('h1', null, title, h('small', null, shown.length === rows.length ? rows.length : `${shown.length} of ${rows.length}`)),
      h('input', { type: 'search', class: 'filter', placeholder: 'Filter', 'aria-label': `Filter ${title}`, value: text, onInput: (event: Event) => { if (event.target instanceof HTMLInputElement) setText(event.target.value) } })),
    missing ?? (shown.length === 0 ? empty(rows.length === 0 ? `There are no ${title}.` : `No ${title} match “${text}”.`) : h(Table<T>, { label: title, rows: shown, columns, keyOf, layout, phonePx })))
}

const uidOf = ({ metadata }: Item): string => metadata.uid
const space = <T extends Item>(): Column<T> => ({ title: 'Namespace', wide: true, cell: ({ metadata }) => metadata.namespace ?? '' })

export function Pods(): JSX.Element {
  const now = useNow()
  const pods = useCollection<Pod>(pathOf(kinds.pods))
  const columns = useMemo((): readonly Column<Pod>[] => [
    { title: 'Name', cell: ({ metadata }) => link(podLink(metadata.namespace ?? '', metadata.name), metadata.name, 'name') },
    space(),
    { title: 'State', cell: (pod) => badge(podHealth(pod)) },
    { title: 'Node', wide: true, cell: ({ spec }) => spec?.nodeName ?? '–' },
    { title: 'Restarts', wide: true, end: true, cell: restartsOf },
    { title: 'Age', end: true, cell: ({ metadata }) => age(metadata.creationTimestamp, now) },
  ], [now])
  return h(List<Pod>, {
    title: 'Pods', rows: pods.items, columns, keyOf: uidOf, layout: 'pods', phonePx: 68, missing: absence(pods, 'Pods'),
    words: (pod) => `${pod.metadata.name} ${pod.metadata.namespace ?? ''} ${pod.spec?.nodeName ?? ''} ${podHealth(pod).word}`,
  })
}

interface Placed {
  readonly kind: Kind
  readonly workload: Workload
}

export function Workloads(): JSX.Element {
  const now = useNow()
  const shownKinds = [kinds.deployments, kinds.statefulSets, kinds.daemonSets, kinds.cronJobs, kinds.jobs]
  const collections = shownKinds.map((kind) => ({ kind, found: useCollection<Workload>(pathOf(kind)) }))
  const rows = useMemo(() => collections.flatMap(({ kind, found }) => found.items.map((workload) => ({ kind, workload }))), collections.map(({ found }) => found.items))
  const columns: readonly Column<Placed>[] = [
    { title: 'Name', cell: ({ workload }) => h('span', { class: 'name' }, workload.metadata.name) },
    { title: 'Kind', wide: true, cell: ({ kind }) => kind.kind },
    { title: 'Namespace', wide: true, cell: ({ workload }) => workload.metadata.namespace ?? '' },
    { title: 'State', cell: ({ kind, workload }) => badge(workloadHealth(kind.kind, workload)) },
    { title: 'Ready', end: true, cell: ({ kind, workload }) => progressOf(kind.kind, workload) },
    { title: 'Age', wide: true, end: true, cell: ({ workload }) => age(workload.metadata.creationTimestamp, now) },
    { title: 'Actions', end: true, cell: ({ kind, workload }) => h(Acts, { kind, workload }) },
  ]
  return h(List<Placed>, {
    title: 'Workloads', rows, columns, keyOf: ({ workload }) => workload.metadata.uid, layout: 'workloads', phonePx: 112,
    missing: rows.length > 0 || collections[0] === undefined ? undefined : absence(collections[0].found, 'Deployments'),
    words: ({ kind, workload }) => `${workload.metadata.name} ${workload.metadata.namespace ?? ''} ${kind.kind} ${workloadHealth(kind.kind, workload).word}`,
  })
}

function Acts({ kind, workload }: Placed): JSX.Element {
  const { name } = workload.metadata
  const act = (word: string, run: () => void): JSX.Element => h('button', { class: 'small', 'aria-label': `${word} ${name}`, onClick: run }, word)
  const isTask = kind.kind === 'Job' || kind.kind === 'CronJob'
  const isSuspended = workload.spec?.suspend === true
  const isDone = workload.status?.conditions?.some(({ type, status }) => (type === 'Complete' || type === 'Failed') && status === 'True') === true
  return h('span', { class: 'acts' },
    kind.kind === 'Deployment' || kind.kind === 'StatefulSet' ? act('Scale', () => askScale(kind, workload)) : undefined,
    isTask ? undefined : act('Restart', () => askRestart(kind, workload)),
    kind.kind === 'CronJob' ? act('Run', () => askTrigger(workload)) : undefined,
    isTask && !isDone ? act(isSuspended ? 'Resume' : 'Suspend', () => suspend(kind, workload, !isSuspended)) : undefined,
    act('Delete', () => askDelete(kind, workload)))
}

/** What Pods asked to keep: claims, and the volumes that they have. */
export function Claims(): JSX.Element {
  const now = useNow()
  const claims = useCollection<Claim>(pathOf(kinds.claims))
  const columns: readonly Column<Claim>[] = [
    { title: 'Name', cell: ({ metadata }) => h('span', { class: 'name' }, metadata.name) },
    space(),
    { title: 'State', cell: (claim) => badge(claimHealth(claim)) },
    { title: 'Volume', wide: true, cell: ({ spec }) => spec?.volumeName ?? '–' },
    { title: 'Class', wide: true, cell: ({ spec }) => spec?.storageClassName ?? '–' },
    { title: 'Size', end: true, cell: ({ spec, status }) => status?.capacity?.storage ?? spec?.resources?.requests?.storage ?? '–' },
    { title: 'Age', wide: true, end: true, cell: ({ metadata }) => age(metadata.creationTimestamp, now) },
  ]
  return h(List<Claim>, {
    title: 'Volumes', rows: claims.items, columns, keyOf: uidOf, layout: 'claims', phonePx: 68, missing: absence(claims, 'volume claims'),
    words: (claim) => `${claim.metadata.name} ${claim.metadata.namespace ?? ''} ${claimHealth(claim).word} ${claim.spec?.storageClassName ?? ''}`,
  })
}

interface Door {
  readonly service: Service
  readonly endpoints: readonly { readonly address: string; readonly ready: boolean; readonly pod: string | undefined }[]
}

export function Services(): JSX.Element {
  const services = useCollection<Service>(pathOf(kinds.services))
  const slices = useCollection<EndpointSlice>(pathOf(kinds.endpointSlices))
  const rows = useMemo(() => doors(services.items, slices.items), [services.items, slices.items])
  const columns: readonly Column<Door>[] = [
    { title: 'Name', cell: ({ service }) => h('span', { class: 'name' }, service.metadata.name) },
    { title: 'Namespace', wide: true, cell: ({ service }) => service.metadata.namespace ?? '' },
    { title: 'Type', wide: true, cell: ({ service }) => service.spec?.type ?? '' },
    { title: 'Address', cell: ({ service }) => service.status?.loadBalancer?.ingress?.map(({ ip }) => ip).join(', ') || service.spec?.clusterIP || '–' },
    { title: 'Ports', wide: true, cell: ({ service }) => (service.spec?.ports ?? []).map(({ port, nodePort }) => `${port}${nodePort === undefined ? '' : ` → ${nodePort}`}`).join(', ') },
    { title: 'Endpoints', cell: ({ service, endpoints }) => (endpoints.length === 0 ? h('span', { class: 'quiet' }, 'none') : h('span', { class: 'endpoints' }, endpoints.slice(0, 6).map((one) => h('span', { key: one.address, class: `chip ${one.ready ? 'good' : 'bad'}`, title: one.ready ? 'ready' : 'not ready' },
      one.pod === undefined ? one.address : link(podLink(service.metadata.namespace ?? '', one.pod), one.address))), endpoints.length > 6 ? ` +${endpoints.length - 6}` : '')) },
  ]
  return h(List<Door>, {
    title: 'Services', rows, columns, keyOf: ({ service }) => service.metadata.uid, layout: 'services', phonePx: 68, missing: absence(services, 'Services'),
    words: ({ service }) => `${service.metadata.name} ${service.metadata.namespace ?? ''} ${service.spec?.type ?? ''} ${service.spec?.clusterIP ?? ''}`,
  })
}

function doors(services: readonly Service[], slices: readonly EndpointSlice[]): readonly Door[] {
  const byService = new Map<string, Door['endpoints'][number][]>()
  for (const { metadata, endpoints = [] } of slices) {
    const key = `${metadata.namespace ?? ''}/${metadata.labels?.['kubernetes.io/service-name'] ?? ''}`
    const found = byService.get(key) ?? []
    byService.set(key, found)
    for (const { addresses, conditions, targetRef } of endpoints ?? []) {
      for (const address of addresses) found.push({ address, ready: conditions?.ready !== false, pod: targetRef?.kind === 'Pod' ? targetRef.name : undefined })
    }
  }
  return services.map((service) => ({ service, endpoints: byService.get(`${service.metadata.namespace ?? ''}/${service.metadata.name}`) ?? [] }))
}
