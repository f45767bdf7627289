// The cache's rule: versions decide, own writes count at once, and nothing that is gone comes back.
// Watch events may arrive after the answers to the writes that caused them, or before.
import assert from 'node:assert/strict'
import { ObjectCache } from '../../../node/client/object-cache.ts'
import type { ApiObject } from '../../../node/client/types.ts'

const object = (name: string, version: number, uid = `uid-${name}`, labels = {}): ApiObject => ({ metadata: { name, namespace: 'n', uid, resourceVersion: String(version), labels } })

describe('client / object cache', () => {
  it('keeps the newer of two versions', () => {
    const cache = new ObjectCache()
    cache.observe(object('a', 5))
    assert.equal(cache.observe(object('a', 4)), undefined)
    assert.equal(cache.observe(object('a', 6))?.kind, 'updated')
    assert.equal(cache.get('n/a')?.metadata.resourceVersion, '6')
  })

  it('counts an own write before the watch shows it, once', () => {
    const cache = new ObjectCache()
    assert.equal(cache.assume(object('a', 3))?.kind, 'added')
    assert.equal(cache.observe(object('a', 3)), undefined)
    assert.equal(cache.size, 1)
  })

  it('does not bring back what was created and deleted before the answer came', () => {
    const cache = new ObjectCache()
    cache.observe(object('a', 3))
    cache.observeDeleted(object('a', 4))
    assert.equal(cache.assume(object('a', 3)), undefined)
    assert.equal(cache.size, 0)
  })

  it('does not bring back an own deletion by events from before it', () => {
    const cache = new ObjectCache()
    cache.observe(object('a', 3))
    assert.equal(cache.assumeDeleted('n/a', 'uid-a')?.kind, 'deleted')
    assert.equal(cache.observe(object('a', 4)), undefined)
    assert.equal(cache.observeDeleted(object('a', 5)), undefined)
    assert.equal(cache.observe(object('a', 6, 'uid-other'))?.kind, 'added')
  })

  it('keeps a new object when the end of its namesake arrives late', () => {
    const cache = new ObjectCache()
    cache.observe(object('a', 3))
    cache.assumeDeleted('n/a', 'uid-a')
    cache.assume(object('a', 6, 'uid-new'))
    assert.equal(cache.observeDeleted(object('a', 5)), undefined)
    assert.equal(cache.get('n/a')?.metadata.uid, 'uid-new')
  })

  it('replaces everything by a list, but keeps own writes that are newer than it', () => {
    const cache = new ObjectCache()
    cache.observe(object('a', 3))
    cache.observe(object('b', 4))
    cache.assume(object('c', 9))
    const changes = cache.replace([object('b', 4), object('d', 6)], 7)
    assert.deepEqual(changes.map((one) => `${one.kind} ${one.object.metadata.name}`).sort(), ['added d', 'deleted a'])
    assert.deepEqual([...cache.keys()].sort(), ['n/b', 'n/c', 'n/d'])
  })

  it('finds objects by index through every change', () => {
    const cache = new ObjectCache()
    cache.observe(object('a', 1, 'u', { app: 'x' }))
    cache.addIndex('app', (one) => [one.metadata.labels?.['app'] ?? 'none'])
    cache.observe(object('b', 2, 'v', { app: 'x' }))
    assert.equal(cache.byIndex('app', 'x').length, 2)
    cache.observe(object('b', 3, 'v', { app: 'y' }))
    assert.deepEqual(cache.byIndex('app', 'x').map((one) => one.metadata.name), ['a'])
    cache.observeDeleted(object('a', 4, 'u'))
    assert.equal(cache.byIndex('app', 'x').length, 0)
    assert.equal(cache.byIndex('app', 'y').length, 1)
  })
})
