// Which daemon a verb speaks to: the one named by --data-dir, one of `shoal up`, or the one of this machine.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type ControlRequest, controlRequest } from './control-client.ts'
import { daemonUnreachable } from './errors.ts'
import { machineLayout } from './machines/layout.ts'
import { readYardConfig, yardRuns } from './machines/yard-process.ts'
import type { CliContext, Flags } from './verb.ts'

/** Flags of every verb that speaks to a daemon. */
export const targetFlags = [
  ['--data-dir <folder>', 'of the daemon to ask (default: that of `shoal up` when it runs, else /var/lib/shoal)'],
  ['--home <folder>', 'of `shoal up`'],
  ['--peer <n>', 'which peer of `shoal up` to ask (default: the first that answers)'],
] as const

/** Sockets to try, best first. */
export function sockets(context: CliContext, flags: Flags): readonly string[] {
  const dataDirectory = flags['data-dir']
  if (typeof dataDirectory === 'string') return [join(dataDirectory, 'shoal.sock')]
  const config = readYardConfig(context.home)
  if (config !== undefined && yardRuns(context.home)) {
    const numbers = typeof flags['peer'] === 'string' ? [Number(flags['peer'])] : Array.from({ length: config.peers }, (_, i) => i + 1)
    return numbers.map((number) => machineLayout(config.home, config.subnet, number).socket)
  }
  return ['/var/lib/shoal/shoal.sock']
}

/** Asks the first daemon that answers. A refusal is an answer. */
export async function askDaemon(context: CliContext, flags: Flags, request: ControlRequest): Promise<unknown> {
  const all = sockets(context, flags)
  let failure: unknown
  for (const socket of all) {
    if (!existsSync(socket)) continue
    try {
      return await controlRequest(socket, { timeoutMs: 30_000, ...request })
    } catch (error) {
      if (!daemonUnreachable.is(error)) throw error
      failure = error
    }
  }
  throw failure ?? daemonUnreachable.make({ socket: all.join(', '), reason: 'there is no such socket' })
}
