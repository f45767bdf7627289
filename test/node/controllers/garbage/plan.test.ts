// Ownership decisions as a table. Source: Kubernetes concepts, Garbage Collection.
// The loops around them are tested on the fake API with the manager.
import assert from 'node:assert/strict'
import type { ObjectMeta } from '../../../../node/objects/generated/meta-v1.ts'
import { type Dependent, type GarbageStep, type OwnerState, planGarbage } from '../../../../node/controllers/garbage/plan.ts'

const owner = (uid: string, state: OwnerState) => ({ reference: { apiVersion: 'v1', kind: 'X', name: uid, uid }, state })
const dependent = (blockOwnerDeletion: boolean): Dependent => ({ key: 'd', metadata: { ownerReferences: [{ apiVersion: 'v1', kind: 'X', name: 'me', uid: 'me', blockOwnerDeletion }] } })
const ending = (finalizer: string): ObjectMeta => ({ uid: 'me', deletionTimestamp: 'then', finalizers: [finalizer] })

describe('controllers / garbage / plan', () => {
  const table: readonly (readonly [string, ObjectMeta, readonly ReturnType<typeof owner>[], readonly Dependent[], GarbageStep])[] = [
    ['leaves what has no owner', { uid: 'me' }, [], [], { kind: 'none' }],
    ['leaves what has its owner', { uid: 'me' }, [owner('a', 'present')], [], { kind: 'none' }],
    ['deletes what lost all owners', { uid: 'me' }, [owner('a', 'absent'), owner('b', 'absent')], [], { kind: 'delete', policy: 'Background' }],
    ['concludes nothing from an unknown kind', { uid: 'me' }, [owner('a', 'unknown')], [], { kind: 'none' }],
    ['drops references to lost owners beside a present one', { uid: 'me' }, [owner('a', 'absent'), owner('b', 'present')], [], { kind: 'disown', uids: ['a'] }],
    ['follows an owner that waits', { uid: 'me' }, [owner('a', 'waiting')], [], { kind: 'delete', policy: 'Background' }],
    ['follows in the foreground when it has dependents itself', { uid: 'me' }, [owner('a', 'waiting')], [dependent(true)], { kind: 'delete', policy: 'Foreground' }],
    ['keeps a wish to orphan', { uid: 'me', finalizers: ['orphan'] }, [owner('a', 'absent')], [], { kind: 'delete', policy: 'Orphan' }],
    ['waits in the foreground for blocking dependents', ending('foregroundDeletion'), [], [dependent(true)], { kind: 'visit', keys: ['d'] }],
    ['does not wait for the others', ending('foregroundDeletion'), [], [dependent(false)], { kind: 'removeFinalizer', finalizer: 'foregroundDeletion' }],
    ['lets dependents go when orphaning', ending('orphan'), [], [], { kind: 'orphan', dependents: [] }],
    ['leaves other finalizers to others', ending('example.com/x'), [owner('a', 'absent')], [], { kind: 'none' }],
  ]
  for (const [title, metadata, owners, dependents, expected] of table) {
    it(title, () => assert.deepEqual(planGarbage({ metadata, owners, dependents }), expected))
  }
})
