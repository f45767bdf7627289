// Copies the recordings that concern the served kinds into test/golden/facts, so that the golden tests run without the
// full collection. A development tool: run it by hand with the folder of the recordings; what it writes is committed.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { resources } from '../../node/resources/registry.ts'

const facts = process.argv[2] ?? '.'
const target = join(import.meta.dirname, '../golden/facts')
const lines = (file: string): string[] => readFileSync(join(facts, file), 'utf8').trimEnd().split('\n')

const kinds = new Set(resources.map((definition) => `${definition.group === '' ? '' : `${definition.group}/`}${definition.version} ${definition.kind}`))
const isOurs = (object: { apiVersion?: string; kind?: string } | undefined): boolean => object !== undefined && kinds.has(`${object.apiVersion} ${object.kind}`)
const write = (file: string, records: readonly unknown[]): void => {
  writeFileSync(join(target, file), records.map((record) => `${JSON.stringify(record)}\n`).join(''))
  process.stdout.write(`${file}: ${records.length}\n`)
}

const defaults = lines('defaults.jsonl').map((line) => JSON.parse(line)).filter((record) => isOurs(record.input) && record.status === 201 && record.path === undefined)
write('defaults.jsonl', defaults.map(({ id, input, output }) => ({ id, input, output })))

const tables = lines('tables.jsonl').map((line) => JSON.parse(line)).filter((record) => isOurs(record.objects[0]))
write('tables.jsonl', tables)

const errors = lines('errors.jsonl').map((line) => JSON.parse(line)).filter((record) => {
  const { method, path, body } = record.request
  const isWrite = (method === 'POST' && record.id.startsWith('create ')) || (method === 'PUT' && record.id.startsWith('update '))
  return isWrite && record.user === undefined && isOurs(body) && !path.includes('?') && [201, 200, 422, 400].includes(record.answer.status)
})
write('errors.jsonl', errors.map(({ id, setup, request, answer }) => {
  const { status, body } = answer
  return { id, setup: setup?.filter((step: { body?: unknown }) => isOurs(step.body ?? undefined)).map((step: { body: unknown }) => step.body), method: request.method, path: request.path, body: request.body, status, message: body?.message, causes: body?.details?.causes }
}))

const patches = lines('patches.jsonl').map((line) => JSON.parse(line)).filter((record) => {
  const objects = [record.before, ...record.steps.map((step: { answer: { body: object } }) => step.answer.body)].filter((object) => object?.kind !== undefined && object.kind !== 'Status')
  const isPlain = record.steps.every((step: { request: { method: string; path: string; body: unknown } }) => !/\/scale|absent|\/namespaces\/patches$/.test(step.request.path) && typeof step.request.body !== 'string')
  return isPlain && objects.length > 0 && objects.every(isOurs)
})
write('patches.jsonl', patches)

write('selectors.jsonl', lines('selectors.tsv').slice(1).map((line) => line.split('\t')).filter(([group = '', version = '', resource = '']) =>
  resources.some((definition) => definition.group === group && definition.version === version && definition.resource === resource)))
