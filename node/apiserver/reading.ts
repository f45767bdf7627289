// The verbs get and list. Plain reads answer stored bytes; only selectors make objects be decoded. A list shows one revision,
// however many chunks it takes. Without a majority both answer from the local copy and say how old it is.
// Source: Kubernetes API concepts, "Semantics for get and list" (table of resourceVersion and resourceVersionMatch).
import type { RangeResult, StoredValue } from '../store/types.ts'
import type { ResourceDefinition } from '../resources/types.ts'
import { expired as storeExpired } from '../store/errors.ts'
import type { Answer, Call, Staleness } from './call.ts'
import { expiredContinue, formatContinue, parseContinue, readListOptions, readVersion, selects, selectsAll } from './list-options.ts'
import type { ListOptions, Selection } from './list-options.ts'
import type { Storage } from './storage.ts'
import { badRequest, expired, internal, NotInOldCopy, notFound } from './status.ts'

/** How many stored objects are looked at in one go while a selector filters. */
const pageObjects = 500

/** The verb get: linearizable unless a version is named, from which on the own copy will do. Throws 404, and NotInOldCopy without a majority. */
export async function getObject(storage: Storage, call: Call, definition: ResourceDefinition, namespace: string, name: string): Promise<Answer> {
  const version = readVersion(call.query.get('resourceVersion') ?? '')
  let stale: Staleness | undefined
  if (version === undefined) stale = await storage.fresh()
  else await storage.reach(version, call.signal)
  const stored = storage.find(definition, namespace, name)
  if (stored === undefined) throw stale === undefined ? notFound(definition, name) : new NotInOldCopy(definition, name, stale)
  return { kind: 'object', code: 200, definition, bytes: stored.value, revision: stored.revision, stale }
}

/** The verb list: a page, or all, of one version. */
export async function listObjects(storage: Storage, call: Call, definition: ResourceDefinition, namespace: string): Promise<Answer> {
  const options = readListOptions(call.query, definition)
  const view = await chooseView(storage, options, call.signal)
  const prefix = storage.prefix(definition, namespace)
  const after = view.after === undefined ? undefined : `${prefix}${view.after.split('/').map(encodeURIComponent).join('/')}`
  const read = (from: string | undefined, limit: number | undefined): RangeResult =>
    readRange(storage, prefix, view, { ...(from === undefined ? {} : { after: from }), ...(limit === undefined ? {} : { limit }) })
  const limit = view.limit
  if (selectsAll(options.selection)) {
    const range = read(after, limit === 0 ? undefined : limit)
    return listAnswer(definition, prefix, range.items, range.revision, range.remaining > 0, range.remaining, view.stale)
  }
  const { items, more, revision } = filtered(storage, definition, options.selection, read, after, limit)
  return listAnswer(definition, prefix, items, revision, more, undefined, view.stale)
}

interface View {
  /** Undefined for the state as it is now. */
  readonly revision: number | undefined
  readonly after: string | undefined
  readonly limit: number
  readonly stale: Staleness | undefined
}

async function chooseView(storage: Storage, options: ListOptions, signal: AbortSignal): Promise<View> {
  const { resourceVersion, match, limit } = options
  if (options.continueToken !== '') {
    const token = parseContinue(options.continueToken)
    if (resourceVersion !== undefined && resourceVersion !== 0) throw badRequest('specifying resource version is not allowed when using continue')
    if (token.revision < 0) return { revision: undefined, after: token.after, limit, stale: await storage.fresh() }
    await storage.reach(token.revision, signal)
    return { revision: token.revision, after: token.after, limit, stale: undefined }
  }
  const plain = { revision: undefined, after: undefined, stale: undefined }
  if (resourceVersion === undefined) return { ...plain, limit, stale: await storage.fresh() }
  // From the local copy chunks are not needed and not given, as the reference answers from its cache.
  if (resourceVersion === 0) return { ...plain, limit: 0 }
  const exact = match === 'Exact' || (match === '' && limit > 0)
  if (exact && match === 'Exact' && resourceVersion > storage.store.revision()) {
    await storage.fresh()
    if (resourceVersion > storage.store.revision()) throw internal('etcdserver: mvcc: required revision is a future revision')
  }
  await storage.reach(resourceVersion, signal)
  return { ...plain, revision: exact ? resourceVersion : undefined, limit }
}

function readRange(storage: Storage, prefix: string, view: View, options: { readonly after?: string; readonly limit?: number }): RangeResult {
  if (view.revision === undefined || view.revision === storage.store.revision()) return storage.store.range(prefix, options)
  try {
    return storage.store.rangeAt(view.revision, prefix, options)
  } catch (error) {
    if (!storeExpired.is(error)) throw error
    if (view.after !== undefined) throw expiredContinue(view.after)
    throw expired('The resourceVersion for the provided list is too old.')
  }
}

function filtered(
  storage: Storage, definition: ResourceDefinition, selection: Selection,
  read: (from: string | undefined, limit: number | undefined) => RangeResult, start: string | undefined, limit: number,
): { items: StoredValue[]; more: boolean; revision: number } {
  const items: StoredValue[] = []
  let from = start
  for (;;) {
    const range = read(from, limit === 0 ? undefined : pageObjects)
    for (const [at, stored] of range.items.entries()) {
      from = stored.key
      if (!selects(selection, definition, storage.decode(definition, stored))) continue
      items.push(stored)
      const isLast = at === range.items.length - 1 && range.remaining === 0
      if (items.length === limit) return { items, more: !isLast, revision: range.revision }
    }
    if (range.remaining === 0 || range.items.length === 0) return { items, more: false, revision: range.revision }
  }
}

function listAnswer(
  definition: ResourceDefinition, prefix: string, items: readonly StoredValue[], revision: number,
  more: boolean, remaining: number | undefined, stale: Staleness | undefined,
): Answer {
  const last = items[items.length - 1]
  if (!more || last === undefined) return { kind: 'list', definition, items, revision, stale }
  const after = last.key.slice(prefix.length).split('/').map(decodeURIComponent).join('/')
  return { kind: 'list', definition, items, revision, continueToken: formatContinue({ revision, after }), remaining, stale }
}
