// The truth about what runs: two of a kind are seen, but not on machines that stand still or have just gone on.
import assert from 'node:assert/strict'
import { Containers, wokenGraceUs } from '../../../sim/loops/containers.ts'

const container = (name: string, uid: string, unique: boolean) => ({ namespace: 'default', name, uid, owner: '', unique })
const machine = (index: number, more: { paused?: boolean; running?: boolean; pausedUntilUs?: number } = {}) => ({ index, running: true, paused: false, pausedUntilUs: 0, ...more })
const nowUs = 10_000_000

describe('sim / loops / containers', () => {
  it('sees two of what must be unique (P24)', () => {
    const containers = new Containers()
    containers.start(0, container('one', 'a', true))
    containers.start(1, container('many', 'b', false))
    containers.start(2, container('many', 'c', false))
    containers.check([machine(0), machine(1), machine(2)], nowUs)
    containers.start(1, container('one', 'd', true))
    assert.throws(() => containers.check([machine(0), machine(1)], nowUs), /one of a kind: default\/one runs on machine 0 and, as d, on machine 1/)
    containers.check([machine(0), machine(1, { paused: true })], nowUs)
    containers.check([machine(0), machine(1, { pausedUntilUs: nowUs - wokenGraceUs + 1 })], nowUs)
    containers.stop(1, 'd')
    containers.check([machine(0), machine(1)], nowUs)
  })
  it('a machine without power runs nothing', () => {
    const containers = new Containers()
    containers.start(0, container('one', 'a', true))
    containers.died(0)
    assert.deepEqual(containers.all([machine(0)]), [])
    assert.equal(containers.started, 1)
  })
})
