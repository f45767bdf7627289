// What several kinds print into the cells of their tables, in the form that kubectl users know.
import { objectIn, objectsIn, stringIn } from '../objects/access.ts'
import { formatLabelSelector, selectorOf } from '../objects/selector.ts'
import { ageCell } from '../objects/times.ts'
import { createdAt } from './kind.ts'
import type { Json, JsonObject } from '../objects/json.ts'

export const name = (object: JsonObject): string => stringIn(object, 'metadata', 'name')

/** The age since the creation. */
export const age = (object: JsonObject, nowMs: number): string => ageCell(createdAt(object), nowMs)

export const orNone = (text: string): string => (text === '' ? '<none>' : text)

/** Names and images of the containers of a template, two cells. */
export function containerCells(spec: JsonObject): readonly [string, string] {
  const containers = objectsIn(spec, 'containers')
  return [containers.map((container) => stringIn(container, 'name')).join(','), containers.map((container) => stringIn(container, 'image')).join(',')]
}

/** `a=b,c=d` of a plain map. */
export function labelsCell(labels: Json | undefined): string {
  const pairs = Object.entries(objectIn(labels)).sort(([a], [b]) => (a < b ? -1 : 1))
  return orNone(pairs.map(([key, value]) => `${key}=${String(value)}`).join(','))
}

/** A label selector as text. */
export const selectorCell = (selector: Json | undefined): string => orNone(formatLabelSelector(selectorOf(selector) ?? []))
