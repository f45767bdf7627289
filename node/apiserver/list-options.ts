// The options of lists and watches: read from the query, checked with the messages of the reference, and made into a plan
// of how fresh the answer must be. Continue tokens are made and read here.
// Source: Kubernetes API concepts, "Resource versions" and "Retrieving large results sets in chunks".
import type { FieldRequirement, LabelSelector } from '../objects/selector.ts'
import { matchesFields, matchesLabels, parseFieldSelector, parseLabelSelector, unknownFieldLabel } from '../objects/selector.ts'
import { isObject, metadataOf } from '../objects/encoding.ts'
import type { JsonObject } from '../objects/json.ts'
import type { FieldError, ResourceDefinition } from '../resources/types.ts'
import { truthy } from './request-info.ts'
import { badRequest, failure, internal, invalid } from './status.ts'

export interface Selection {
  readonly labels: LabelSelector
  readonly fields: readonly FieldRequirement[]
}

export interface ListOptions {
  readonly selection: Selection
  readonly limit: number
  readonly continueToken: string
  /** Undefined when the client names none: the newest state of the cluster. */
  readonly resourceVersion: number | undefined
  readonly match: '' | 'Exact' | 'NotOlderThan'
  readonly watch: boolean
  readonly bookmarks: boolean
  readonly sendInitialEvents: boolean | undefined
  readonly timeoutSeconds: number | undefined
}

/** Where a chunk goes on. */
export interface ContinueToken {
  /** The revision that all chunks show; -1 for the newest, after the first one expired. */
  readonly revision: number
  /** The last name of the chunk before, `namespace/name` when all namespaces are listed. */
  readonly after: string
}

const listOptions = { group: 'meta.k8s.io', kind: 'ListOptions' }

/** Reads and checks the options of a list or, when `watch` is asked for, of a watch. */
export function readListOptions(query: URLSearchParams, definition: ResourceDefinition): ListOptions {
  const watch = truthy(query.get('watch'))
  const limit = integer(query.get('limit')) ?? 0
  const timeoutSeconds = integer(query.get('timeoutSeconds'))
  const labels = parseLabelSelector(query.get('labelSelector') ?? '')
  if (!labels.ok) throw badRequest(labels.message)
  const fields = parseFieldSelector(query.get('fieldSelector') ?? '')
  if (!fields.ok) throw badRequest(fields.message)
  const known = Object.keys(definition.selectableFields({ metadata: {} }))
  const unknown = unknownFieldLabel(fields.value, known)
  if (unknown !== undefined) throw badRequest(unknown)
  const match = query.get('resourceVersionMatch') ?? ''
  const raw = query.get('resourceVersion') ?? ''
  const initial = query.has('sendInitialEvents') ? truthy(query.get('sendInitialEvents')) : undefined
  const continueToken = query.get('continue') ?? ''
  const errors = watch ? watchErrors(match, initial, continueToken) : matchErrors(match, raw, initial)
  if (errors.length > 0) throw invalid(listOptions, '', errors)
  return {
    selection: { labels: labels.value, fields: fields.value },
    limit: Math.max(0, limit), continueToken, watch,
    resourceVersion: readVersion(raw),
    match: match === 'Exact' || match === 'NotOlderThan' ? match : '',
    bookmarks: truthy(query.get('allowWatchBookmarks')),
    sendInitialEvents: initial,
    timeoutSeconds,
  }
}

/** A resourceVersion parameter; undefined when absent. */
export function readVersion(raw: string): number | undefined {
  if (raw === '') return undefined
  if (!/^\d{1,15}$/.test(raw)) throw internal(`resourceVersion: Invalid value: "${raw}": strconv.ParseUint: parsing "${raw}": invalid syntax`)
  return Number(raw)
}

/** An integer parameter as Go reads it. */
export function integer(raw: string | null): number | undefined {
  if (raw === null || raw === '') return undefined
  if (!/^[-+]?\d{1,15}$/.test(raw)) throw badRequest(`strconv.ParseInt: parsing "${raw}": invalid syntax`)
  return Number(raw)
}

const forbids = (detail: string, field = 'resourceVersionMatch'): FieldError => ({ type: 'FieldValueForbidden', field, detail: `Forbidden: ${detail}` })

function matchErrors(match: string, version: string, initial: boolean | undefined): readonly FieldError[] {
  const errors: FieldError[] = []
  if (initial !== undefined) errors.push(forbids('sendInitialEvents is forbidden for list', 'sendInitialEvents'))
  if (match === '') return errors
  if (version === '') errors.push(forbids('resourceVersionMatch is forbidden unless resourceVersion is provided'))
  if (match === 'Exact' && version === '0') errors.push(forbids('resourceVersionMatch "exact" is forbidden for resourceVersion "0"'))
  if (match !== 'Exact' && match !== 'NotOlderThan') {
    errors.push({ type: 'FieldValueNotSupported', field: 'resourceVersionMatch', detail: `Unsupported value: "${match}": supported values: "Exact", "NotOlderThan", ""` })
  }
  return errors
}

function watchErrors(match: string, initial: boolean | undefined, continueToken: string): readonly FieldError[] {
  const errors: FieldError[] = []
  if (continueToken !== '') errors.push(forbids('resourceVersionMatch is forbidden when continue is provided'))
  if (initial === undefined && match !== '') errors.push(forbids('resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided'))
  if (initial !== undefined && match !== 'NotOlderThan') errors.push(forbids('sendInitialEvents requires setting resourceVersionMatch to NotOlderThan'))
  if (match !== '' && match !== 'NotOlderThan') {
    errors.push({ type: 'FieldValueNotSupported', field: 'resourceVersionMatch', detail: `Unsupported value: "${match}": supported values: "NotOlderThan"` })
  }
  return errors
}

/** A token for the chunk after `after`, in the form that the reference gives it. */
export function formatContinue(token: ContinueToken): string {
  return Buffer.from(JSON.stringify({ v: 'meta.k8s.io/v1', rv: token.revision, start: `${token.after}\u0000` })).toString('base64url')
}

/** Reads a token; throws 400 when it is broken. */
export function parseContinue(text: string): ContinueToken {
  const refuse = (why: string): Error => badRequest(`invalid continue token: continue key is not valid: ${why}`)
  if (!/^[A-Za-z0-9_-]+$/.test(text) || text.length % 4 === 1) {
    const bad = text.search(/[^A-Za-z0-9_-]/)
    throw refuse(`illegal base64 data at input byte ${bad >= 0 ? bad : text.length - 1}`)
  }
  const json = Buffer.from(text, 'base64url').toString()
  let value: unknown
  try {
    value = JSON.parse(json)
  } catch {
    throw refuse(`invalid character '${json.charAt(0)}' looking for beginning of value`)
  }
  if (typeof value !== 'object' || value === null || !('v' in value) || value.v !== 'meta.k8s.io/v1') {
    throw refuse('server does not recognize this encoded version ')
  }
  const revision = 'rv' in value && typeof value.rv === 'number' ? value.rv : 0
  const start = 'start' in value && typeof value.start === 'string' ? value.start : ''
  if (revision === 0) throw refuse('incorrect encoded start resourceVersion (version meta.k8s.io/v1)')
  if (start === '') throw refuse('no start key provided (version meta.k8s.io/v1)')
  return { revision, after: start.replace(/^\//, '').replace(/\u0000$/, '') }
}

/** The answer to a token whose revision history has forgotten; it carries a token that goes on with the newest state. */
export function expiredContinue(after: string): Error {
  const error = failure(410, 'Expired', 'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.')
  Object.assign(error.status.metadata, { continue: formatContinue({ revision: -1, after }) })
  return error
}

/** True when nothing needs to be looked at to decide: everything is selected. */
export function selectsAll(selection: Selection): boolean {
  return selection.labels.length === 0 && selection.fields.length === 0
}

/** Whether the object is selected. */
export function selects(selection: Selection, definition: ResourceDefinition, object: JsonObject): boolean {
  if (selection.labels.length > 0) {
    const labels = metadataOf(object)['labels']
    if (!matchesLabels(selection.labels, isObject(labels) ? labels : undefined)) return false
  }
  return selection.fields.length === 0 || matchesFields(selection.fields, definition.selectableFields(object))
}
