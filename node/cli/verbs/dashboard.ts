// The verb that opens the dashboard: it has the daemon make a token, and puts it behind the `#` of the address, which browsers
// send to nobody. The page exchanges it for a session at once and takes it out of the address. Away from the peers it shows a
// kubeconfig's certificate to the API and gets a code instead, which holds once and for a minute: the session has that user's rights.
import { existsSync } from 'node:fs'
import { spawn } from 'node:child_process'
import { httpTransport } from '../../client/http-transport.ts'
import { badKubeconfig } from '../errors.ts'
import { readKubeconfig } from '../kubeconfig.ts'
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

/** An address that signs in, and until when the session lasts. */
interface Door {
  readonly url: string
  readonly expires: string
}

async function byDaemon(context: CliContext, flags: Flags): Promise<Door> {
  const { token, expires, address } = await askToken(context, flags)
  return { url: `${addressOf(context, flags, address)}/dashboard/#token=${token}`, expires }
}

/** By a certificate for a code, or by the token that the file has. */
async function byKubeconfig(file: string, flags: Flags): Promise<Door> {
  const ttlSeconds = integerFlag(flags, 'ttl', dashboardLife.defaultSeconds, dashboardLife.leastSeconds, dashboardLife.mostSeconds)
  const { server, ca, certificate, key, token } = await readKubeconfig(file)
  const address = typeof flags['server'] === 'string' ? flags['server'].replace(/\/+$/, '') : server
  if (token !== undefined) return { url: `${address}/dashboard/#token=${token}`, expires: 'the end of its token' }
  if (certificate === undefined || key === undefined) throw badKubeconfig.make({ file, reason: 'its user has neither a client certificate nor a token' })
  const transport = httpTransport({ servers: [address], ca, certificate, key })
  try {
    const { code, expires } = (await transport.send({ method: 'POST', path: '/dashboard/code', body: { ttlSeconds } })) as { readonly code: string; readonly expires: string }
    return { url: `${address}/dashboard/#code=${code}`, expires }
  } finally {
    await transport.close()
  }
}

export const dashboardVerb: Verb = {
  usage: 'dashboard',
  summary: 'print the address of the dashboard, already signed in, and open it',
  flags: [['--ttl <seconds>', 'how long the session lasts (default 3600)'], ['--server <url>', 'the API\'s address as your browser reaches it (default: this peer)'], ['--no-open', 'only print the address'], ['--kubeconfig <file>', 'sign in as the user of this kubeconfig, from any machine (without it: as administrator, on a peer)'], ...targetFlags],
  examples: ['shoal dashboard', 'shoal dashboard --server https://peer-2.example:6443 --no-open', 'shoal dashboard --kubeconfig ~/.kube/config'],
  run: async (context, _args, flags) => {
    const { url, expires } = typeof flags['kubeconfig'] === 'string' ? await byKubeconfig(flags['kubeconfig'], flags) : await byDaemon(context, flags)
    context.out(url)
    context.err(`the session is valid until ${expires}; the browser does not know the cluster's authority and asks once whether to go on`)
    if (flags['open'] !== false && context.environment['DISPLAY'] !== undefined && existsSync('/usr/bin/xdg-open')) {
      spawn('/usr/bin/xdg-open', [url], { stdio: 'ignore', detached: true }).on('error', (error) => context.err(`no browser was opened: ${error.message}`)).unref()
    }
    return 0
  },
}
