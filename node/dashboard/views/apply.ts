// Applies YAML as `kubectl apply --server-side` does, object by object, after a dry run of all of them: nothing is changed unless
// the server would take everything. What is wrong is said beside the object that it concerns.
import { h } from 'preact'
import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { loadAll } from 'js-yaml'
import { ask, read } from '../api.ts'
import { wordsOf } from '../parts/pieces.ts'

interface Manifest {
  readonly apiVersion: string
  readonly kind: string
  readonly name: string
  readonly namespace: string
  readonly body: object
}

interface Result {
  readonly what: string
  readonly ok: boolean
  readonly text: string
}

interface ResourceList {
  readonly resources: readonly { readonly name: string; readonly kind: string; readonly namespaced: boolean }[]
}

const text = (object: unknown, name: string): string => {
  const value: unknown = typeof object === 'object' && object !== null ? Reflect.get(object, name) : undefined
  return typeof value === 'string' ? value : ''
}

/** The objects of a YAML text. Throws in words for people. */
function manifests(source: string): readonly Manifest[] {
  const documents = loadAll(source).filter((one) => one !== null && one !== undefined)
  return documents.map((body, i) => {
    if (typeof body !== 'object' || body === null) throw new TypeError(`document ${i + 1} is not an object`)
    const metadata: unknown = Reflect.get(body, 'metadata')
    const found = { apiVersion: text(body, 'apiVersion'), kind: text(body, 'kind'), name: text(metadata, 'name'), namespace: text(metadata, 'namespace'), body }
    for (const [field, value] of [['apiVersion', found.apiVersion], ['kind', found.kind], ['metadata.name', found.name]]) if (value === '') throw new TypeError(`document ${i + 1} has no ${field}`)
    return found
  })
}

/** Where the object lives, by what the server says of its kind. */
async function addressOf({ apiVersion, kind, name, namespace }: Manifest): Promise<string> {
  const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`
  const { resources } = await read<ResourceList>(root)
  const found = resources.find((one) => one.kind === kind && !one.name.includes('/'))
  if (found === undefined) throw new TypeError(`the server knows no ${kind} in ${apiVersion}`)
  const within = found.namespaced ? `/namespaces/${encodeURIComponent(namespace === '' ? 'default' : namespace)}` : ''
  return `${root}${within}/${found.name}/${encodeURIComponent(name)}`
}

async function applyOne(manifest: Manifest, dryRun: boolean): Promise<Result> {
  const what = `${manifest.kind} ${manifest.name}`
  try {
    const query = `fieldManager=shoal-dashboard&force=true&fieldValidation=Strict${dryRun ? '&dryRun=All' : ''}`
    const answer = await ask(`${await addressOf(manifest)}?${query}`, { method: 'PATCH', headers: { 'content-type': 'application/apply-patch+yaml', accept: 'application/json' }, body: JSON.stringify(manifest.body) })
    return { what, ok: true, text: dryRun ? 'would be taken' : answer.status === 201 ? 'created' : 'applied' }
  } catch (error) {
    return { what, ok: false, text: wordsOf(error) }
  }
}

async function apply(source: string, tell: (results: readonly Result[]) => void): Promise<void> {
  let all: readonly Manifest[]
  try {
    all = manifests(source)
  } catch (error) {
    tell([{ what: 'YAML', ok: false, text: wordsOf(error) }])
    return
  }
  if (all.length === 0) {
    tell([{ what: 'YAML', ok: false, text: 'There is no object in it.' }])
    return
  }
  const tried = await Promise.all(all.map((one) => applyOne(one, true)))
  // An object whose namespace is made by the same text cannot be tried before that is there.
  const made = new Set(all.filter(({ kind }) => kind === 'Namespace').map(({ name }) => name))
  const isRefused = tried.some(({ ok }, i) => !ok && !made.has(all[i]?.namespace ?? ''))
  if (isRefused) {
    tell([...tried, { what: 'Nothing', ok: false, text: 'was changed' }])
    return
  }
  const results: Result[] = []
  for (const one of all) {
    results.push(await applyOne(one, false))
    tell([...results])
  }
}

export function Apply(): JSX.Element {
  const [source, edit] = useState('')
  const [results, tell] = useState<readonly Result[]>([])
  const [busy, setBusy] = useState(false)
  const submit = (event: Event): void => {
    event.preventDefault()
    setBusy(true)
    apply(source, tell).finally(() => setBusy(false))
  }
  return h('div', { class: 'page full' },
    h('h1', null, 'Apply YAML', h('small', null, 'one or more objects, divided by ---')),
    h('form', { class: 'apply', onSubmit: submit },
      h('textarea', { 'aria-label': 'YAML', spellcheck: false, required: true, placeholder: 'apiVersion: apps/v1\nkind: Deployment\n…', value: source, onInput: (event: Event) => { if (event.target instanceof HTMLTextAreaElement) edit(event.target.value) } }),
      h('ul', { class: 'lines', 'aria-live': 'polite' }, results.map(({ what, ok, text: said }, i) => h('li', { key: i, class: ok ? 'ok' : 'trouble' }, h('b', null, what), h('span', null, said)))),
      h('div', { class: 'actions' }, h('button', { class: 'primary', type: 'submit', disabled: busy }, busy ? 'Applying …' : 'Apply'))))
}
