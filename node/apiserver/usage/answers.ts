// Answers for metrics.k8s.io: the nodes or Pods that are asked for, as the own copy has them, with what their kubelets say.
// Any peer answers for all. Source: metrics-server's API; selectors work on the nodes and Pods themselves.
import type { JsonObject } from '../../objects/json.ts'
import { stringIn } from '../../objects/access.ts'
import type { Answer, Call } from '../call.ts'
import { readListOptions, selects } from '../list-options.ts'
import type { ResourceRequest } from '../request-info.ts'
import { allObjects, findObject, kindOf } from '../rest.ts'
import type { Rest } from '../rest.ts'
import { methodNotAllowed, noSuchResource, notFound } from '../status.ts'
import type { MeasuredKind } from './kinds.ts'
import type { KubeletUsage, Summary } from './kubelet-usage.ts'
import { nodeMetricsOf, podMetricsOf } from './objects.ts'

export interface UsageDeps {
  readonly rest: Rest
  readonly usage: KubeletUsage
}

/** Answers a get or a list. Throws the Status of a refusal. */
export async function answerUsage(deps: UsageDeps, call: Call, kind: MeasuredKind, info: ResourceRequest): Promise<Answer> {
  const { rest } = deps
  if (info.subresource !== '') throw noSuchResource()
  if (info.verb !== 'get' && info.verb !== 'list') throw methodNotAllowed()
  if (info.name === '') return list(deps, call, kind, kind.namespaced ? info.namespace : '')
  if (kind.namespaced && info.namespace === '') throw noSuchResource()
  const object = findObject(rest, '', kind.resource, kind.namespaced ? info.namespace : '', info.name)
  const [value] = object === undefined ? [] : await measure(deps, kind, [object])
  if (value === undefined) throw notFound({ group: kind.group, resource: kind.shown }, kind.namespaced ? `${info.namespace}/${info.name}` : info.name)
  return { kind: 'value', code: 200, value }
}

async function list(deps: UsageDeps, call: Call, kind: MeasuredKind, namespace: string): Promise<Answer> {
  const { rest } = deps
  const definition = kindOf(rest.kinds, '', kind.resource)
  if (definition === undefined) throw noSuchResource()
  const { selection } = readListOptions(call.query, definition)
  const chosen = [...allObjects(rest, '', kind.resource, namespace)].filter((object) => selects(selection, definition, object))
  const items = await measure(deps, kind, chosen)
  return { kind: 'value', code: 200, value: { kind: `${kind.kind}List`, apiVersion: `${kind.group}/${kind.version}`, metadata: {}, items } }
}

async function measure({ rest, usage }: UsageDeps, kind: MeasuredKind, objects: readonly JsonObject[]): Promise<readonly JsonObject[]> {
  const nodeOf = (object: JsonObject): string => (kind.namespaced ? stringIn(object, 'spec', 'nodeName') : stringIn(object, 'metadata', 'name'))
  const summaries = await usage.of(new Set(objects.map(nodeOf).filter((node) => node !== '')))
  const make = (object: JsonObject, summary: Summary | undefined): JsonObject | undefined =>
    (kind.namespaced ? podMetricsOf : nodeMetricsOf)(object, summary, rest.clock.wallMs())
  return objects.map((object) => make(object, summaries.get(nodeOf(object)))).filter((value) => value !== undefined)
}
