// The data directory: a peer is there whole or not at all, and damage names the file.
import { strict as assert } from 'node:assert'
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DataDirectory } from '../../../node/peer/data-directory.ts'
import { clusterFileDamaged, dataDirectoryEmpty, dataDirectoryTaken } from '../../../node/peer/errors.ts'
import { initCluster } from '../../../node/peer/found.ts'
import { systemClock } from '../../../node/platform/clock.ts'

describe('peer / data directory', () => {
  let root: string
  before(() => { root = mkdtempSync(join(tmpdir(), 'shoal-data-')) })
  after(() => rmSync(root, { recursive: true }))

  it('keeps a founded peer, secrets for its owner only, and refuses to found another (P6)', async () => {
    const directory = new DataDirectory(join(root, 'ant'))
    assert.throws(() => directory.read(), dataDirectoryEmpty.is)
    const made = await initCluster(directory, { name: 'ant', addresses: ['/ip4/192.0.2.1/tcp/7447'], hosts: [], zone: 'east' }, systemClock())
    const read = directory.read()
    assert.equal(read.key.peerId, made.key.peerId)
    assert.deepEqual(read.file, made.file)
    assert.equal(directory.occupant(), 'ant')
    for (const secret of ['peer.key', 'first-transaction.json', 'certificates/node.key', 'certificates/serving.key']) {
      assert.equal(statSync(join(directory.path, secret)).mode & 0o077, 0, secret)
    }
    await assert.rejects(initCluster(directory, { name: 'bee', addresses: [], hosts: [], zone: '' }, systemClock()), dataDirectoryTaken.is)
    directory.firstTransactionDone()
    directory.firstTransactionDone()
    assert.equal(directory.firstTransaction(), undefined)
  })

  it('names a damaged or missing file', async () => {
    const directory = new DataDirectory(join(root, 'bee'))
    await initCluster(directory, { name: 'bee', addresses: [], hosts: [], zone: '' }, systemClock())
    rmSync(join(directory.path, 'certificates/node.key'))
    assert.throws(() => directory.read(), (error: unknown) => clusterFileDamaged.is(error) && error.message.includes('node.key'))
    writeFileSync(join(directory.path, 'cluster.json'), '{"cluster": ')
    assert.throws(() => directory.read(), (error: unknown) => clusterFileDamaged.is(error) && error.message.includes('cluster.json'))
  })
})
