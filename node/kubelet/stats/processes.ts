// Use of processor and memory without control groups: summed over the processes of a container. These are all that are in its
// PID namespace, those that `kubectl exec` started too, which descend from the runtime; where a namespace is shared, with
// other containers or the machine, the first process and all that descend from it. Memory that several processes share is
// counted once for each. Source: proc(5), /proc/pid/stat and /proc/stat; pid_namespaces(7).
import { readFile, readdir, readlink } from 'node:fs/promises'
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

/** A process and the PID namespace that it is in; '' when it has ended or is not ours to look at, so in none of our containers. */
export interface Process extends ProcessLine {
  readonly namespace: string
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

/** These processes and all their descendants, each once. */
export function treeOf<Line extends ProcessLine>(roots: readonly Line[], processes: readonly Line[]): readonly Line[] {
  const children = Map.groupBy(processes, (each) => each.parent)
  const tree = new Set(roots)
  // It grows while it is walked: each one's children come behind it.
  for (const each of tree) for (const child of children.get(each.pid) ?? []) tree.add(child)
  return [...tree]
}

/** The processes of the container whose first one this is; `shared` are namespaces that others are in as well. */
export function processesOf(first: number, processes: readonly Process[], shared: ReadonlySet<string>): readonly Process[] {
  const root = processes.find((each) => each.pid === first)
  if (root === undefined) return []
  const own = root.namespace !== '' && !shared.has(root.namespace)
  return treeOf(own ? processes.filter((each) => each.namespace === root.namespace) : [root], processes)
}

/** Processor time in use since the boot, by the first line of /proc/stat: all but idle and waiting for disks. */
export function parseMachineTicks(text: string): number {
  const [user = 0, nice = 0, system = 0, , , interrupts = 0, soft = 0, stolen = 0] = (/^cpu +(.*)$/m.exec(text)?.[1] ?? '').split(' ').map(Number)
  return user + nice + system + interrupts + soft + stolen
}

const kibibytesOf = (text: string, name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1] ?? 0)

/** A process may end between the list and the look, or while it is looked at. */
const readGone = (path: string): Promise<string> => readFile(path, 'utf8').catch(expecting(['ENOENT', 'ESRCH'], ''))

const namespaceOf = (proc: string, pid: string): Promise<string> => readlink(join(proc, pid, 'ns/pid')).catch(expecting(['ENOENT', 'ESRCH', 'EACCES'], ''))

async function readAll(proc: string): Promise<readonly Process[]> {
  const pids = (await readdir(proc)).filter((name) => /^\d+$/.test(name))
  const read = await Promise.all(
    pids.map(async (pid) => {
      const [text, namespace] = await Promise.all([readGone(join(proc, pid, 'stat')), namespaceOf(proc, pid)])
      const line = parseProcess(text)
      return line === undefined ? undefined : { ...line, namespace }
    }),
  )
  return read.filter((each) => each !== undefined)
}

/** What the containers with these first processes use, by the key of each; those that have ended are left out. */
export async function readProcesses(firsts: ReadonlyMap<string, number>, nowMs: number, proc = '/proc'): Promise<ReadonlyMap<string, UsageSample>> {
  const processes = await readAll(proc)
  const byNamespace = Map.groupBy(processes.filter(({ pid }) => [...firsts.values()].includes(pid)), ({ namespace }) => namespace)
  const shared = new Set([...byNamespace].filter(([, members]) => members.length > 1).map(([namespace]) => namespace))
  shared.add(await namespaceOf(proc, 'self'))
  const samples = new Map<string, UsageSample>()
  for (const [key, first] of firsts) {
    const members = processesOf(first, processes, shared)
    if (members.length === 0) continue
    const sizes = await Promise.all(members.map(({ pid }) => readGone(join(proc, String(pid), 'status'))))
    samples.set(key, {
      atMs: nowMs,
      cpuNanos: members.reduce((sum, each) => sum + each.cpuTicks, 0) * nanosPerTick,
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
