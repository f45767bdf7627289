// The answers of the reference server to some two hundred requests that go wrong, or just do not: paths, methods, bodies,
// options, preconditions, rights. Each is played against a server over a memory store; what differs is listed by name.
import { deepStrictEqual } from 'node:assert/strict'
import { ApiFixture } from '../../support/api-fixture.ts'
import { difference, readRecordings, sendRecorded } from '../../support/api-recordings.ts'
import type { RecordedRequest, RecordedUsers, Recording } from '../../support/api-recordings.ts'

/** Recorded answers that ours differ from, each with the reason. */
const gaps: { readonly [id: string]: string } = {
  'FROB /api/v1/namespaces/errs/configmaps': 'the HTTP parser refuses methods that it does not know',
  'GET /api/v1/namespaces/errs/bindings': 'the old form of pods/binding is not served',
  'list resourceVersion=1&resourceVersionMatch=Exact': 'history still reaches back to the first version here',
  'eviction v1beta1': 'the old version of Eviction is not served',
  'scale not a number': 'names the field instead of quoting the whole Scale',
  'ephemeral bad target': 'the same mistakes in another order',
  'service proxy no endpoints': 'the Service of the recording was not there',
  'service proxy bad port': 'the Service of the recording was not there',
  'sar with name': 'a name on a review is ignored',
  'finalize with content': 'the recording holds placeholders for times',
  'add finalizer while deleting': 'the mistake is named once, not twice, among the causes',
}

/** Rights that a recording presupposes. */
const rights: { readonly [id: string]: readonly string[] } = {
  'escalate role': ['roles'], 'escalate binding': ['rolebindings'], 'bind absent role': ['rolebindings'],
}

describe('apiserver / answers', () => {
  let fixture: ApiFixture
  let users: RecordedUsers

  before(async () => {
    fixture = await ApiFixture.start()
    users = {
      jane: await fixture.user('jane', ['developers']),
      'node-1': await fixture.user('system:node:node-1', ['system:nodes']),
    }
    const admin = (request: RecordedRequest): Promise<unknown> => sendRecorded(fixture, request, undefined, users)
    for (const name of ['errs', 'errs-term']) await admin({ method: 'POST', path: '/api/v1/namespaces', body: { metadata: { name } } })
    for (const name of ['default', 'sa1']) await admin({ method: 'POST', path: '/api/v1/namespaces/errs/serviceaccounts', body: { metadata: { name } } })
    await admin({ method: 'DELETE', path: '/api/v1/namespaces/errs-term' })
  })

  after(() => fixture.stop())

  it('are those of the reference server but for named gaps', async function () {
    this.timeout(60_000)
    const recordings = readRecordings<Recording>('answers.jsonl')
    const differing: { [id: string]: string } = {}
    for (const recording of recordings) {
      const wrong = await play(fixture, recording, users)
      if (wrong !== undefined) differing[recording.id] = wrong
    }
    console.log(`      ${recordings.length - Object.keys(differing).length} of ${recordings.length} answers as recorded`)
    for (const [id, wrong] of Object.entries(differing)) if (gaps[id] === undefined) console.log(`      ${id}: ${wrong}`)
    deepStrictEqual(Object.keys(differing).sort(), Object.keys(gaps).sort())
  })
})

async function play(fixture: ApiFixture, recording: Recording, users: RecordedUsers): Promise<string | undefined> {
  const request = recording.id === 'create body over 3 MiB' ? { ...recording.request, body: { metadata: { name: 'big' }, data: { a: 'x'.repeat(3 * 1024 * 1024) } } } : recording.request
  const granted = rights[recording.id]
  if (granted !== undefined) await grant(fixture, granted, users)
  for (const step of recording.setup ?? []) await sendRecorded(fixture, step, undefined, users)
  const wrong = await sendRecorded(fixture, request, recording.user, users).then(
    (answer) => difference(recording.answer, answer),
    (error: unknown) => `no answer: ${error instanceof Error ? error.message : String(error)}`,
  )
  for (const made of [...recording.setup ?? [], request]) await remove(fixture, made, users)
  return wrong
}

async function grant(fixture: ApiFixture, resources: readonly string[], users: RecordedUsers): Promise<void> {
  const group = 'rbac.authorization.k8s.io'
  const path = `/apis/${group}/v1/namespaces/errs`
  const name = `write-${resources.join('-')}`
  const role = { metadata: { name }, rules: [{ apiGroups: [group], resources, verbs: ['create'] }] }
  const binding = { metadata: { name }, roleRef: { apiGroup: group, kind: 'Role', name }, subjects: [{ apiGroup: group, kind: 'User', name: 'jane' }] }
  await sendRecorded(fixture, { method: 'POST', path: `${path}/roles`, body: role }, undefined, users)
  await sendRecorded(fixture, { method: 'POST', path: `${path}/rolebindings`, body: binding }, undefined, users)
}

/** Takes away what a request may have made. */
async function remove(fixture: ApiFixture, made: RecordedRequest, users: RecordedUsers): Promise<void> {
  const [path = ''] = made.path.split('?')
  const body = made.body
  if (made.method !== 'POST' || typeof body !== 'object' || body === null || !('metadata' in body)) return
  const { metadata } = body
  if (typeof metadata !== 'object' || metadata === null || !('name' in metadata) || /(reviews|binding|eviction|token|namespaces)$/.test(path)) return
  const item = `${path}/${encodeURIComponent(String(metadata.name))}`
  await sendRecorded(fixture, { method: 'PATCH', path: item, body: { metadata: { finalizers: null } }, contentType: 'application/merge-patch+json' }, undefined, users)
  await sendRecorded(fixture, { method: 'DELETE', path: `${item}?gracePeriodSeconds=0` }, undefined, users)
}
