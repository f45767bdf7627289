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
 * has not ended until the kernel has killed and reaped all others inside, see pid_namespaces(7); that is the work of the last of
 * its threads to end, and the process shows as a zombie from the moment its first thread ends.
 */
export function hasEnded(pid: number): boolean {
  const stat = read(`/proc/${pid}/stat`)
  if (stat === '') return true
  // Its name, the second field, stands in brackets and may hold anything. Field 3 is the state, field 20 the number of threads.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return 'ZX'.includes(fields[0] ?? '') && Number(fields[17]) <= 1
}

/** Sends SIGKILL; that the process has ended by itself meanwhile is no failure. */
export function killProcess(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
  }
}
