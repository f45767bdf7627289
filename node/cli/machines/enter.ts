// A shell on a machine of `shoal up`: all of the machine's namespaces, its first process's view of files, and a home folder of
// its own under the machine's /var/lib. What people type there is what they would type on a real machine.
import { dirname, join } from 'node:path'
import { runProgram } from '../child.ts'
import { notUp } from '../errors.ts'
import type { CliContext } from '../verb.ts'
import { machinePids } from './pids.ts'

/** Inside a machine, where /var/lib is its own. */
const homeFolder = '/var/lib/home'

/** Runs bash on the machine, with this terminal; answers its exit status. Throws SHOAL_NOT_UP when the machine does not run. */
export async function enterMachine(context: CliContext, name: string): Promise<number> {
  const pid = (await machinePids(context.home)).get(name)?.machinePid
  if (pid === undefined) throw notUp.make({ home: `${context.home}/${name}` })
  const user = process.getuid?.() === 0 ? [] : ['-U', '--preserve-credentials']
  const path = `${join(dirname(context.main), '..')}:${context.environment['PATH'] ?? ''}`
  const shell = ['bash', '-c', `mkdir -p ${homeFolder} && cd && exec bash`]
  return runProgram('nsenter', ['-t', String(pid), ...user, '-m', '-p', '-n', '-u', '-i', ...shell], { ...context.environment, HOME: homeFolder, PATH: path })
}
