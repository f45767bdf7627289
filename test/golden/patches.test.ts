// Runs recorded patches of a real Kubernetes 1.32 through our patches, field management and kinds: what is stored after
// each step, with its managers, and what is refused and how. Times are compared by their presence only.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { required } from '../../protocol/base/assert.ts'
import { objectIn, objectsIn, stringIn, withFields } from '../../node/objects/access.ts'
import { decodeTyped } from '../../node/objects/decode.ts'
import { isObject, metadataOf } from '../../node/objects/encoding.ts'
import { claimFields } from '../../node/objects/managed-fields.ts'
import { applyConfiguration } from '../../node/objects/patch/apply.ts'
import { applyJsonPatch } from '../../node/objects/patch/json.ts'
import { applyMergePatch } from '../../node/objects/patch/merge.ts'
import { applyStrategicPatch } from '../../node/objects/patch/strategic.ts'
import { resourceByName } from '../../node/resources/registry.ts'
import { resetFields } from '../../node/resources/reset-fields.ts'
import { judge } from './judge.ts'
import { patchGaps } from './gaps.ts'
import type { Json, JsonObject } from '../../node/objects/json.ts'
import type { WriteFacts } from '../../node/objects/managed-fields.ts'
import type { PatchOutcome } from '../../node/objects/patch/outcome.ts'
import type { ResourceDefinition, StrategyContext } from '../../node/resources/types.ts'

const nowMs = Date.parse('2026-06-01T00:00:00Z')
const withTimes = (value: JsonObject): JsonObject => JSON.parse(JSON.stringify(value).replaceAll(/"<t\d+>"/g, '"2026-06-01T00:00:00Z"'))

interface Target {
  readonly definition: ResourceDefinition
  readonly subresource: string
  readonly query: URLSearchParams
  readonly namespace: string
  readonly name: string
}

function targetOf(path: string): Target {
  const url = new URL(path, 'http://x')
  const match = required(/^\/(?:api|apis\/([^/]+))\/(v\w+)(?:\/namespaces\/(patches))?\/(\w+)(?:\/([^/]+))?(?:\/(\w+))?$/.exec(url.pathname), path)
  const [, group = '', version = '', namespace = '', resource = '', name = '', subresource = ''] = match
  return { definition: required(resourceByName(group, version, resource), path), subresource, query: url.searchParams, namespace, name }
}

function formOf(type: string, body: Json, old: JsonObject | undefined, target: Target, facts: WriteFacts): PatchOutcome {
  const { definition, query } = target
  switch (type) {
    case 'application/json-patch+json': return applyJsonPatch(required(old, 'the object'), body)
    case 'application/merge-patch+json': return applyMergePatch(required(old, 'the object'), body)
    case 'application/strategic-merge-patch+json': return applyStrategicPatch(required(old, 'the object'), body, definition.definition)
    case 'application/apply-patch+yaml': {
      const named = isObject(body) ? withFields(body, { metadata: withFields(metadataOf(body), { name: target.name }) }) : body
      const applied = applyConfiguration(old, named, facts, query.get('force') === 'true')
      return applied
    }
    default: return { ok: true, object: required(isObject(body) ? body : undefined, 'a body') }
  }
}

function run(request: JsonObject, old: JsonObject | undefined): PatchOutcome {
  const target = targetOf(stringIn(request, 'path'))
  const { definition, subresource, query } = target
  const headers = objectIn(request, 'headers')
  const type = stringIn(headers, 'Content-Type')
  const isApply = type.startsWith('application/apply')
  const apiVersion = definition.group === '' ? definition.version : `${definition.group}/${definition.version}`
  const agent = stringIn(headers, 'User-Agent').split('/')[0] ?? ''
  const name = query.get('fieldManager') ?? (agent === '' ? 'unknown' : agent)
  const facts: WriteFacts = { definition: definition.definition, manager: { name, operation: isApply ? 'Apply' : 'Update', apiVersion, subresource }, nowMs, resets: resetFields(definition, subresource) }
  const formed = formOf(type, request.body ?? null, old, target, facts)
  if (!formed.ok) return formed
  const decoded = decodeTyped(formed.object, definition.definition)
  if (!decoded.ok) return { ok: false, code: 422, reason: 'Invalid', message: decoded.message }
  const context: StrategyContext = { nowMs, operation: old === undefined ? 'create' : 'update', subresource, random: { uid: () => '<uid1>a0', suffix: () => 'x' } }
  const placed = withFields(decoded.object, { metadata: withFields(metadataOf(decoded.object), { namespace: definition.namespaced ? target.namespace : undefined }) })
  const prepared = definition.prepare(definition.defaults(placed), old, context)
  const claimed = isApply ? prepared : claimFields(prepared, old, facts)
  const errors = definition.validate(claimed, old, context)
  if (errors.length > 0) return { ok: false, code: 422, reason: 'Invalid', message: '', causes: errors.map((error) => ({ reason: error.type, message: error.detail, field: error.field })) }
  return { ok: true, object: definition.allocate?.(claimed, old, () => false, context) ?? claimed }
}

/** Equal times leave the recorded order open. */
const byManager = (left: JsonObject, right: JsonObject): number => (JSON.stringify([left.operation, left.manager]) < JSON.stringify([right.operation, right.manager]) ? -1 : 1)

function comparable(object: JsonObject): JsonObject {
  const managedFields = objectsIn(object, 'metadata', 'managedFields').map((entry) => ({ ...entry, time: entry.time === undefined ? undefined : 'some' })).sort(byManager)
  const metadata = withFields(metadataOf(object), { uid: undefined, creationTimestamp: undefined, resourceVersion: undefined, managedFields: managedFields.length === 0 ? undefined : managedFields })
  return JSON.parse(JSON.stringify(withFields(object, { metadata })))
}

/** Patches are tried again by the reference when they are refused, so it says some causes twice; a difference is cut off. */
function causesOf(causes: readonly JsonObject[]): readonly JsonObject[] {
  const texts = new Set(causes.map((cause) => JSON.stringify({ reason: cause.reason, message: stringIn(cause, 'message').split('\n')[0], field: cause.field })))
  return [...texts].map((text): JsonObject => JSON.parse(text))
}

describe('golden / patches', () => {
  it('stores and refuses what was recorded', () => {
    const list = readFileSync(join(import.meta.dirname, 'facts/patches.jsonl'), 'utf8').trimEnd().split('\n').map((line): JsonObject => JSON.parse(line))
    const passed = judge(list, patchGaps, (record) => {
      let old = isObject(record.before) ? withTimes(record.before) : undefined
      for (const [at, step] of objectsIn(record, 'steps').entries()) {
        const outcome = run(withTimes(objectIn(step, 'request')), old)
        const answer = objectIn(step, 'answer')
        const body = withTimes(objectIn(answer, 'body'))
        const where = `step ${at + 1}`
        if (Number(answer.status) < 300) {
          assert.ok(outcome.ok, `${where}: ${JSON.stringify(outcome)}`)
          assert.deepEqual(comparable(outcome.object), comparable(body), where)
          old = body
        } else {
          assert.ok(!outcome.ok, `${where} should be refused: ${stringIn(body, 'message')}`)
          assert.equal(outcome.code, answer.status, where)
          const causes = objectsIn(body, 'details', 'causes')
          if (outcome.causes !== undefined) assert.deepEqual(causesOf(outcome.causes), causesOf(causes), where)
          if (outcome.causes === undefined || outcome.code === 409) assert.equal(outcome.message, body.message, where)
        }
      }
    })
    assert.equal(passed, list.length - Object.keys(patchGaps).length)
  })
})
