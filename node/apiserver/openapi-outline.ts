// An outline of the API as OpenAPI 2 in its binary form: kubectl asks for nothing else when a file holds a List. It names the
// paths, kinds and query parameters, which is what kubectl looks for, and no schemas.
// Source: the field numbers of gnostic's OpenAPIv2.proto; Protocol Buffers encoding.
import type { ResourceDefinition } from '../resources/types.ts'
import { pathsOf } from './openapi-paths.ts'

const encoder = new TextEncoder()

function varint(value: number): number[] {
  const bytes: number[] = []
  let left = value
  while (left > 127) {
    bytes.push((left % 128) | 128)
    left = Math.floor(left / 128)
  }
  return [...bytes, left]
}

/** A field with a length: text or a message. */
function field(number: number, value: string | Uint8Array): Uint8Array {
  const bytes = typeof value === 'string' ? encoder.encode(value) : value
  return Buffer.concat([Uint8Array.from([...varint(number * 8 + 2), ...varint(bytes.length)]), bytes])
}

const message = (...fields: readonly Uint8Array[]): Uint8Array => Buffer.concat(fields)

/** Document: swagger 1, info 2, paths 8. */
export function openApiOutline(resources: readonly ResourceDefinition[], release: string): Uint8Array {
  const paths = resources.flatMap((kind) => {
    const { item } = pathsOf(kind)
    // PathItem: patch 8; NamedPathItem: name 1, value 2.
    return [field(2, message(field(1, item), field(2, message(field(8, patchOperation(kind))))))]
  })
  const info = message(field(1, 'Kubernetes'), field(2, release))
  return message(field(1, '2.0'), field(2, info), field(8, message(...paths)))
}

/** Operation: parameters 8, vendor_extension 13. */
function patchOperation(kind: ResourceDefinition): Uint8Array {
  const parameters = ['dryRun', 'fieldManager', 'fieldValidation', 'force'].map((name) => {
    // QueryParameterSubSchema: in 2, name 4, inside NonBodyParameter 3, Parameter 2, ParametersItem 1.
    const query = message(field(2, 'query'), field(4, name))
    return field(8, message(field(1, message(field(2, message(field(3, query)))))))
  })
  const yaml = `group: "${kind.group}"\nkind: ${kind.kind}\nversion: ${kind.version}\n`
  // NamedAny: name 1, value 2; Any: yaml 2.
  const extension = message(field(1, 'x-kubernetes-group-version-kind'), field(2, message(field(2, yaml))))
  return message(...parameters, field(13, extension))
}
