// Processes of a container by their descent: lines of /proc as the kernel writes them, a folder that looks like /proc, and
// this machine's own, with a child that really uses the processor.
import { deepEqual, equal, ok } from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseMachineTicks, parseProcess, processesOf, readMachineUse, readProcesses, treeOf } from '../../../../node/kubelet/stats/processes.ts'
import { eventually } from '../../../support/eventually.ts'

const line = (pid: number, parent: number, ticks: readonly number[], name = 'nginx'): string => `${pid} (${name}) S ${parent} 1 1 0 -1 4194560 100 0 0 0 ${ticks.join(' ')} 20 0 1 0 1000 1000 500 18446744073709551615\n`

describe('kubelet / stats / processes', () => {
  it('reads a line whose name holds brackets and spaces', () => {
    deepEqual(parseProcess(line(7, 1, [10, 5, 2, 3], 'a) S (b')), { pid: 7, parent: 1, cpuTicks: 20 })
    equal(parseProcess(''), undefined)
  })

  it('finds all that descend from a process, and nobody else', () => {
    const of = (pid: number, parent: number): { readonly pid: number; readonly parent: number; readonly cpuTicks: number } => ({ pid, parent, cpuTicks: 1 })
    deepEqual(treeOf([of(2, 1)], [of(1, 0), of(3, 2), of(4, 3), of(5, 1), of(6, 2)]).map((each) => each.pid), [2, 3, 6, 4])
    deepEqual(treeOf([], [of(1, 0)]), [])
  })

  it('counts what was started in a container by exec, but nobody else of a namespace that others share', () => {
    const of = (pid: number, parent: number, namespace: string) => ({ pid, parent, cpuTicks: 1, namespace })
    // 5 is a shim, 20 an exec, 21 its child, 22 in a namespace within.
    const processes = [of(1, 0, 'host'), of(5, 1, 'host'), of(10, 5, 'web'), of(11, 10, 'web'), of(20, 5, 'web'), of(21, 20, 'web'), of(22, 21, 'inner'), of(30, 5, 'other')]
    deepEqual(processesOf(10, processes, new Set(['host'])).map((each) => each.pid), [10, 11, 20, 21, 22])
    deepEqual(processesOf(10, processes, new Set(['host', 'web'])).map((each) => each.pid), [10, 11])
    deepEqual(processesOf(99, processes, new Set()), [])
  })

  it('counts the machine without idle and waiting time', () => {
    equal(parseMachineTicks('cpu  10 1 20 1000 50 2 3 4 5 6\ncpu0 1 1 1 1\n'), 40)
  })

  it('sums times and memory of each container, and leaves out one that has ended', async () => {
    const proc = mkdtempSync(join(tmpdir(), 'shoal-proc-'))
    for (const [pid, parent, ticks] of [[100, 1, [50, 50, 0, 0]], [101, 100, [100, 0, 10, 0]], [200, 1, [1, 0, 0, 0]]] as const) {
      mkdirSync(join(proc, String(pid)))
      writeFileSync(join(proc, String(pid), 'stat'), line(pid, parent, ticks))
      writeFileSync(join(proc, String(pid), 'status'), 'Name:\tnginx\nVmRSS:\t    1000 kB\n')
    }
    // One that ended between the list and the look.
    mkdirSync(join(proc, '300'))
    const samples = await readProcesses(new Map([['web', 100], ['other', 200], ['gone', 300]]), 5, proc)
    deepEqual(Object.fromEntries(samples), { web: { atMs: 5, cpuNanos: 2_100_000_000, memoryBytes: 2_048_000 }, other: { atMs: 5, cpuNanos: 10_000_000, memoryBytes: 1_024_000 } })
    rmSync(proc, { recursive: true })
  })

  it('sees a busy child on this machine', async () => {
    const child = spawn('sh', ['-c', 'while :; do :; done'])
    const { pid = 0 } = child
    const machine = await readMachineUse(1)
    ok(machine.cpuNanos > 0 && machine.memoryBytes > 0)
    try {
      await eventually('processor time of the child', async () => ((await readProcesses(new Map([['busy', pid]]), 1)).get('busy')?.cpuNanos ?? 0) > 0)
    } finally {
      child.kill('SIGKILL')
    }
  })
})
