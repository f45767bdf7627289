// Folders of deleted volumes go on their own peer, and only those; then the volume is let go of.
import { deepEqual, equal } from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLogger } from '../../../../node/base/logger.ts'
import { isToReclaim, Reclaimer } from '../../../../node/kubelet/volumes/reclaimer.ts'
import type { PersistentVolume } from '../../../../node/objects/generated/core-v1.ts'
import { eventually } from '../../../support/eventually.ts'
import { FakeApi } from '../../../support/fake-api.ts'
import { makeVolume, onNode } from '../../../support/volume-fixtures.ts'

const path = '/api/v1/persistentvolumes'
const ending = (name: string, spec: PersistentVolume['spec'] = {}, metadata: PersistentVolume['metadata'] = {}, phase = 'Released'): PersistentVolume =>
  makeVolume(name, { nodeAffinity: onNode('n1'), ...spec }, { deletionTimestamp: '2026-01-01T00:00:00Z', finalizers: ['shoal.dev/local-path'], annotations: { 'pv.kubernetes.io/provisioned-by': 'shoal.dev/local-path' }, ...metadata }, { phase })

describe('kubelet / volumes / reclaimer', () => {
  it('takes those that we made, that are deleted and released, with policy Delete, of this peer', () => {
    deepEqual([
      ending('v'), ending('v', {}, { deletionTimestamp: undefined }), ending('v', {}, {}, 'Bound'), ending('v', { persistentVolumeReclaimPolicy: 'Retain' }),
      ending('v', { nodeAffinity: onNode('n2') }), ending('v', {}, { annotations: {} }), ending('v', {}, { finalizers: [] }),
    ].map((one) => isToReclaim(one, 'n1')), [true, false, false, false, false, false, false])
  })

  it('removes the folder and then its finalizer, now and when a volume is deleted later', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'shoal-reclaim-'))
    const api = new FakeApi()
    const events: string[] = []
    const reclaimer = new Reclaimer({ transport: api, clock: api.clock, logger: silentLogger, recorder: { event: (_, type, reason) => events.push(`${type} ${reason}`) } }, { nodeName: 'n1', volumesDirectory: folder })
    try {
      for (const name of ['first', 'second', 'theirs']) {
        mkdirSync(join(folder, name))
        writeFileSync(join(folder, name, 'file'), 'x')
      }
      api.put(path, ending('first') as never)
      api.put(path, ending('second', {}, { deletionTimestamp: undefined }) as never)
      api.put(path, ending('theirs', { nodeAffinity: onNode('n2') }) as never)
      await reclaimer.start()
      await eventually('the first is gone', () => api.get(`${path}/first`) === undefined)
      api.change(`${path}/second`, (old: PersistentVolume) => ({ ...old, metadata: { ...old.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' } }))
      await eventually('the second is gone', () => api.get(`${path}/second`) === undefined)
      // Somebody else changes the volume between our look and our write.
      mkdirSync(join(folder, 'third'))
      const third = ending('third')
      const patch = api.send.bind(api)
      let isFirst = true
      api.send = (request) => {
        if (request.method === 'PATCH' && isFirst) {
          isFirst = false
          api.change(`${path}/third`, (old: PersistentVolume) => ({ ...old, metadata: { ...old.metadata, labels: { changed: 'yes' } } }))
        }
        return patch(request)
      }
      api.put(path, third as never)
      await eventually('the third is gone', () => api.get(`${path}/third`) === undefined)
      deepEqual(['first', 'second', 'theirs'].map((name) => existsSync(join(folder, name))), [false, false, true])
      equal(events.length, 0)
    } finally {
      await reclaimer.stop()
      rmSync(folder, { recursive: true, force: true })
    }
  })
})
