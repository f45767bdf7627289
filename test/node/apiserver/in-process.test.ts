// The API without HTTP: shared frozen objects, fences, what happens without a majority, and watches that neither lose nor
// repeat. PITFALLS of the reference that are tested here: stale writers (P24), watches back in time (P22).
import { deepStrictEqual, ok, rejects, strictEqual } from 'node:assert/strict'
import { ApiFixture, administrator } from '../../support/api-fixture.ts'
import { ApiError } from '../../../node/client/errors.ts'
import type { ApiObject, ApiWatchEvent, Transport } from '../../../node/client/types.ts'

interface ListBody { readonly items: readonly ApiObject[]; readonly metadata: { readonly resourceVersion: string; readonly continue?: string } }

const path = '/api/v1/namespaces/default/configmaps'
const configMap = (name: string, data = '1'): object => ({ metadata: { name }, data: { value: data } })
const isApiError = (code: number, reason: string) => (error: unknown): boolean => error instanceof ApiError && error.code === code && error.reason === reason

describe('apiserver / in process', () => {
  let fixture: ApiFixture
  let api: Transport

  before(async () => {
    fixture = await ApiFixture.start()
    api = fixture.transport()
  })

  after(() => fixture.stop())

  const list = async (query: { readonly [name: string]: string } = {}): Promise<ListBody> => {
    const body = await api.send({ method: 'GET', path, query })
    return body as ListBody
  }

  it('one revision of an object is parsed once and frozen', async () => {
    await api.send({ method: 'POST', path, body: configMap('frozen') })
    const first = await api.send({ method: 'GET', path: `${path}/frozen` })
    const second = await api.send({ method: 'GET', path: `${path}/frozen` })
    strictEqual(first, second)
    ok(Object.isFrozen(first))
  })

  it('a writer with an old version is refused, one without a version is not', async () => {
    await api.send({ method: 'POST', path, body: configMap('twice') })
    const read = await api.send({ method: 'GET', path: `${path}/twice` })
    await api.send({ method: 'PUT', path: `${path}/twice`, body: configMap('twice', '2') })
    await rejects(api.send({ method: 'PUT', path: `${path}/twice`, body: read }), isApiError(409, 'Conflict'))
  })

  it('patches that meet are both applied', async () => {
    await api.send({ method: 'POST', path, body: configMap('met') })
    const patch = (at: number): Promise<unknown> => api.send({ method: 'PATCH', path: `${path}/met`, contentType: 'application/merge-patch+json', body: { data: { [`k${at}`]: 'x' } } })
    await Promise.all(Array.from({ length: 20 }, (_, at) => patch(at)))
    const after = await api.send({ method: 'GET', path: `${path}/met` })
    strictEqual(Object.keys((after as { readonly data: object }).data).length, 21)
  })

  it('a fence that is stale refuses writes and not reads', async () => {
    const epoch = (value: number): Promise<unknown> => fixture.agreed.commit({
      conditions: [], writes: [{ kind: 'put', key: '/shoal/assignments/controllers', value: Buffer.from(JSON.stringify({ work: 'controllers', peer: 'one', epoch: value })), terminating: false }],
    })
    await epoch(3)
    const held = fixture.server.transport(administrator, () => ({ work: 'controllers', epoch: 3 }))
    await held.send({ method: 'POST', path, body: configMap('fenced') })
    await epoch(4)
    await rejects(held.send({ method: 'POST', path, body: configMap('late') }), (error) =>
      isApiError(409, 'Conflict')(error) && error instanceof Error && error.message.includes('no longer holds the work "controllers" (epoch 3)'))
    await rejects(held.send({ method: 'DELETE', path: `${path}/fenced` }), isApiError(409, 'Conflict'))
    await held.send({ method: 'GET', path: `${path}/fenced` })
  })

  it('without a majority reads answer and say how old they are, writes are refused', async () => {
    fixture.agreed.hasMajority = false
    try {
      const read = await fixture.http('GET', `${path}/frozen`)
      strictEqual(read.status, 200)
      ok(Number(read.headers['x-shoal-revision']) > 0)
      ok(read.headers['x-shoal-revision-age-ms'] !== undefined)
      const missing = await fixture.http('GET', `${path}/nowhere`)
      strictEqual(missing.status, 404)
      ok(Number(missing.headers['x-shoal-revision']) > 0, 'an old copy may not know of it yet')
      const write = await fixture.http('POST', path, { body: JSON.stringify(configMap('no')), headers: { 'content-type': 'application/json' } })
      strictEqual(write.status, 503)
      ok(write.text.includes('no majority of its voters'))
      strictEqual(write.headers['retry-after'], undefined)
      // What the old copy knows nothing of may be there: that is not the cluster's 404, nor its 409.
      const json = { 'content-type': 'application/merge-patch+json' }
      strictEqual((await fixture.http('PATCH', `${path}/nowhere`, { body: '{}', headers: json })).status, 503)
      strictEqual((await fixture.http('PATCH', `${path}/frozen`, { body: JSON.stringify({ metadata: { resourceVersion: '1' } }), headers: json })).status, 503)
      strictEqual((await fixture.http('DELETE', `${path}/nowhere`)).status, 503)
    } finally {
      fixture.agreed.hasMajority = true
    }
    strictEqual((await fixture.http('GET', `${path}/frozen`)).headers['x-shoal-revision'], undefined)
  })

  it('chunks show one revision whatever happens between them', async () => {
    for (const name of ['p1', 'p2', 'p3', 'p4']) await api.send({ method: 'POST', path, body: { ...configMap(name), metadata: { name, labels: { page: 'yes' } } } })
    const first = await list({ limit: '2', labelSelector: 'page=yes' })
    await api.send({ method: 'DELETE', path: `${path}/p3` })
    await api.send({ method: 'POST', path, body: { ...configMap('p3b'), metadata: { name: 'p3b', labels: { page: 'yes' } } } })
    const second = await list({ limit: '9', labelSelector: 'page=yes', continue: first.metadata.continue ?? '' })
    deepStrictEqual([...first.items, ...second.items].map((item) => item.metadata.name), ['p1', 'p2', 'p3', 'p4'])
    strictEqual(second.metadata.resourceVersion, first.metadata.resourceVersion)
  })

  it('a watch from a list sees every change once and in order', async () => {
    const start = await list()
    const ended = new AbortController()
    const seen: string[] = []
    const watching = (async () => {
      for await (const event of api.watch({ method: 'GET', path, query: { resourceVersion: start.metadata.resourceVersion } }, ended.signal)) {
        seen.push(`${event.type} ${event.object.metadata.name} ${event.object.metadata.resourceVersion}`)
        if (event.type === 'DELETED' && event.object.metadata.name === 'w9') return
      }
    })()
    for (let at = 0; at < 10; at++) {
      await api.send({ method: 'POST', path, body: configMap(`w${at}`) })
      await api.send({ method: 'DELETE', path: `${path}/w${at}` })
    }
    await watching
    ended.abort()
    const versions = seen.map((line) => Number(line.split(' ')[2]))
    deepStrictEqual(versions, [...versions].sort((a, b) => a - b))
    strictEqual(new Set(versions).size, 20)
  })

  it('a selector turns entering and leaving into ADDED and DELETED', async () => {
    await api.send({ method: 'POST', path, body: configMap('walker') })
    const start = await list()
    const ended = new AbortController()
    const events: ApiWatchEvent[] = []
    const watching = (async () => {
      for await (const event of api.watch({ method: 'GET', path, query: { resourceVersion: start.metadata.resourceVersion, labelSelector: 'in=yes' } }, ended.signal)) {
        events.push(event)
        if (event.type === 'DELETED') return
      }
    })()
    const label = (value: string | null): Promise<unknown> => api.send({ method: 'PATCH', path: `${path}/walker`, contentType: 'application/merge-patch+json', body: { metadata: { labels: { in: value } } } })
    await label('yes')
    await api.send({ method: 'PATCH', path: `${path}/walker`, contentType: 'application/merge-patch+json', body: { data: { other: '1' } } })
    await label(null)
    await watching
    deepStrictEqual(events.map((event) => event.type), ['ADDED', 'MODIFIED', 'DELETED'])
  })

  it('a watch ends with its signal', async () => {
    const ended = new AbortController()
    const watching = (async () => {
      for await (const _event of api.watch({ method: 'GET', path, query: { resourceVersion: (await list()).metadata.resourceVersion } }, ended.signal));
      return 'ended'
    })()
    setImmediate(() => ended.abort())
    strictEqual(await watching, 'ended')
  })

  it('finalizers hold a deletion; the write that takes the last away ends it', async () => {
    await api.send({ method: 'POST', path, body: { ...configMap('held'), metadata: { name: 'held', finalizers: ['example.com/hold'] } } })
    await api.send({ method: 'DELETE', path: `${path}/held` })
    const held = await api.send({ method: 'GET', path: `${path}/held` })
    ok(JSON.stringify(held).includes('deletionTimestamp'))
    await api.send({ method: 'PATCH', path: `${path}/held`, contentType: 'application/merge-patch+json', body: { metadata: { finalizers: null } } })
    await rejects(api.send({ method: 'GET', path: `${path}/held` }), isApiError(404, 'NotFound'))
  })

  it('a namespace that ends takes nothing new, and goes when it is finalized', async () => {
    await api.send({ method: 'POST', path: '/api/v1/namespaces', body: { metadata: { name: 'ending' } } })
    const gone = await api.send({ method: 'DELETE', path: '/api/v1/namespaces/ending' }) as ApiObject
    await rejects(api.send({ method: 'POST', path: '/api/v1/namespaces/ending/configmaps', body: configMap('late') }), isApiError(403, 'Forbidden'))
    await api.send({ method: 'PUT', path: '/api/v1/namespaces/ending/finalize', body: { ...gone, spec: { finalizers: [] } } })
    await rejects(api.send({ method: 'GET', path: '/api/v1/namespaces/ending' }), isApiError(404, 'NotFound'))
  })

  it('cluster addresses are unique and come back when their Service goes', async () => {
    const services = '/api/v1/namespaces/default/services'
    const service = (name: string, clusterIP?: string): object => ({ metadata: { name }, spec: { ports: [{ port: 80 }], ...(clusterIP === undefined ? {} : { clusterIP }) } })
    await api.send({ method: 'POST', path: services, body: service('one', '10.96.7.7') })
    await rejects(api.send({ method: 'POST', path: services, body: service('two', '10.96.7.7') }), isApiError(422, 'Invalid'))
    await api.send({ method: 'DELETE', path: `${services}/one` })
    await api.send({ method: 'POST', path: services, body: service('two', '10.96.7.7') })
  })

  it('a Pod is bound once', async () => {
    const pods = '/api/v1/namespaces/default/pods'
    await api.send({ method: 'POST', path: pods, body: { metadata: { name: 'bound' }, spec: { containers: [{ name: 'c', image: 'i' }] } } })
    const binding = { apiVersion: 'v1', kind: 'Binding', metadata: { name: 'bound' }, target: { kind: 'Node', name: 'n1' } }
    await api.send({ method: 'POST', path: `${pods}/bound/binding`, body: binding })
    await rejects(api.send({ method: 'POST', path: `${pods}/bound/binding`, body: binding }), isApiError(409, 'Conflict'))
    const bound = JSON.stringify(await api.send({ method: 'GET', path: `${pods}/bound` }))
    ok(bound.includes('"nodeName":"n1"') && bound.includes('PodScheduled'))
    const marked = await api.send({ method: 'DELETE', path: `${pods}/bound` })
    ok(JSON.stringify(marked).includes('"deletionGracePeriodSeconds":30'))
    await api.send({ method: 'DELETE', path: `${pods}/bound`, body: { kind: 'DeleteOptions', apiVersion: 'v1', gracePeriodSeconds: 0 } })
    await rejects(api.send({ method: 'GET', path: `${pods}/bound` }), isApiError(404, 'NotFound'))
  })

  it('a kubelet reads the secrets of its own Pods and no others', async () => {
    const secrets = '/api/v1/namespaces/default/secrets'
    for (const name of ['mine', 'other']) await api.send({ method: 'POST', path: secrets, body: { metadata: { name } } })
    const volumes = [{ name: 'v', secret: { secretName: 'mine' } }]
    await api.send({ method: 'POST', path: '/api/v1/namespaces/default/pods', body: { metadata: { name: 'reader' }, spec: { nodeName: 'n7', containers: [{ name: 'c', image: 'i' }], volumes } } })
    const kubelet = fixture.server.transport({ name: 'system:node:n7', groups: ['system:nodes', 'system:authenticated'] })
    await kubelet.send({ method: 'GET', path: `${secrets}/mine` })
    await kubelet.send({ method: 'GET', path: secrets, query: { fieldSelector: 'metadata.name=mine' } })
    await rejects(kubelet.send({ method: 'GET', path: `${secrets}/other` }), isApiError(403, 'Forbidden'))
    await rejects(kubelet.send({ method: 'GET', path: secrets }), isApiError(403, 'Forbidden'))
    await kubelet.send({ method: 'GET', path: '/api/v1/pods', query: { fieldSelector: 'spec.nodeName=n7' } })
    await rejects(kubelet.send({ method: 'GET', path: '/api/v1/pods' }), isApiError(403, 'Forbidden'))
    const status = { method: 'PATCH' as const, contentType: 'application/merge-patch+json', body: { status: { phase: 'Running' } } }
    await kubelet.send({ ...status, path: '/api/v1/namespaces/default/pods/reader/status' })
    await kubelet.send({ method: 'POST', path: '/api/v1/nodes', body: { metadata: { name: 'n7', labels: { 'kubernetes.io/hostname': 'n7' } } } })
    await rejects(kubelet.send({ method: 'POST', path: '/api/v1/nodes', body: { metadata: { name: 'n8' } } }), isApiError(403, 'Forbidden'))
    await kubelet.send({ method: 'POST', path: '/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases', body: { metadata: { name: 'n7' }, spec: { holderIdentity: 'n7' } } })
    await kubelet.send({ method: 'POST', path: '/api/v1/namespaces/default/events', body: { metadata: { name: 'k' }, involvedObject: { kind: 'Pod', name: 'reader', namespace: 'default' }, reason: 'R' } })
  })

  it('one Event is shown by both of its groups', async () => {
    const events = '/api/v1/namespaces/default/events'
    await api.send({ method: 'POST', path: events, body: { metadata: { name: 'both' }, involvedObject: { kind: 'Pod', name: 'p', namespace: 'default' }, reason: 'Why', message: 'because', type: 'Normal' } })
    const other = JSON.stringify(await api.send({ method: 'GET', path: '/apis/events.k8s.io/v1/namespaces/default/events/both' }))
    ok(other.includes('"note":"because"') && other.includes('"apiVersion":"events.k8s.io/v1"'))
  })
})
