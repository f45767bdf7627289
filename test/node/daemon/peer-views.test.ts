// Who sees whom is asked for only while somebody looks, not more often than the limit, and never waited for.
import { equal } from 'node:assert/strict'
import { silentLogger } from '../../../node/base/logger.ts'
import type { ClusterStatus, DoctorReport } from '../../../node/base/control.ts'
import { peerViewsAgeMs } from '../../../node/daemon/limits.ts'
import { PeerViews } from '../../../node/daemon/peer-views.ts'
import { ManualClock } from '../../support/manual-clock.ts'

const status: ClusterStatus = { cluster: 'c', incarnation: 1, term: 1, leader: 'a', revision: 5, featureLevel: 1, removed: false, peers: [], works: [] }
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

describe('daemon / peer views', () => {
  it('the first reader gets the status, the next one the answers', async () => {
    const clock = new ManualClock()
    let asked = 0
    const report: DoctorReport = { findings: [], views: [{ name: 'a', answers: true, sees: ['b'], misses: [] }] }
    const views = new PeerViews({ clock, logger: silentLogger, status: () => status, examine: () => Promise.resolve(report).finally(() => asked++) })
    equal(views.read()['views'], undefined)
    views.read()
    await settled()
    equal(JSON.stringify(views.read()['views']), JSON.stringify(report.views))
    equal(asked, 1)
    clock.advance(peerViewsAgeMs)
    views.read()
    await settled()
    equal(asked, 2)
  })

  it('a failure is not kept: the next reader asks again', async () => {
    let asked = 0
    const views = new PeerViews({ clock: new ManualClock(), logger: silentLogger, status: () => status, examine: () => Promise.reject(new Error(String(++asked))) })
    views.read()
    await settled()
    equal(views.read()['leader'], 'a')
    await settled()
    equal(asked, 2)
  })
})
