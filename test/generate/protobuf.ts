// Makes node/apiserver/generated/protobuf-table.ts from the facts folder given as the argument: field numbers of the
// messages that clients send, and which fields the reference writes even when they are zero (seen in its own samples:
// a zero in the binary form that JSON leaves out). Run by hand when the facts change; nothing runs it by itself.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const facts = process.argv[2] ?? ''
const packages = /^k8s\.io\.(api\.(apps|core|rbac|batch|discovery|events|networking|policy|scheduling|storage|coordination|authentication|authorization|node)\.v1$|api\.autoscaling\.v[12]$|apimachinery\.)/

interface Row { package: string; message: string; number: number; name: string; type: string; label: string }

const rows: Row[] = readFileSync(join(facts, 'protobuf.tsv'), 'utf8').trim().split('\n').slice(1).map((line) => {
  const [pkg = '', message = '', field = '', number = '', type = '', label = '', , , json = ''] = line.split('\t')
  const name = json === '(inline)' ? '' : json === '(scalar)' || json === '' ? field : json
  return { package: pkg, message, number: Number(number), name, type: type.replaceAll(',.', ','), label }
})
const byMessage = Map.groupBy(rows, (row) => `${row.package}.${row.message}`)
const omitted = new Set<Row>()
const shownEmpty = new Set<Row>()

function varint(bytes: Uint8Array, at: number): [number, number] {
  let value = 0
  let shift = 1
  for (;;) {
    const byte = bytes[at++] ?? 0
    value += (byte & 127) * shift
    if (byte < 128) return [value, at]
    shift *= 128
  }
}

function walk(bytes: Uint8Array, message: string, json: unknown): void {
  const object = (typeof json === 'object' && json !== null ? json : {}) as { [key: string]: unknown }
  const counts = new Map<Row, number>()
  let at = 0
  while (at < bytes.length) {
    let tag: number
    let value = 0
    let part = new Uint8Array()
    ;[tag, at] = varint(bytes, at)
    if (tag % 8 === 0) [value, at] = varint(bytes, at)
    else if (tag % 8 === 2) {
      let length: number
      ;[length, at] = varint(bytes, at)
      part = bytes.slice(at, at + length)
      at += length
    } else at += 8
    const row = byMessage.get(message)?.find((candidate) => candidate.number === Math.floor(tag / 8))
    if (row === undefined) continue
    const index = counts.get(row) ?? 0
    counts.set(row, index + 1)
    if (row.label === 'map') continue
    const shown = row.name === '' ? object : row.label === 'repeated' ? (object[row.name] as unknown[] | undefined)?.[index] : object[row.name]
    const zero = value === 0 && part.length === 0
    if (row.label === 'optional' && row.name !== '' && shown === undefined) {
      if (zero || byMessage.has(row.type)) omitted.add(row)
    }
    if (zero && shown === '') shownEmpty.add(row)
    if (byMessage.has(row.type)) walk(part, row.type, shown)
  }
}

for (const line of readFileSync(join(facts, 'protobuf_samples.jsonl'), 'utf8').trim().split('\n')) {
  const sample = JSON.parse(line) as { json: { apiVersion: string; kind: string }; protobuf: string }
  const bytes = Buffer.from(sample.protobuf, 'base64').subarray(4)
  const [group = '', version = ''] = sample.json.apiVersion.includes('/') ? sample.json.apiVersion.split('/') : ['core', sample.json.apiVersion]
  const message = `k8s.io.api.${group.split('.')[0]}.${version}.${sample.json.kind}`
  let at = 0
  while (at < bytes.length) {
    let tag: number
    let length: number
    ;[tag, at] = varint(bytes, at)
    ;[length, at] = varint(bytes, at)
    if (tag === 18) walk(bytes.subarray(at, at + length), message, sample.json)
    at += length
  }
}

// ObjectMeta is written whole by every client; none of its plain fields is a pointer but deletionGracePeriodSeconds.
const always = new Set(['ObjectMeta.name', 'ObjectMeta.generateName', 'ObjectMeta.namespace', 'ObjectMeta.selfLink', 'ObjectMeta.uid',
  'ObjectMeta.resourceVersion', 'ObjectMeta.generation', 'ObjectMeta.creationTimestamp'])
const out: string[] = []
let current = ''
for (const [, fields] of byMessage) {
  const first = fields[0]
  if (first === undefined || !packages.test(first.package)) continue
  if (first.package !== current) out.push(`#${current = first.package}`)
  out.push([first.message, ...fields.map((row) => {
    const type = row.label !== 'map' && row.type.startsWith(`${row.package}.`) ? row.type.slice(row.package.length) : row.type
    // Empty strings mean absent but where the reference has a pointer.
    const emptyString = row.type === 'string' && row.label === 'optional' && row.name !== '' && !shownEmpty.has(row) && row.name !== 'storageClassName'
    const zero = emptyString || omitted.has(row) || always.has(`${row.message}.${row.name}`)
    return `${row.number}:${row.name}:${row.label === 'map' ? 'm' : row.label === 'repeated' ? 'r' : ''}${zero ? 'z' : ''}:${type}`
  })].join(' '))
}
writeFileSync('node/apiserver/generated/protobuf-table.ts', `// Field numbers of the binary form of Kubernetes 1.32 objects, made by test/generate/protobuf.ts; not edited by hand.
// A line is a message of the package above it: name, then number:json name:flags:type (m map, r repeated, z zero is absent);
// an empty name stands for fields that lie in the parent.

/** The table as text; node/apiserver/protobuf.ts parses it when the first binary body arrives. */
export const protobufTable = \`
${out.join('\n')}
\`
`)
