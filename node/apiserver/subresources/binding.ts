// The subresource pods/binding: the scheduler's decision. A Pod is bound once; who comes second is told where it went.
// Source: API reference, core/v1 Binding.
import { listIn, objectIn, stringIn } from '../../objects/access.ts'
import { isTerminating, metadataOf } from '../../objects/encoding.ts'
import { timestamp } from '../../base/clock.ts'
import type { Json, JsonObject } from '../../objects/json.ts'
import { readObject } from '../body.ts'
import type { Answer, Call } from '../call.ts'
import { changeObject } from '../changing.ts'
import { withMetadata } from '../rest.ts'
import { conflict, internal } from '../status.ts'
import { readWriteOptions } from '../write-options.ts'
import type { Subresource, SubresourceDeps, SubresourceTarget } from './types.ts'

const bindingKind = { group: '', version: 'v1', kind: 'Binding', definition: 'io.k8s.api.core.v1.Binding' }

export const binding: Subresource = { group: '', resource: 'pods', subresource: 'binding', kind: 'Binding', verbs: ['create'], handle: bind }

async function bind({ rest }: SubresourceDeps, call: Call, { definition, namespace, name }: SubresourceTarget): Promise<Answer> {
  const options = readWriteOptions(call, 'CreateOptions')
  const { object } = await readObject(call.body, bindingKind, options.fieldValidation)
  const kind = stringIn(object, 'target', 'kind')
  const node = stringIn(object, 'target', 'name')
  if (kind !== '' && kind !== 'Node') throw internal(`target.kind: Unsupported value: ${JSON.stringify(kind)}: supported values: "Node", "<empty>"`)
  if (node === '') throw internal('target.name: Required value')
  const uid = stringIn(object, 'metadata', 'uid')
  await changeObject(rest, call, {
    definition, namespace, name, subresource: 'binding', options,
    make: (old) => {
      const subject = { group: '', resource: 'pods/binding' }
      const assigned = stringIn(old, 'spec', 'nodeName')
      if (assigned !== '') throw conflict(subject, name, `pod ${name} is already assigned to node "${assigned}"`)
      if (isTerminating(old)) throw conflict(subject, name, `pod ${name} is being deleted, cannot be assigned to a host`)
      if (listIn(old, 'spec', 'schedulingGates').length > 0) throw conflict(subject, name, `pod ${name} has non-empty .spec.schedulingGates`)
      const bound = boundPod(old, node, objectIn(object, 'metadata', 'annotations'), rest.clock.wallMs())
      return { object: withMetadata(bound, { resourceVersion: undefined, ...(uid === '' ? {} : { uid }) }) }
    },
  })
  return { kind: 'value', code: 201, value: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 } }
}

function boundPod(pod: JsonObject, node: string, annotations: JsonObject, nowMs: number): JsonObject {
  const status = objectIn(pod, 'status')
  const others = listIn(status, 'conditions').filter((condition) => stringIn(condition, 'type') !== 'PodScheduled')
  const scheduled: Json = { type: 'PodScheduled', status: 'True', lastProbeTime: null, lastTransitionTime: timestamp(nowMs) }
  const known = objectIn(metadataOf(pod), 'annotations')
  const merged = { ...known, ...annotations }
  return withMetadata(
    { ...pod, spec: { ...objectIn(pod, 'spec'), nodeName: node }, status: { ...status, conditions: [...others, scheduled] } },
    Object.keys(merged).length === 0 ? {} : { annotations: merged },
  )
}
