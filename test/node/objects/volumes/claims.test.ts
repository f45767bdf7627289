// Which claims a Pod uses: those that it names, and those of its ephemeral volumes, which are named after it.
// Whether one of them makes the Pod unique is tested with pods/unique.ts.
import { deepEqual } from 'node:assert/strict'
import { claimKeysOf, claimsOf } from '../../../../node/objects/volumes/claims.ts'
import type { Pod } from '../../../../node/objects/generated/core-v1.ts'

const pod: Pod = {
  metadata: { name: 'p', namespace: 'n' },
  spec: {
    containers: [],
    volumes: [{ name: 'a', persistentVolumeClaim: { claimName: 'data', readOnly: true } }, { name: 'b', emptyDir: {} }, { name: 'c', ephemeral: { volumeClaimTemplate: { spec: {} } } }],
  },
}

describe('objects / volumes / claims', () => {
  it('finds claims by name and those of ephemeral volumes by the names that they get', () => {
    deepEqual(claimsOf(pod), [
      { volume: 'a', name: 'data', isEphemeral: false, readOnly: true },
      { volume: 'c', name: 'p-c', isEphemeral: true, readOnly: false },
    ])
    deepEqual(claimKeysOf(pod), ['n/data', 'n/p-c'])
  })
})
