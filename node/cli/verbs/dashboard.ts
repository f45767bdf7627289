// The verb that opens the dashboard: it has the daemon make a token, and puts it behind the `#` of the address, which browsers
// send to nobody. The page exchanges it for a session at once and takes it out of the address.
import { existsSync } from 'node:fs'
import { spawn } from 'node:child_process'
import { readYardConfig, yardRuns } from '../machines/yard-process.ts'
import { askDaemon, targetFlags } from '../target.ts'
import { integerFlag, type CliContext, type Flags, type Verb } from '../verb.ts'

/** What the daemon answers when a token for the dashboard is asked for. */
export interface DashboardToken {
  readonly token: string
  readonly expires: string
  /** Base address of the asked peer's API. */
  readonly address: string
}

/** Longest and default life of a token for the dashboard. */
export const dashboardLife = { defaultSeconds: 3_600, leastSeconds: 600, mostSeconds: 43_200 } as const

export function askToken(context: CliContext, flags: Flags): Promise<DashboardToken> {
  const ttlSeconds = integerFlag(flags, 'ttl', dashboardLife.defaultSeconds, dashboardLife.leastSeconds, dashboardLife.mostSeconds)
  return askDaemon(context, flags, { method: 'POST', path: '/dashboard-token', body: { ttlSeconds } }) as Promise<DashboardToken>
}

/** Machines of `shoal up` are reached through the relay on loopback; others as they say. */
function addressOf(context: CliContext, flags: Flags, answered: string): string {
  if (typeof flags['server'] === 'string') return flags['server'].replace(/\/+$/, '')
  const config = typeof flags['data-dir'] === 'string' || !yardRuns(context.home) ? undefined : readYardConfig(context.home)
  return config === undefined ? answered : `https://127.0.0.1:${config.apiPort}`
}

export const dashboardVerb: Verb = {
  usage: 'dashboard',
  summary: 'print the address of the dashboard, already signed in, and open it',
  flags: [['--ttl <seconds>', 'how long the session lasts (default 3600)'], ['--server <url>', 'the API\'s address as your browser reaches it (default: this peer)'], ['--no-open', 'only print the address'], ...targetFlags],
  examples: ['shoal dashboard', 'shoal dashboard --server https://peer-2.example:6443 --no-open'],
  run: async (context, _args, flags) => {
    const { token, expires, address } = await askToken(context, flags)
    const url = `${addressOf(context, flags, address)}/dashboard/#token=${token}`
    context.out(url)
    context.err(`valid until ${expires}; the browser does not know the cluster's authority and asks once whether to go on`)
    if (flags['open'] !== false && context.environment['DISPLAY'] !== undefined && existsSync('/usr/bin/xdg-open')) {
      spawn('/usr/bin/xdg-open', [url], { stdio: 'ignore', detached: true }).on('error', (error) => context.err(`no browser was opened: ${error.message}`)).unref()
    }
    return 0
  },
}
