// Volumes by the command: what is shown, what is asked of the daemon, and that nothing is given up without a yes.
import { deepEqual, equal, match } from 'node:assert/strict'
import type { VolumeSummary } from '../../../../node/base/control.ts'
import { TestCommand } from '../../../support/command.ts'

const summary = (more: Partial<VolumeSummary> = {}): VolumeSummary => ({
  claim: 'default/data-db-1', uid: 'c1', phase: 'Bound', volume: 'pvc-c1', size: '64Mi', storageClass: 'local-path', reclaimPolicy: 'Delete', age: '3d', peer: 'peer-2', peerState: 'gone', pods: [{ name: 'db-1', node: '' }], ...more,
})

describe('cli / verbs / volume', () => {
  let command: TestCommand
  let volumes: readonly VolumeSummary[]
  let asked: unknown[]
  beforeEach(async () => {
    command = new TestCommand()
    volumes = [summary(), summary({ claim: 'default/new', phase: 'Pending', volume: '', size: '1Gi', peer: '', peerState: 'any', pods: [], age: '5s' })]
    asked = []
    await command.serve({
      'GET /volumes': () => Promise.resolve({ volumes }),
      'POST /volumes/abandon': async ({ body }) => {
        asked.push(await body())
        volumes = volumes.map((one) => (one.claim === 'default/data-db-1' ? { ...one, uid: 'c2', phase: 'Pending' } : one))
      },
    })
  })
  afterEach(() => command.end())

  it('list shows where the data lies', async () => {
    deepEqual((await command.ask('volume', 'list')).out, [
      'CLAIM               STATUS    SIZE   CLASS        PEER            USED BY   AGE',
      'default/data-db-1   Bound     64Mi   local-path   peer-2 (gone)   db-1      3d',
      'default/new         Pending   1Gi    local-path   -               -         5s',
    ])
    volumes = []
    deepEqual((await command.ask('volume', 'list')).out, ['There are no claims.'])
  })

  it('abandon says what is lost, and waits for the new claim', async () => {
    const { status, out } = await command.ask('volume', 'abandon', 'default/data-db-1', '--yes')
    equal(status, 0)
    deepEqual(out, [
      'default/data-db-1: 64Mi of class local-path, made 3d ago, on the peer peer-2 (gone); used by db-1.',
      'Given up, everything that was written to it is lost to its Pods: the claim is made anew, empty, on another peer.',
      'Should peer-2 come back, the folder of pvc-c1 is deleted there.',
      'default/data-db-1 is made anew and gets an empty volume where its Pod goes.',
    ])
    deepEqual(asked, [{ claim: 'default/data-db-1', force: false }])
  })

  it('does nothing without a yes, or for what is no claim', async () => {
    const refused = await command.ask('volume', 'abandon', 'default/data-db-1')
    deepEqual([refused.status, asked], [2, []])
    match(refused.err.join('\n'), /a terminal to confirm on, or --yes/)
    match((await command.ask('volume', 'abandon', 'data-db-1', '--yes')).err.join('\n'), /expected <namespace>\/<claim>/)
    deepEqual(asked, [])
  })
})
