// Which claims a Pod uses, and which of them have one writer.
import { deepEqual, equal } from 'node:assert/strict'
import { claimKeysOf, claimsOf, isSingleWriter, usesSingleWriterClaim } from '../../../../node/objects/volumes/claims.ts'
import type { PersistentVolumeClaim, Pod } from '../../../../node/objects/generated/core-v1.ts'

const pod: Pod = {
  metadata: { name: 'p', namespace: 'n' },
  spec: {
    containers: [],
    volumes: [{ name: 'a', persistentVolumeClaim: { claimName: 'data', readOnly: true } }, { name: 'b', emptyDir: {} }, { name: 'c', ephemeral: { volumeClaimTemplate: { spec: {} } } }],
  },
}
const claim = (...accessModes: string[]): PersistentVolumeClaim => ({ metadata: { name: 'data' }, spec: { accessModes } })

describe('objects / volumes / claims', () => {
  it('finds claims by name and those of ephemeral volumes by the names that they get', () => {
    deepEqual(claimsOf(pod), [
      { volume: 'a', name: 'data', isEphemeral: false, readOnly: true },
      { volume: 'c', name: 'p-c', isEphemeral: true, readOnly: false },
    ])
    deepEqual(claimKeysOf(pod), ['n/data', 'n/p-c'])
  })

  it('one writer: ReadWriteOnce and ReadWriteOncePod alone, and what is not known', () => {
    deepEqual([claim('ReadWriteOnce'), claim('ReadWriteOncePod'), claim('ReadWriteMany'), claim('ReadWriteOnce', 'ReadOnlyMany')].map(isSingleWriter), [true, true, false, false])
    equal(usesSingleWriterClaim(pod, () => claim('ReadWriteMany')), false)
    equal(usesSingleWriterClaim(pod, (key) => (key === 'n/data' ? claim('ReadWriteMany') : undefined)), true)
    equal(usesSingleWriterClaim({ metadata: {}, spec: { containers: [] } }, () => undefined), false)
  })
})
