// A client's versions may stand still and rise, and each client has its own.
import assert from 'node:assert/strict'
import { VersionChecker } from '../../../sim/checkers/versions.ts'

describe('sim / checkers / versions', () => {
  it('never go back for one client', () => {
    const versions = new VersionChecker()
    versions.saw(1, 5, 'a')
    versions.saw(1, 5, 'b')
    versions.saw(2, 3, 'b')
    assert.throws(() => versions.saw(1, 4, 'c'), /versions never go back: client 1 saw 5, then 4 from c/)
  })
})
