// Watches over HTTP: the lines that clients read. Recorded shapes of the reference: initial events and their end, bookmarks,
// tables with columns once, and an expired version as an ERROR event with code 410.
import { deepStrictEqual, ok, strictEqual } from 'node:assert/strict'
import { ManualClock } from '../../support/manual-clock.ts'
import { ApiFixture } from '../../support/api-fixture.ts'
import { SingleAgreed } from '../../support/single-agreed.ts'
import { Storage } from '../../../node/apiserver/storage.ts'
import { watchObjects } from '../../../node/apiserver/watching.ts'
import type { Call, WatchFrame } from '../../../node/apiserver/call.ts'
import { resourceByName } from '../../../node/resources/registry.ts'
import { expired } from '../../../node/store/errors.ts'
import { required } from '../../../protocol/base/assert.ts'
import { seededRandom } from '../../../protocol/base/random.ts'

interface Line { readonly type: string; readonly object: { readonly kind: string; readonly code?: number; readonly columnDefinitions?: readonly unknown[] | null; readonly metadata: { readonly name?: string; readonly annotations?: object } } }

const path = '/api/v1/namespaces/default/configmaps'
const table = 'application/json;as=Table;g=meta.k8s.io;v=v1'
const configMaps = required(resourceByName('', 'v1', 'configmaps'), 'the kind ConfigMap')

describe('apiserver / watching', () => {
  let fixture: ApiFixture

  before(async () => {
    fixture = await ApiFixture.start()
    for (const name of ['a', 'b']) await fixture.transport().send({ method: 'POST', path, body: { metadata: { name } } })
  })

  after(() => fixture.stop())

  const lines = async (query: string, accept = 'application/json'): Promise<readonly Line[]> => {
    const answer = await fixture.http('GET', `${path}?watch=true&timeoutSeconds=1&${query}`, { headers: { accept } })
    strictEqual(answer.status, 200)
    return answer.text.trim().split('\n').filter((line) => line !== '').map((line): Line => JSON.parse(line))
  }

  it('without a version begins with what is there', async () => {
    deepStrictEqual((await lines('')).map((line) => `${line.type} ${line.object.metadata.name}`), ['ADDED a', 'ADDED b'])
  })

  it('initial events end with a bookmark that says so', async () => {
    const seen = await lines('sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true')
    deepStrictEqual(seen.map((line) => line.type), ['ADDED', 'ADDED', 'BOOKMARK'])
    deepStrictEqual(seen[2]?.object.metadata.annotations, { 'k8s.io/initial-events-end': 'true' })
  })

  it('a Table names its columns in the first event only', async () => {
    const seen = await lines('', table)
    strictEqual(seen[0]?.object.kind, 'Table')
    ok((seen[0].object.columnDefinitions?.length ?? 0) > 1)
    strictEqual(seen[1]?.object.columnDefinitions, null)
  })

  it('metadata only', async () => {
    const seen = await lines('', 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1')
    strictEqual(seen[0]?.object.kind, 'PartialObjectMetadata')
  })

  it('a version that history has forgotten is an ERROR event', async () => {
    const agreed = new SingleAgreed(new ManualClock())
    const forgetful = new Proxy(agreed.store, { get: (store, name) => (name === 'watch' ? () => { throw expired.make({ revision: 1, oldest: 9 }) } : Reflect.get(store, name).bind(store)) })
    const frames = await collect(forgetful, agreed, 'resourceVersion=1')
    strictEqual(frames[0]?.kind, 'error')
    ok(frames[0].kind === 'error' && frames[0].status.code === 410 && frames[0].status.reason === 'Expired')
  })

  it('a long watch hears of progress by bookmarks', async () => {
    const clock = new ManualClock()
    const agreed = new SingleAgreed(clock)
    const storage = new Storage({ store: agreed.store, agreed, clock })
    const ended = new AbortController()
    const answer = watchObjects({ storage, clock, random: seededRandom(1) }, callOf('allowWatchBookmarks=true&resourceVersion=0', ended.signal), configMaps, 'default')
    ok(answer.kind === 'watch')
    const iterator = answer.frames[Symbol.asyncIterator]()
    const next = iterator.next()
    // The watch has to have begun before time passes.
    await new Promise((resolve) => setImmediate(resolve))
    clock.advance(60_000)
    const first = await next
    deepStrictEqual(first.value, { kind: 'bookmark', revision: 0, initialEnd: false })
    ended.abort()
    strictEqual((await iterator.next()).done, true)
  })
})

function callOf(query: string, signal: AbortSignal): Call {
  return {
    method: 'GET', path, query: new URLSearchParams(query), user: { name: 'test', groups: [] }, userAgent: 'test', signal,
    body: { contentType: '', bytes: () => Promise.resolve(new Uint8Array()) },
  }
}

async function collect(store: SingleAgreed['store'], agreed: SingleAgreed, query: string): Promise<readonly WatchFrame[]> {
  const clock = new ManualClock()
  await agreed.commit({ conditions: [], writes: [{ kind: 'put', key: '/registry/core/configmaps/default/x', value: Buffer.from('{"metadata":{"name":"x"}}'), terminating: false }] })
  const storage = new Storage({ store, agreed, clock })
  const answer = watchObjects({ storage, clock, random: seededRandom(1) }, callOf(query, new AbortController().signal), configMaps, 'default')
  const frames: WatchFrame[] = []
  if (answer.kind === 'watch') for await (const frame of answer.frames) frames.push(frame)
  return frames
}
