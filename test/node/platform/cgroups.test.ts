// Removing control groups: empty ones only. Needs control groups that can be written.
import { equal } from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { removeCgroup } from '../../../node/platform/cgroups.ts'

describe('platform / control groups', () => {
  const hierarchy = existsSync('/sys/fs/cgroup/pids') ? '/sys/fs/cgroup/pids' : '/sys/fs/cgroup'
  const group = `/shoal-cgroups-test-${process.pid}`

  it('go with what is below them, and only those that are named', async () => {
    mkdirSync(`${hierarchy}${group}/burstable/pod1/container`, { recursive: true })
    mkdirSync(`${hierarchy}${group}/burstable/pod2`, { recursive: true })
    equal(await removeCgroup(`${group}/burstable/pod1`), true)
    equal(existsSync(`${hierarchy}${group}/burstable/pod1`), false)
    equal(existsSync(`${hierarchy}${group}/burstable/pod2`), true)
    equal(await removeCgroup(group), true)
    equal(existsSync(`${hierarchy}${group}`), false)
  })

  it('stay while a process sits in them, and the answer says so', async () => {
    mkdirSync(`${hierarchy}${group}/busy`, { recursive: true })
    const child = spawn('sleep', ['60'])
    try {
      writeFileSync(`${hierarchy}${group}/busy/cgroup.procs`, String(child.pid))
      equal(await removeCgroup(group), false)
      equal(existsSync(`${hierarchy}${group}/busy`), true)
    } finally {
      const ended = once(child, 'exit')
      child.kill('SIGKILL')
      await ended
    }
    equal(await removeCgroup(group), true)
  })

  it('that do not exist are gone', async () => {
    equal(await removeCgroup('/no-such-group/at-all'), true)
  })
})
