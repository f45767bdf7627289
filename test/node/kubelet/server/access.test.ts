// Who may ask the kubelet: peers and administrators, by their certificates.
import { deepEqual } from 'node:assert/strict'
import { isAllowed } from '../../../../node/kubelet/server/access.ts'

describe('kubelet / server / access', () => {
  it('lets peers and administrators in, and nobody else', () => {
    const cases = [{ O: 'system:nodes' }, { O: ['dev', 'system:masters'] }, { O: 'dev' }, {}, undefined]
    deepEqual(cases.map(isAllowed), [true, true, false, false, false])
  })
})
