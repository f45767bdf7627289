// What the kernel says in /proc of processes that are not ours to wait for: their children, their command lines, whether they
// have ended. Such a process may end between any two lines: it then has no children and no command line, and has ended.
import { readdirSync, readFileSync } from 'node:fs'

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    // The process ended while we looked.
    return ''
  }
}

function threadsOf(pid: number): readonly string[] {
  try {
    return readdirSync(`/proc/${pid}/task`)
  } catch {
    // The process ended while we looked.
    return []
  }
}

/** Numbers of the processes that this one started and that still live, whichever of its threads did. */
export const childrenOf = (pid: number): readonly number[] =>
  threadsOf(pid).flatMap((thread) => read(`/proc/${pid}/task/${thread}/children`).split(' ').filter((word) => word !== '').map(Number))

/** Its words; a process that ends has none, long before it has ended. */
export const commandLine = (pid: number): readonly string[] => read(`/proc/${pid}/cmdline`).split('\0')

/**
 * True once a process has wholly ended: it is gone, or waits for nothing but its parent. The first process of a PID namespace
 * has not ended until the kernel has killed and reaped all others inside, see pid_namespaces(7).
 */
export function hasEnded(pid: number): boolean {
  const stat = read(`/proc/${pid}/stat`)
  // Its name stands before the state, in brackets, and may hold anything.
  return stat === '' || 'ZX'.includes(stat.charAt(stat.lastIndexOf(')') + 2))
}

/** Sends SIGKILL; that the process has ended by itself meanwhile is no failure. */
export function killProcess(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
  }
}
