// Events: what happened to an object. They are stored once, in the form of core/v1; events.k8s.io/v1 shows the same objects
// with other field names. A missing time or source is no error: old clients write only half of the fields.
import { numberIn, objectIn, stringIn, valueIn, withFields } from '../objects/access.ts'
import { timeMs, ageCell } from '../objects/times.ts'
import { name } from './cells.ts'
import { defineKind } from './kind.ts'
import type { FieldErrors } from './field-errors.ts'
import type { Json, JsonObject } from '../objects/json.ts'
import type { ResourceDefinition } from './types.ts'

/** Pairs of field names: core/v1, events.k8s.io/v1. */
const renamed: readonly (readonly [string, string])[] = [
  ['involvedObject', 'regarding'], ['message', 'note'], ['source', 'deprecatedSource'], ['firstTimestamp', 'deprecatedFirstTimestamp'],
  ['lastTimestamp', 'deprecatedLastTimestamp'], ['count', 'deprecatedCount'], ['reportingComponent', 'reportingController'],
]

function rename(object: JsonObject, from: 0 | 1): JsonObject {
  const names = new Map(renamed.map((pair) => [pair[from], pair[1 - from] ?? '']))
  return Object.fromEntries(Object.entries(object).map(([field, value]): [string, Json | undefined] => [names.get(field) ?? field, value]))
}

/** The stored form of an event of events.k8s.io/v1. */
export const toStoredEvent = (object: JsonObject): JsonObject => ({ ...withoutEmpty(rename(object, 1)), kind: 'Event', apiVersion: 'v1' })

/** The form of events.k8s.io/v1 of a stored event. */
export const fromStoredEvent = (object: JsonObject): JsonObject => ({ ...withoutEmpty(rename(object, 0)), kind: 'Event', apiVersion: 'events.k8s.io/v1' })

/** Core writes its reporting fields also when they are empty, the other version does not. */
function withoutEmpty(object: JsonObject): JsonObject {
  const isShown = object.involvedObject !== undefined
  const reporting = ['reportingController', 'reportingInstance'].filter((field) => object[field] === '')
  const complete = isShown ? { reportingComponent: object.reportingComponent ?? '', reportingInstance: object.reportingInstance ?? '' } : Object.fromEntries(reporting.map((field) => [field, undefined]))
  return withFields(object, complete)
}

function validate(errors: FieldErrors, object: JsonObject, regarding: string): void {
  const namespace = stringIn(object, 'metadata', 'namespace')
  const about = stringIn(object, regarding, 'namespace')
  // Events about cluster-scoped objects live in the default namespace.
  const isRight = about === namespace || (about === '' && (namespace === 'default' || namespace === ''))
  if (!isRight) errors.invalid(`${regarding}.namespace`, about, 'does not match event.namespace')
}

interface EventFields {
  readonly regarding: string
  readonly note: string
  readonly source: string
  readonly first: string
  readonly last: string
  readonly count: string
  readonly reporter: string
}

const coreFields: EventFields = { regarding: 'involvedObject', note: 'message', source: 'source', first: 'firstTimestamp', last: 'lastTimestamp', count: 'count', reporter: 'reportingComponent' }
const eventFields: EventFields = { regarding: 'regarding', note: 'note', source: 'deprecatedSource', first: 'deprecatedFirstTimestamp', last: 'deprecatedLastTimestamp', count: 'deprecatedCount', reporter: 'reportingController' }

function sourceCell(event: JsonObject, fields: EventFields): string {
  const component = stringIn(event, fields.source, 'component') || stringIn(event, fields.reporter)
  const host = stringIn(event, fields.source, 'host') || stringIn(event, 'reportingInstance')
  return host === '' ? component : `${component}, ${host}`
}

function cells(event: JsonObject, nowMs: number, fields: EventFields): readonly Json[] {
  const firstSeen = valueIn(event, timeMs(event[fields.first]) === undefined ? 'eventTime' : fields.first)
  const lastSeen = timeMs(event[fields.last]) === undefined ? firstSeen : event[fields.last]
  const series = objectIn(event, 'series')
  const inSeries = Object.keys(series).length > 0
  const about = stringIn(event, fields.regarding, 'name')
  const kind = stringIn(event, fields.regarding, 'kind').toLowerCase()
  return [
    ageCell(inSeries ? series.lastObservedTime : lastSeen, nowMs), stringIn(event, 'type'), stringIn(event, 'reason'), about === '' ? kind : `${kind}/${about}`,
    stringIn(event, fields.regarding, 'fieldPath'), sourceCell(event, fields), stringIn(event, fields.note).trim(), ageCell(firstSeen, nowMs),
    inSeries ? numberIn(series, 'count') ?? 0 : numberIn(event, fields.count) || 1, name(event),
  ]
}

function selectable(event: JsonObject, regarding: string): { readonly [label: string]: string } {
  const about = ['kind', 'namespace', 'name', 'uid', 'apiVersion', 'resourceVersion', 'fieldPath']
  return Object.fromEntries([...about.map((field): [string, string] => [`${regarding}.${field}`, stringIn(event, regarding, field)]), ['reason', stringIn(event, 'reason')], ['type', stringIn(event, 'type')]])
}

export const events = defineKind({
  key: '/v1/events',
  definition: 'io.k8s.api.core.v1.Event',
  validate: (errors, object) => validate(errors, object, 'involvedObject'),
  cells: (object, nowMs) => cells(object, nowMs, coreFields),
  selectable: (object) => ({
    ...selectable(object, 'involvedObject'),
    reportingComponent: stringIn(object, 'reportingComponent'),
    source: stringIn(object, 'source', 'component') || stringIn(object, 'reportingComponent'),
  }),
})

export const newEvents: ResourceDefinition = {
  ...defineKind({
    key: 'events.k8s.io/v1/events',
    definition: 'io.k8s.api.events.v1.Event',
    validate: (errors, object) => validate(errors, object, 'regarding'),
    cells: (object, nowMs) => cells(object, nowMs, eventFields),
    selectable: (object) => ({ ...selectable(object, 'regarding'), reportingController: stringIn(object, 'reportingController') }),
  }),
  storedAs: { group: '', resource: 'events', toStored: toStoredEvent, fromStored: fromStoredEvent },
}
