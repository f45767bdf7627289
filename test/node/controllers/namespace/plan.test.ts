// The conditions of a namespace on its way out, as people see them in `kubectl describe namespace`.
// Emptying itself is tested on the fake API with the manager.
import assert from 'node:assert/strict'
import { planConditions } from '../../../../node/controllers/namespace/plan.ts'

const nothing = { discoveryError: undefined, contentErrors: [], remainders: [] }

describe('controllers / namespace / plan', () => {
  it('says what remains and which finalizers are waited for', () => {
    const conditions = planConditions(undefined, { ...nothing, remainders: [{ resource: 'pods', objects: 2, finalizers: new Map([['x/y', 1]]) }, { resource: 'secrets', objects: 0, finalizers: new Map() }] }, 0)
    const message = (type: string) => conditions?.find((one) => one.type === type && one.status === 'True')?.message
    assert.equal(message('NamespaceContentRemaining'), 'Some resources are remaining: pods has 2 resource instances')
    assert.equal(message('NamespaceFinalizersRemaining'), 'Some content in the namespace has finalizers remaining: x/y in 1 resource instances')
    assert.equal(message('NamespaceDeletionContentFailure'), undefined)
  })

  it('changes nothing when nothing changed, and keeps foreign conditions', () => {
    const first = planConditions([{ type: 'Mine', status: 'True' }], nothing, 0)
    assert.equal(first?.length, 6)
    assert.equal(planConditions(first, nothing, 99_000), undefined)
  })
})
