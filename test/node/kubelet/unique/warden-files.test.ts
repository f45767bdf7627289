// The warden with real processes: it ends what descends from the shim of a Pod's sandbox when the lease is over, not before,
// spares all others and the shim itself, and starts again to look when something new appears.
import { equal, ok } from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync, chmodSync, copyFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { WardenFiles } from '../../../../node/kubelet/unique/warden-files.ts'
import { systemClock } from '../../../../node/platform/clock.ts'
import { eventually } from '../../../support/eventually.ts'

const script = join(import.meta.dirname, '../../../../node/kubelet/unique/warden.sh')

describe('kubelet / unique / warden files', function () {
  this.timeout(20_000)
  let folder: string
  let files: WardenFiles
  const children: ChildProcess[] = []
  const clock = systemClock()

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'shoal-warden-'))
    files = new WardenFiles(join(folder, 'warden'))
    files.prepare()
    // The name by which the warden knows a shim; bash runs what is given to it as the runtime's shim runs containers.
    copyFileSync('/bin/bash', join(folder, 'containerd-shim-test'))
    chmodSync(join(folder, 'containerd-shim-test'), 0o755)
  })
  afterEach(() => {
    for (const child of children.splice(0)) if (child.pid !== undefined) kill(-child.pid)
    rmSync(folder, { recursive: true, force: true })
  })
  const kill = (group: number): void => {
    try {
      process.kill(group, 'SIGKILL')
    } catch (error) {
      ok(error instanceof Error && 'code' in error && error.code === 'ESRCH')
    }
  }

  const start = (file: string, ...args: readonly string[]): ChildProcess => {
    const child = spawn(file, [...args], { detached: true, stdio: 'ignore' })
    children.push(child)
    return child
  }
  /** A shim with a container in which a process has a child. */
  const shim = async (id: string): Promise<{ readonly shim: number; readonly inside: readonly number[] }> => {
    const pids = join(folder, `${id}.pids`)
    const inner = `bash -c 'sleep 1000 & echo $$ $! > ${pids}; wait' & wait; exec 9<> <(:); read -u 9`
    const child = start(join(folder, 'containerd-shim-test'), '-c', inner, '-namespace', 'k8s.io', '-id', id, '-address', 'none')
    const found = await eventually('the container', () => {
      const text = readText(pids).trim()
      return text === '' ? undefined : text.split(' ').map(Number)
    })
    return { shim: child.pid ?? 0, inside: found }
  }
  const readText = (path: string): string => {
    try {
      return readFileSync(path, 'utf8')
    } catch {
      return ''
    }
  }
  const lives = (pid: number): boolean => /^\d+ \(.*\) [^Z]/.test(readText(`/proc/${pid}/stat`))
  const lease = (forMs: number): void => files.noteLease({ untilMs: clock.bootMs() + forMs, bootId: 'boot', peerId: 'self' })

  it('ends what must be unique after the lease, and nothing else', async () => {
    const [unique, other] = [await shim('aaa'), await shim('bbb')]
    lease(60_000)
    files.notePod('0b7d', ['old', 'aaa'])
    start(script, join(folder, 'warden'))
    await new Promise((resolve) => setTimeout(resolve, 700))
    ok(unique.inside.every(lives), 'not before the end of the lease')
    lease(-1_000)
    await eventually('the end of its processes', () => unique.inside.every((pid) => !lives(pid)), 3_500)
    ok([unique.shim, other.shim, ...other.inside].every(lives))
    const late = await shim('ccc')
    files.notePod('0b7e', ['ccc'])
    await eventually('the end of what came later', () => late.inside.every((pid) => !lives(pid)), 5_000)
    ok(other.inside.every(lives))
  })

  it('without a lease nothing that must be unique may run, and a lease that is renewed saves it', async () => {
    const unique = await shim('aaa')
    lease(60_000)
    files.notePod('0b7d', ['aaa'])
    start(script, join(folder, 'warden'))
    lease(120_000)
    await new Promise((resolve) => setTimeout(resolve, 700))
    ok(unique.inside.every(lives))
    writeFileSync(join(folder, 'warden/lease'), 'nonsense')
    await eventually('the end of its processes', () => unique.inside.every((pid) => !lives(pid)), 3_000)
  })

  it('what is noted can be read again, and is forgotten', () => {
    equal(files.lease(), undefined)
    files.noteLease({ untilMs: 12.7, bootId: 'b', peerId: 'p' })
    equal(JSON.stringify(files.lease()), JSON.stringify({ untilMs: 12, bootId: 'b', peerId: 'p' }))
    files.notePod('u', ['s'])
    equal(files.pods().join(), 'u')
    files.forgetPod('u')
    files.forgetPod('u')
    equal(files.pods().length, 0)
  })
})
