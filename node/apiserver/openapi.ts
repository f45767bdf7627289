// The OpenAPI documents, made from the table of fields: version 3 a group at a time, as `kubectl explain` and the check for
// field validation want it, and an outline in version 2 for lists of several kinds. Made when first asked for and kept.
// Source: OpenAPI 3.0; Kubernetes documentation, "The Kubernetes API: OpenAPI interface definition".
import { createHash } from 'node:crypto'
import { definitionOf } from '../objects/fields.ts'
import type { Definition, FieldFacts, FieldType } from '../objects/fields.ts'
import type { Json, JsonObject } from '../objects/json.ts'
import type { ResourceDefinition } from '../resources/types.ts'
import type { Answer } from './call.ts'
import { descriptionOf } from './descriptions/descriptions.ts'
import { openApiOutline } from './openapi-outline.ts'
import { pathsOf, rootOf } from './openapi-paths.ts'

type Mutable = { [key: string]: Json }

const release = 'v1.32.3'
const v2Protobuf = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf'

/** Answers paths below /openapi/; undefined for those that are no document. */
export function openApiDocuments(resources: readonly ResourceDefinition[]): (path: string, accept: string) => Answer | undefined {
  const groups = Map.groupBy(resources, rootOf)
  const hash = createHash('sha256').update(release).update(resources.map((kind) => `${rootOf(kind)}/${kind.kind}`).join()).digest('hex').slice(0, 32).toUpperCase()
  const made = new Map<string, string>()
  let outline: Uint8Array | undefined
  return (path, accept) => {
    if (path === '/openapi/v2') {
      if (!accept.includes('protobuf')) return json(JSON.stringify({ swagger: '2.0', info: { title: 'Kubernetes', version: release }, paths: {} }))
      outline ??= openApiOutline(resources, release)
      return { kind: 'text', code: 200, contentType: v2Protobuf, text: outline }
    }
    if (path === '/openapi/v3') {
      const paths = Object.fromEntries([...groups.keys()].map((root) => [root, { serverRelativeURL: `/openapi/v3/${root}?hash=${hash}` }]))
      return { kind: 'text', code: 200, contentType: 'text/plain; charset=utf-8', text: JSON.stringify({ paths }) }
    }
    const root = path.slice('/openapi/v3/'.length)
    const kinds = path.startsWith('/openapi/v3/') ? groups.get(root) : undefined
    if (kinds === undefined) return { kind: 'text', code: 404, contentType: 'text/plain; charset=utf-8', text: '' }
    const document = made.get(root) ?? JSON.stringify(groupDocument(root, kinds))
    made.set(root, document)
    return json(document)
  }
}

const json = (text: string): Answer => ({ kind: 'text', code: 200, contentType: 'application/json', text })
function groupDocument(root: string, kinds: readonly ResourceDefinition[]): JsonObject {
  const schemas: Mutable = {}
  for (const kind of kinds) addSchema(schemas, kind.definition)
  const paths: Mutable = {}
  for (const kind of kinds) {
    const { collection, item } = pathsOf(kind)
    paths[collection] = { get: operation(kind, 'list', []), post: operation(kind, 'post', writeParameters) }
    paths[item] = {
      get: operation(kind, 'get', []), put: operation(kind, 'put', writeParameters),
      patch: operation(kind, 'patch', [...writeParameters, 'force']), delete: operation(kind, 'delete', ['dryRun', 'gracePeriodSeconds', 'propagationPolicy']),
    }
  }
  return { openapi: '3.0.0', info: { title: `Kubernetes ${root}`, version: release }, paths, components: { schemas } }
}

const writeParameters = ['dryRun', 'fieldManager', 'fieldValidation']

function operation(kind: ResourceDefinition, action: string, parameters: readonly string[]): JsonObject {
  return {
    'x-kubernetes-action': action,
    'x-kubernetes-group-version-kind': { group: kind.group, version: kind.version, kind: kind.kind },
    parameters: parameters.map((name) => ({ name, in: 'query', schema: { type: 'string', uniqueItems: true } })),
    responses: { 200: { description: 'OK', content: { 'application/json': { schema: reference(kind.definition) } } } },
  }
}

const reference = (definition: string): JsonObject => ({ $ref: `#/components/schemas/${definition}` })

/** Adds a definition and all that it needs. */
function addSchema(schemas: Mutable, name: string): void {
  const definition = definitionOf(name)
  if (definition === undefined || schemas[name] !== undefined) return
  schemas[name] = {}
  schemas[name] = schemaOf(definition, (inner) => addSchema(schemas, inner))
}

function schemaOf(definition: Definition, need: (definition: string) => void): JsonObject {
  if (definition.scalar !== undefined) return typeSchema({ kind: 'scalar', scalar: definition.scalar }, need)
  const properties: Mutable = {}
  for (const field of definition.fields.values()) properties[field.name] = fieldSchema(definition, field, need)
  const required = [...definition.fields.values()].filter((field) => field.required).map((field) => field.name)
  const kinds = definition.kinds.map((kind): JsonObject => {
    const [group = '', version = '', name = ''] = kind.split('/')
    return { group, version, kind: name }
  })
  return {
    type: 'object', description: descriptionOf(definition.name), properties,
    ...(required.length === 0 ? {} : { required }),
    ...(kinds.length === 0 ? {} : { 'x-kubernetes-group-version-kind': kinds }),
    ...(definition.mapType === '' ? {} : { 'x-kubernetes-map-type': definition.mapType }),
  }
}

function fieldSchema(owner: Definition, field: FieldFacts, need: (definition: string) => void): JsonObject {
  const type = typeSchema(field.type, need)
  const schema: Mutable = { description: descriptionOf(owner.name, field.name), ...(type['$ref'] === undefined ? type : { allOf: [type] }) }
  if (field.default !== undefined) schema['default'] = field.default
  if (field.enum.length > 0) schema['enum'] = field.enum
  if (field.listType !== '') schema['x-kubernetes-list-type'] = field.listType
  if (field.listMapKeys.length > 0) schema['x-kubernetes-list-map-keys'] = field.listMapKeys
  if (field.mapType !== '') schema['x-kubernetes-map-type'] = field.mapType
  if (field.mergeKey !== '') schema['x-kubernetes-patch-merge-key'] = field.mergeKey
  if (field.strategies.length > 0) schema['x-kubernetes-patch-strategy'] = field.strategies.join(',')
  return schema
}

function typeSchema(type: FieldType, need: (definition: string) => void): JsonObject {
  switch (type.kind) {
    case 'array': return { type: 'array', items: typeSchema(type.of, need) }
    case 'map': return { type: 'object', additionalProperties: typeSchema(type.of, need) }
    case 'object':
      need(type.definition)
      return reference(type.definition)
    case 'scalar': return scalars[type.scalar] ?? {}
  }
}

const scalars: { readonly [scalar: string]: JsonObject } = {
  string: { type: 'string' }, bool: { type: 'boolean' }, int32: { type: 'integer', format: 'int32' }, int64: { type: 'integer', format: 'int64' },
  double: { type: 'number', format: 'double' }, bytes: { type: 'string', format: 'byte' }, object: { type: 'object' }, any: {},
  Quantity: { oneOf: [{ type: 'string' }, { type: 'number' }] }, IntOrString: { oneOf: [{ type: 'integer' }, { type: 'string' }], format: 'int-or-string' },
  Time: { type: 'string', format: 'date-time' }, MicroTime: { type: 'string', format: 'date-time' }, RawExtension: { type: 'object' }, FieldsV1: { type: 'object' },
}
