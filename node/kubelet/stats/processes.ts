// Use of processor and memory without control groups: summed over the processes of a container, which are its first process
// and all that descend from it. In a PID namespace of its own that is all of them, since orphans go to the first one.
// Memory that several processes share is counted once for each. Source: proc(5), /proc/pid/stat and /proc/stat.
import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expecting } from '../../platform/failures.ts'
import type { UsageSample } from './usage.ts'

/** The kernel shows times in hundredths of a second on all machines that Node runs on. */
const nanosPerTick = 10_000_000

/** One line of /proc/pid/stat. */
export interface ProcessLine {
  readonly pid: number
  readonly parent: number
  /** Of the process itself and of those of its children that have ended. */
  readonly cpuTicks: number
}

/** Reads a stat line; undefined when it is none. The name in brackets may hold anything, brackets and spaces too. */
export function parseProcess(text: string): ProcessLine | undefined {
  const end = text.lastIndexOf(')')
  const pid = Number.parseInt(text, 10)
  if (end < 0 || Number.isNaN(pid)) return undefined
  const fields = text.slice(end + 2).split(' ').map(Number)
  const [, parent = 0] = fields
  return { pid, parent, cpuTicks: fields.slice(11, 15).reduce((sum, ticks) => sum + ticks, 0) }
}

/** The process and all its descendants. */
export function treeOf(first: number, processes: readonly ProcessLine[]): readonly ProcessLine[] {
  const children = Map.groupBy(processes, (each) => each.parent)
  const tree = processes.filter((each) => each.pid === first)
  // It grows while it is walked: each one's children come behind it.
  for (const each of tree) tree.push(...(children.get(each.pid) ?? []))
  return tree
}

/** Processor time in use since the boot, by the first line of /proc/stat: all but idle and waiting for disks. */
export function parseMachineTicks(text: string): number {
  const [user = 0, nice = 0, system = 0, , , interrupts = 0, soft = 0, stolen = 0] = (/^cpu +(.*)$/m.exec(text)?.[1] ?? '').split(' ').map(Number)
  return user + nice + system + interrupts + soft + stolen
}

const kibibytesOf = (text: string, name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1] ?? 0)

/** A process may end between the list and the look, or while it is looked at. */
const readGone = (path: string): Promise<string> => readFile(path, 'utf8').catch(expecting(['ENOENT', 'ESRCH'], ''))

/** What the containers with these first processes use, by the key of each; those that have ended are left out. */
export async function readProcesses(firsts: ReadonlyMap<string, number>, nowMs: number, proc = '/proc'): Promise<ReadonlyMap<string, UsageSample>> {
  const pids = (await readdir(proc)).filter((name) => /^\d+$/.test(name))
  const texts = await Promise.all(pids.map((pid) => readGone(join(proc, pid, 'stat'))))
  const processes = texts.map(parseProcess).filter((each) => each !== undefined)
  const samples = new Map<string, UsageSample>()
  for (const [key, first] of firsts) {
    const tree = treeOf(first, processes)
    if (tree.length === 0) continue
    const sizes = await Promise.all(tree.map(({ pid }) => readGone(join(proc, String(pid), 'status'))))
    samples.set(key, {
      atMs: nowMs,
      cpuNanos: tree.reduce((sum, each) => sum + each.cpuTicks, 0) * nanosPerTick,
      memoryBytes: sizes.reduce((sum, text) => sum + kibibytesOf(text, 'VmRSS'), 0) * 1024,
    })
  }
  return samples
}

/** What the whole machine uses. */
export async function readMachineUse(nowMs: number, proc = '/proc'): Promise<UsageSample> {
  const [stat, memory] = await Promise.all([readFile(join(proc, 'stat'), 'utf8'), readFile(join(proc, 'meminfo'), 'utf8')])
  return {
    atMs: nowMs,
    cpuNanos: parseMachineTicks(stat) * nanosPerTick,
    memoryBytes: (kibibytesOf(memory, 'MemTotal') - kibibytesOf(memory, 'MemAvailable')) * 1024,
  }
}
