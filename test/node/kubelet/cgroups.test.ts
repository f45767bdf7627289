// Removing control groups: empty ones only. Needs control groups that can be written.
import { equal } from 'node:assert/strict'
import { existsSync, mkdirSync } from 'node:fs'
import { removeCgroup, removeCgroups } from '../../../node/kubelet/cgroups.ts'

describe('kubelet / control groups', () => {
  const hierarchy = existsSync('/sys/fs/cgroup/pids') ? '/sys/fs/cgroup/pids' : '/sys/fs/cgroup'
  const group = `/shoal-cgroups-test-${process.pid}`
  it('go with what is below them', async () => {
    mkdirSync(`${hierarchy}${group}/burstable/pod1/container`, { recursive: true })
    mkdirSync(`${hierarchy}${group}/burstable/pod2`, { recursive: true })
    await removeCgroups(group, '1')
    equal(existsSync(`${hierarchy}${group}/burstable/pod1`), false)
    equal(existsSync(`${hierarchy}${group}/burstable/pod2`), true)
    await removeCgroup(group)
    equal(existsSync(`${hierarchy}${group}`), false)
  })
})
