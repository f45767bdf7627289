// A peer's key on disk: private, whole, and the same id each time it is read.
import { strict as assert } from 'node:assert'
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { keyDamaged } from '../../../node/identity/errors.ts'
import { createPeerKey, peerPublicKey, readPeerKey, verifyEd25519, writePeerKey } from '../../../node/identity/peer-key.ts'

describe('identity / peer key', () => {
  let directory: string
  before(() => { directory = mkdtempSync(join(tmpdir(), 'shoal-key-')) })
  after(() => rmSync(directory, { recursive: true }))

  it('is read back with its id, by the owner only, and proves the id', async () => {
    const path = join(directory, 'peer.key')
    assert.equal(readPeerKey(path), undefined)
    const key = await createPeerKey()
    writePeerKey(path, key)
    assert.equal(statSync(path).mode & 0o777, 0o600)
    const read = readPeerKey(path)
    assert.equal(read?.peerId, key.peerId)
    const bytes = Buffer.from('batch')
    const publicKey = peerPublicKey(key.peerId)
    assert.ok(publicKey !== undefined && verifyEd25519(publicKey, bytes, key.sign(bytes)))
    assert.equal(peerPublicKey('nobody'), undefined)
  })

  it('says so when the file is damaged', () => {
    const path = join(directory, 'damaged.key')
    writeFileSync(path, 'not a key')
    assert.throws(() => readPeerKey(path), keyDamaged.is)
  })
})
