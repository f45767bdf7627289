// The verbs of invitations: make one, list them, take one back.
import type { InvitationSummary } from '../../base/control.ts'
import { askDaemon, targetFlags } from '../target.ts'
import { askToken } from './dashboard.ts'
import { table } from '../table.ts'
import { integerFlag, type Verb } from '../verb.ts'

export const tokenCreateVerb: Verb = {
  usage: 'token create',
  summary: 'make an invitation and print it: all that another machine needs to join',
  flags: [['--uses <n>', 'how many machines may join by it (default 1)'], ['--ttl <seconds>', 'how long it is valid (default 86400)'], ['--witness', 'for a witness: log and vote, no state and no Pods'], ['--dashboard', 'not an invitation: a token for signing in to the dashboard (--ttl 600 to 43200, default 3600)'], ...targetFlags],
  examples: ['shoal token create', 'shoal token create --uses 5 --ttl 3600', 'shoal token create --dashboard'],
  run: async (context, _args, flags) => {
    if (flags['dashboard'] === true) {
      context.out((await askToken(context, flags)).token)
      return 0
    }
    const body = { uses: integerFlag(flags, 'uses', 1, 1, 1000), ttlSeconds: integerFlag(flags, 'ttl', 86_400, 1, 31_536_000), role: flags['witness'] === true ? 'witness' : 'peer' }
    const { invitation } = (await askDaemon(context, flags, { method: 'POST', path: '/tokens', body })) as { invitation: string }
    context.out(invitation)
    return 0
  },
}

export const tokenListVerb: Verb = {
  usage: 'token list',
  summary: 'the invitations that still hold',
  flags: targetFlags,
  examples: ['shoal token list'],
  run: async (context, _args, flags) => {
    const tokens = (await askDaemon(context, flags, { path: '/tokens' })) as readonly InvitationSummary[]
    for (const line of table([['ID', 'EXPIRES', 'USES LEFT', 'ROLE'], ...tokens.map((t) => [t.id, t.expires, String(t.usesLeft), t.role])])) context.out(line)
    return 0
  },
}

export const tokenDeleteVerb: Verb = {
  usage: 'token delete <id>',
  summary: 'take an invitation back',
  flags: targetFlags,
  examples: ['shoal token delete 3f2a9c'],
  run: async (context, [id = ''], flags) => {
    await askDaemon(context, flags, { method: 'DELETE', path: `/tokens/${encodeURIComponent(id)}` })
    context.out(`invitation ${id} is void`)
    return 0
  },
}
