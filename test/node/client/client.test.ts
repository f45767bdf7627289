// What the typed client asks of the transport: paths, queries and bodies as the Kubernetes API reference has them.
// The transport is a list of what it was asked.
import assert from 'node:assert/strict'
import { compact, createClient } from '../../../node/client/client.ts'
import { configMaps, deployments, nodes, pods } from '../../../node/client/resource-types.ts'
import type { ApiRequest, Transport } from '../../../node/client/types.ts'

describe('client / client', () => {
  let asked: ApiRequest[]
  let answer: unknown
  const transport: Transport = {
    send: (request) => {
      asked.push(request)
      return Promise.resolve(answer)
    },
    watch: async function* (request) {
      asked.push(request)
    },
  }
  const client = createClient(transport)

  beforeEach(() => {
    asked = []
    answer = { metadata: {} }
  })

  it('builds the paths of core and named groups, with and without namespaces', () => {
    assert.equal(client.resource(pods).path('n', 'p', 'status'), '/api/v1/namespaces/n/pods/p/status')
    assert.equal(client.resource(deployments).path(undefined), '/apis/apps/v1/deployments')
    assert.equal(client.resource(nodes).path('ignored', 'a b'), '/api/v1/nodes/a%20b')
  })

  it('sends only what is set', async () => {
    await client.resource(pods).list({ namespace: 'n', labelSelector: 'a=b', limit: 5, continueToken: '' })
    assert.deepEqual(asked[0], { method: 'GET', path: '/api/v1/namespaces/n/pods', query: { labelSelector: 'a=b', limit: '5' } })
    await client.resource(configMaps).create({ metadata: { name: 'c', namespace: 'n', labels: undefined }, data: undefined })
    assert.deepEqual(asked[1]?.body, { metadata: { name: 'c', namespace: 'n' }, apiVersion: 'v1', kind: 'ConfigMap' })
    assert.deepEqual(compact([{ a: undefined, b: [undefined, null] }]), [{ b: [undefined, null] }])
  })

  it('reads lists that are empty or null', async () => {
    answer = { metadata: { resourceVersion: '7', continue: 'more' }, items: null }
    assert.deepEqual(await client.resource(pods).list(), { items: [], resourceVersion: '7', continueToken: 'more' })
  })

  it('knows from the answer whether a deleted object lives on', async () => {
    const ask = async (body: unknown): Promise<boolean> => {
      answer = body
      return (await client.resource(pods).delete('p', 'n', { uid: 'u' })) !== undefined
    }
    assert.equal(await ask({ kind: 'Status', metadata: {} }), false)
    assert.equal(await ask({ kind: 'Pod', metadata: { deletionTimestamp: 'then', deletionGracePeriodSeconds: 30 } }), true)
    assert.equal(await ask({ kind: 'Pod', metadata: { deletionTimestamp: 'then', deletionGracePeriodSeconds: 0 } }), false)
    assert.equal(await ask({ kind: 'ReplicaSet', metadata: { deletionTimestamp: 'then', finalizers: ['foregroundDeletion'] } }), true)
    assert.deepEqual(asked[0]?.body, { kind: 'DeleteOptions', apiVersion: 'v1', preconditions: { uid: 'u' } })
  })

  it('watches with bookmarks', async () => {
    for await (const event of client.resource(pods).watch({ resourceVersion: '5' }, new AbortController().signal)) assert.fail(event.type)
    assert.deepEqual(asked[0]?.query, { resourceVersion: '5', watch: 'true', allowWatchBookmarks: 'true' })
  })
})
