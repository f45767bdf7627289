// Process ids as the caller sees them: inside a machine the daemon is number 7 or so, and a kill -9 of that number would hit
// a stranger. The kernel lists all of a process's numbers, outermost first, under NSpid.
import { childrenOf, commandLine } from '../../platform/process-table.ts'
import { machineName } from './layout.ts'
import { yardPid, yardRuns } from './yard-process.ts'

/** Numbers of one machine's first process and of its daemon, in the caller's PID namespace. */
export interface MachinePids {
  readonly machinePid: number
  readonly pid?: number
}

/** Whether the process with this number is a daemon of ours to the caller. */
export function isDaemon(pid: number): boolean {
  const words = commandLine(pid)
  // Options of Node may stand before its script.
  const script = words.findIndex((word) => word.endsWith('/main.ts'))
  return script > 0 && words[script + 1] === 'daemon'
}

const below = (pid: number): readonly number[] => childrenOf(pid).flatMap((child) => [child, ...below(child)])

/** By machine name; empty when nothing of this home runs. */
export async function machinePids(home: string): Promise<ReadonlyMap<string, MachinePids>> {
  const found = new Map<string, MachinePids>()
  const top = yardPid(home)
  if (!yardRuns(home) || top === undefined) return found
  for (const pid of below(top)) {
    const words = commandLine(pid)
    const script = words.find((word) => word.startsWith(`${home}/m`) && word.endsWith('/init.sh'))
    if (script === undefined || words[0] !== 'bash') continue
    const name = machineName(Number(script.slice(home.length + 2, -'/init.sh'.length)))
    if (found.has(name)) continue
    const daemon = below(pid).find(isDaemon)
    found.set(name, { machinePid: pid, ...(daemon === undefined ? {} : { pid: daemon }) })
  }
  return found
}
