// Who hears of a child's change: its controller, else those that might adopt it, now or before the change.
import { deepEqual } from 'node:assert/strict'
import { silentLogger } from '../../../node/base/logger.ts'
import { createClient } from '../../../node/client/client.ts'
import { Informers } from '../../../node/client/informers.ts'
import { pods, replicaSets } from '../../../node/client/resource-types.ts'
import { ownerKeys, watchChildren } from '../../../node/controllers/owner-keys.ts'
import type { ReplicaSet } from '../../../node/objects/generated/apps-v1.ts'
import type { Pod } from '../../../node/objects/generated/core-v1.ts'
import { FakeApi, settle } from '../../support/fake-api.ts'

const setsPath = '/apis/apps/v1/namespaces/default/replicasets'
const podsPath = '/api/v1/namespaces/default/pods'
const set = (name: string, selector: NonNullable<ReplicaSet['spec']>['selector'], namespace = 'default'): ReplicaSet => ({ metadata: { name, namespace }, spec: { selector } })
const pod = (name: string, labels: { [key: string]: string } | undefined, owner?: { kind: string; name: string }): Pod => ({
  metadata: {
    name, namespace: 'default', labels,
    ...(owner === undefined ? {} : { ownerReferences: [{ apiVersion: 'apps/v1', uid: 'u', controller: true, ...owner }] }),
  },
})

describe('controllers / owner keys', () => {
  let api: FakeApi
  let informers: Informers
  beforeEach(async () => {
    api = new FakeApi()
    informers = new Informers({ client: createClient(api), clock: api.clock, logger: silentLogger })
    informers.of(replicaSets)
    informers.of(pods)
    api.put(setsPath, set('web', { matchLabels: { app: 'web' } }))
    api.put(setsPath, set('unlabelled', { matchExpressions: [{ key: 'app', operator: 'DoesNotExist' }] }))
    api.put('/apis/apps/v1/namespaces/other/replicasets', set('web', { matchLabels: { app: 'web' } }, 'other'))
    informers.start()
    await informers.whenSynced()
  })
  afterEach(() => informers.stop())
  const keysOf = (child: Pod): readonly string[] => ownerKeys('ReplicaSet', informers.of(replicaSets), child)

  it('a child with a controller is that one\'s, whatever its labels', () => {
    deepEqual(keysOf(pod('a', { app: 'web' }, { kind: 'ReplicaSet', name: 'gone' })), ['default/gone'])
    deepEqual(keysOf(pod('a', { app: 'web' }, { kind: 'Job', name: 'web' })), [])
  })

  it('an orphan may be adopted by those of its namespace that select it, also without labels', () => {
    deepEqual(keysOf(pod('a', { app: 'web' })), ['default/web'])
    deepEqual(keysOf(pod('a', undefined)), ['default/unlabelled'])
    deepEqual(ownerKeys('ReplicaSet', informers.of(replicaSets), pod('a', { app: 'web' }), () => false), [])
  })

  it('a change is told to the owners of before and of now', async () => {
    const added: string[] = []
    const end = watchChildren(informers.of(pods), { add: (key) => { added.push(key) }, addAfter: () => undefined }, keysOf)
    api.put(podsPath, pod('a', { app: 'web' }))
    await settle()
    api.change(`${podsPath}/a`, (old: Pod) => ({ ...old, metadata: { ...old.metadata, labels: {} } }))
    await settle()
    deepEqual(added, ['default/web', 'default/unlabelled', 'default/web'])
    end()
  })
})
