// Runs what a real Kubernetes 1.32 answered through the declarations of our kinds: defaults, tables, errors, selectors.
// What differs on purpose or is not built yet is listed by name with its reason; a record that starts to pass must leave the list.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { required } from '../../protocol/base/assert.ts'
import { has, objectsIn, stringIn, stringsIn, withFields } from '../../node/objects/access.ts'
import { cannotBeHandled, decodeTyped } from '../../node/objects/decode.ts'
import { isObject, metadataOf } from '../../node/objects/encoding.ts'
import { allocationRefused } from '../../node/resources/errors.ts'
import { resourceByKind, resourceByName, resources } from '../../node/resources/registry.ts'
import type { JsonObject } from '../../node/objects/json.ts'
import type { ResourceDefinition, StrategyContext } from '../../node/resources/types.ts'
import { defaultGaps, errorGaps, tableGaps } from './gaps.ts'
import { judge } from './judge.ts'

const records = (file: string): readonly JsonObject[] =>
  readFileSync(join(import.meta.dirname, 'facts', file), 'utf8').trimEnd().split('\n').map((line) => required(JSON.parse(line.replaceAll('<uid1>', 'uid1')), 'a record'))

const nowMs = Date.parse('2026-06-01T00:00:00Z')
const context = (operation: 'create' | 'update'): StrategyContext => ({ nowMs, operation, subresource: '', random: { uid: () => 'uid1', suffix: () => 'hnmmp' } })

function definitionOf(object: JsonObject): ResourceDefinition {
  const [version = '', group = ''] = stringIn(object, 'apiVersion').split('/').reverse()
  return required(resourceByKind(group, version, stringIn(object, 'kind')), `${group}/${version} ${stringIn(object, 'kind')}`)
}

type Outcome = { readonly object: JsonObject } | { readonly message: string } | { readonly causes: readonly unknown[] }

/** What the server's strategy makes of a request, without storage, admission and authorization. */
function run(body: JsonObject, old: JsonObject | undefined, namespace: string): Outcome {
  const definition = definitionOf(body)
  const decoded = decodeTyped(body, definition.definition)
  if (!decoded.ok) return { message: cannotBeHandled(definition.kind, definition.version, decoded.message) }
  const metadata = definition.namespaced ? withFields(metadataOf(decoded.object), { namespace }) : metadataOf(decoded.object)
  const defaulted = definition.defaults(withFields(decoded.object, { metadata }))
  const own = context(old === undefined ? 'create' : 'update')
  const prepared = definition.prepare(defaulted, old, own)
  const errors = definition.validate(prepared, old, own)
  if (errors.length > 0) return { causes: errors.map((error) => ({ reason: error.type, message: error.detail, field: error.field })) }
  try {
    return { object: definition.allocate?.(prepared, old, isTaken, own) ?? prepared }
  } catch (error) {
    if (!allocationRefused.is(error)) throw error
    return { causes: [{ reason: 'FieldValueInvalid', message: `Invalid value: ${error.details.value}: ${error.details.message}`, field: error.details.field }] }
  }
}

const takenKeys = new Set(['clusterips/10.96.0.1', 'clusterips/10.96.55.5', 'nodeports/30555'])
const isTaken = (key: string): boolean => takenKeys.has(key)

const fill = (value: JsonObject): JsonObject => JSON.parse(JSON.stringify(value).replaceAll('"<t1>"', '"2026-06-01T00:00:00Z"'))

/** Without what only the server's admission and storage add. */
function comparable(object: JsonObject): JsonObject {
  const metadata = withFields(metadataOf(object), { uid: undefined, creationTimestamp: undefined, resourceVersion: undefined, namespace: undefined })
  const result = withFields(object, { metadata })
  if (stringIn(object, 'kind') === 'Node') {
    const spec = isObject(object.spec) ? withFields(object.spec, { podCIDR: undefined, podCIDRs: undefined, taints: objectsIn(object, 'spec', 'taints').filter((taint) => taint.key !== 'node.kubernetes.io/not-ready') }) : {}
    return withFields(result, { spec })
  }
  if (stringIn(object, 'kind') !== 'Pod' || !isObject(object.spec)) return result
  const isToken = (item: JsonObject): boolean => stringIn(item, 'name').startsWith('kube-api-access-')
  const strip = (container: JsonObject): JsonObject => {
    const mounts = objectsIn(container, 'volumeMounts').filter((mount) => !isToken(mount))
    return withFields(container, { volumeMounts: mounts.length === 0 ? undefined : mounts })
  }
  const volumes = objectsIn(object, 'spec', 'volumes').filter((volume) => !isToken(volume))
  const tolerations = objectsIn(object, 'spec', 'tolerations').filter((toleration) => !(toleration.tolerationSeconds === 300 && stringIn(toleration, 'key').startsWith('node.kubernetes.io/')))
  const spec = withFields(object.spec, {
    volumes: volumes.length === 0 ? undefined : volumes, tolerations: tolerations.length === 0 ? undefined : tolerations,
    containers: objectsIn(object, 'spec', 'containers').map(strip), initContainers: object.spec.initContainers === undefined ? undefined : objectsIn(object, 'spec', 'initContainers').map(strip),
    serviceAccount: undefined, serviceAccountName: undefined, priority: undefined, preemptionPolicy: undefined, automountServiceAccountToken: undefined,
  })
  return withFields(result, { spec })
}

/** The reference adds its own printout of the difference to one message; ours ends before it. */
const firstLine = (cause: JsonObject): JsonObject => ({ ...cause, message: stringIn(cause, 'message').split('\n')[0] ?? '' })

describe('golden / kinds', () => {
  it('fills in the recorded defaults', () => {
    const list = records('defaults.jsonl')
    const passed = judge(list, defaultGaps, (record) => {
      const input = required(isObject(record.input) ? record.input : undefined, 'the input')
      const output = required(isObject(record.output) ? record.output : undefined, 'the output')
      // Some recordings leave the name to the recorder.
      const named = has(input, 'metadata') ? input : { ...input, metadata: { name: stringIn(output, 'metadata', 'name') } }
      const outcome = run(named, undefined, 'defaults')
      assert.ok('object' in outcome, JSON.stringify(outcome))
      assert.deepEqual(comparable(outcome.object), comparable(fill(output)))
    })
    assert.equal(passed, list.length - Object.keys(defaultGaps).length)
  })

  it('prints the recorded tables', () => {
    const list = records('tables.jsonl')
    const passed = judge(list, tableGaps, (record) => {
      const objects = objectsIn(record, 'objects')
      const definition = definitionOf(required(objects[0], 'an object'))
      assert.deepEqual(definition.columns.map((column) => column.name), stringsIn(record, 'columns'))
      const cells = objects.map((object) => {
        const ages = definition.columns.map((column) => ['Age', 'Created At', 'Last Seen', 'First Seen'].includes(column.name))
        return definition.cells(fill(object), nowMs).map((cell, at) => (ages[at] === true && cell !== '<unknown>' ? '<age>' : cell))
      })
      assert.deepEqual(cells, record.cells)
    })
    assert.equal(passed, list.length - Object.keys(tableGaps).length)
  })

  it('refuses with the recorded causes', () => {
    const list = records('errors.jsonl')
    const passed = judge(list, errorGaps, (record) => {
      const body = required(isObject(record.body) ? record.body : undefined, 'a body')
      const setup = objectsIn(record, 'setup').find((object) => object.kind === body.kind && stringIn(object, 'metadata', 'name') === stringIn(body, 'metadata', 'name'))
      const stored = setup === undefined || record.method === 'POST' ? undefined : run(setup, undefined, 'errs')
      assert.ok(stored === undefined || 'object' in stored, JSON.stringify(stored))
      const outcome = run(body, stored?.object, 'errs')
      if (record.status === 400) assert.deepEqual(outcome, { message: record.message })
      else if (record.status === 422) assert.deepEqual(outcome, { causes: objectsIn(record, 'causes').map(firstLine) })
      else assert.ok('object' in outcome, JSON.stringify(outcome))
    })
    assert.equal(passed, list.length - Object.keys(errorGaps).length)
  })

  it('knows the recorded field selectors and no other', () => {
    const lines = readFileSync(join(import.meta.dirname, 'facts/selectors.jsonl'), 'utf8').trimEnd().split('\n')
    const known = new Map<string, string[]>()
    for (const line of lines) {
      const [group = '', version = '', resource = '', label = ''] = stringsIn({ row: JSON.parse(line) }, 'row')
      known.set(`${group}/${version}/${resource}`, [...(known.get(`${group}/${version}/${resource}`) ?? []), label])
    }
    assert.equal(known.size, resources.filter((definition) => definition.group !== 'shoal.dev').length)
    for (const [key, labels] of known) {
      const [group = '', version = '', resource = ''] = key.split('/')
      const definition = required(resourceByName(group, version, resource), key)
      assert.deepEqual(Object.keys(definition.selectableFields({ metadata: {} })).sort(), labels.sort(), key)
    }
  })
})
