// The subresource scale of every kind that scales: its number of replicas as an object of autoscaling/v1.
// Source: API reference, autoscaling/v1 Scale.
import { numberIn, stringIn, valueIn } from '../../objects/access.ts'
import { decodeObject, metadataOf } from '../../objects/encoding.ts'
import { formatLabelSelector, selectorOf, selectorOfLabels } from '../../objects/selector.ts'
import { isObject } from '../../objects/encoding.ts'
import type { Json, JsonObject } from '../../objects/json.ts'
import type { ResourceDefinition } from '../../resources/types.ts'
import { readObject } from '../body.ts'
import type { BodyKind } from '../body.ts'
import type { Answer, Call } from '../call.ts'
import { changeObject } from '../changing.ts'
import type { Change } from '../changing.ts'
import { patchValue, readPatch } from '../patching.ts'
import { metadataText, withMetadata } from '../rest.ts'
import type { Rest } from '../rest.ts'
import { invalid, methodNotAllowed, notFound } from '../status.ts'
import { apiVersionOf } from '../storage.ts'
import { checkName } from '../updating.ts'
import { readWriteOptions } from '../write-options.ts'

const scaleKind: BodyKind = { group: 'autoscaling', version: 'v1', kind: 'Scale', definition: 'io.k8s.api.autoscaling.v1.Scale' }

/** Get, update and patch of the scale of an object (autoscaling/v1). */
export async function handleScale(rest: Rest, call: Call, definition: ResourceDefinition, namespace: string, name: string): Promise<Answer> {
  switch (call.method) {
    case 'GET': return readScale(rest, definition, namespace, name)
    case 'PUT': {
      const options = readWriteOptions(call, 'UpdateOptions')
      const { object } = await readObject(call.body, scaleKind, options.fieldValidation)
      checkName(object, name)
      return changeScale(rest, call, { definition, namespace, name, options }, () => Promise.resolve(object))
    }
    case 'PATCH': {
      const patch = await readPatch(call)
      const options = readWriteOptions(call, 'PatchOptions', patch.type === 'apply')
      return changeScale(rest, call, { definition, namespace, name, options }, (scale) => patchValue(patch, scale, scaleKind, options, rest.clock.wallMs(), 'scale').then((patched) => patched.object))
    }
    default: throw methodNotAllowed()
  }
}

async function readScale(rest: Rest, definition: ResourceDefinition, namespace: string, name: string): Promise<Answer> {
  await rest.storage.fresh()
  const stored = rest.storage.find(definition, namespace, name)
  if (stored === undefined) throw notFound({ group: definition.group, resource: `${definition.resource}/scale` }, name)
  return { kind: 'value', code: 200, value: scaleOf(definition, rest.storage.decode(definition, stored)) }
}

async function changeScale(
  rest: Rest, call: Call, target: Pick<Change, 'definition' | 'namespace' | 'name' | 'options'>, wanted: (scale: JsonObject) => Promise<JsonObject>,
): Promise<Answer> {
  const { definition } = target
  const answer = await changeObject(rest, call, {
    ...target, subresource: '',
    make: async (old) => {
      const scale = await wanted(scaleOf(definition, old))
      const replicas = numberIn(scale, 'spec', 'replicas') ?? 0
      if (replicas < 0) {
        throw invalid({ group: 'autoscaling', kind: 'Scale' }, target.name, [{ type: 'FieldValueInvalid', field: 'spec.replicas', detail: `Invalid value: ${replicas}: must be greater than or equal to 0` }])
      }
      const version = metadataText(scale, 'resourceVersion')
      const changed = setPath(old, (definition.scale?.specReplicas ?? '').split('.').filter((part) => part !== ''), replicas)
      return { object: withMetadata(changed, { resourceVersion: version === '' ? undefined : version }) }
    },
  })
  if (answer.kind === 'value') return { ...answer, value: scaleOf(definition, answer.value) }
  if (answer.kind !== 'object') return answer
  const type = { apiVersion: apiVersionOf(definition), kind: definition.kind }
  return { kind: 'value', code: 200, value: scaleOf(definition, decodeObject(answer.bytes, type, answer.revision)) }
}

function setPath(object: JsonObject, path: readonly string[], value: Json): JsonObject {
  const [field, ...rest] = path
  if (field === undefined) return object
  if (rest.length === 0) return { ...object, [field]: value }
  const inner = object[field]
  return { ...object, [field]: setPath(isObject(inner) ? inner : {}, rest, value) }
}

/** An object's Scale. */
function scaleOf(definition: ResourceDefinition, object: JsonObject): JsonObject {
  const { scale } = definition
  const at = (path: string | undefined): Json | undefined => valueIn(object, ...(path ?? '').split('.').filter((part) => part !== ''))
  const specified = at(scale?.specReplicas)
  const actual = at(scale?.statusReplicas)
  const metadata = metadataOf(object)
  return {
    kind: 'Scale', apiVersion: 'autoscaling/v1',
    metadata: {
      name: stringIn(metadata, 'name'), namespace: stringIn(metadata, 'namespace'), uid: stringIn(metadata, 'uid'),
      resourceVersion: stringIn(metadata, 'resourceVersion'), creationTimestamp: metadata['creationTimestamp'],
    },
    spec: typeof specified === 'number' && specified !== 0 ? { replicas: specified } : {},
    status: { replicas: typeof actual === 'number' ? actual : 0, ...selectorText(at(scale?.selector)) },
  }
}

function selectorText(selector: Json | undefined): JsonObject {
  if (typeof selector === 'string') return { selector }
  if (!isObject(selector)) return {}
  const isPlain = selector['matchLabels'] === undefined && selector['matchExpressions'] === undefined
  const requirements = isPlain ? selectorOfLabels(selector) : selectorOf(selector) ?? []
  return requirements.length === 0 ? {} : { selector: formatLabelSelector(requirements) }
}
