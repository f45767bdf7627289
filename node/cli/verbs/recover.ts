// The verb for a cluster that lost its majority for good: shows what the survivors hold and what may be lost, asks, and has
// the most advanced of them go on alone. Also how a peer that went on apart gives that up.
import { existsSync } from 'node:fs'
import type { ClusterStatus, RecoveryPreview } from '../../base/control.ts'
import { confirmed } from '../confirming.ts'
import { controlRequest } from '../control-client.ts'
import { daemonUnreachable, keysWouldBeLost, notReady, requestRefused } from '../errors.ts'
import { poll } from '../polling.ts'
import { table } from '../table.ts'
import { askDaemon, sockets, targetFlags } from '../target.ts'
import type { CliContext, Flags, Verb } from '../verb.ts'

/** Asking all others takes as long as dialling the dead ones. */
const surveyTimeoutMs = 60_000
/** A daemon that its supervisor starts again is back within this time. */
const backTimeoutMs = 60_000
const pollMs = 300

/** The preview in words. */
export function describePreview(preview: RecoveryPreview): readonly string[] {
  const { chosen, survivors, missing, ahead, keysLost, keyHolders } = preview
  const newest = survivors.find(({ name }) => name === chosen)
  const rows = survivors.map((s) => [s.name, s.role, String(s.term), String(s.lastIndex), String(s.agreedIndex), s.newest, `${Math.round(s.ageMs / 1000)} s ago`])
  return [
    'Survivors, the most advanced first:',
    ...table([['PEER', 'ROLE', 'TERM', 'LAST ENTRY', 'AGREED', 'WRITTEN', ''], ...rows]),
    '',
    `Missing: ${missing.map(({ name, voter }) => (voter ? `${name} (voter)` : name)).join(', ') || 'none'}`,
    `${chosen} would go on alone, with everything up to entry ${newest?.lastIndex ?? 0}.`,
    `May be lost: what the missing voters acknowledged after ${newest?.newest ?? 'that'}.`,
    ...(ahead.length === 0 ? [] : [`Lost for certain if they were acknowledged: newer entries of ${ahead.join(', ')}, a witness without state.`]),
    ...(keysLost ? ["Lost too: the cluster's keys, which only voters can open. What runs goes on; no machine can join, no certificate and no token is signed any more."] : []),
    ...(keysLost && keyHolders.length > 0 ? [`The disk of ${keyHolders.join(' or ')} would save them, in any machine. Without it --alone needs --without-keys.`] : []),
    'Missing peers that come back follow the new incarnation; what only they hold is set aside on their disks.',
    'Do this only when the missing machines cannot come back: if they still agree among themselves, there are two clusters afterwards.',
  ]
}

/** Waits until a daemon answers that has left the incarnation `before`. */
async function waitForIncarnation(context: CliContext, flags: Flags, before: number): Promise<number> {
  const incarnation = await poll(async () => {
    for (const socket of sockets(context, flags).filter((path) => existsSync(path))) {
      try {
        const status = (await controlRequest(socket, { path: '/status', timeoutMs: 2_000 })) as ClusterStatus
        if (status.incarnation !== before && status.leader !== '') return status.incarnation
      } catch (error) {
        // It ends, starts, or has no state yet.
        if (!daemonUnreachable.is(error) && !requestRefused.is(error)) throw error
      }
    }
    return undefined
  }, { everyMs: pollMs, timeoutMs: backTimeoutMs })
  if (incarnation !== undefined) return incarnation
  throw notReady.make({ what: 'no daemon of the new incarnation answered', seconds: backTimeoutMs / 1000, hint: 'without a supervisor it has to be started by hand: shoal daemon' })
}

export const recoverVerb: Verb = {
  usage: 'recover',
  summary: 'a majority of the voters is lost for good: the most advanced survivor goes on alone',
  flags: [
    ['--alone', 'show what may be lost, ask, and begin a new incarnation of the cluster'],
    ['--rejoin', 'this peer agreed apart from the recovered cluster: give that up and take its newer incarnation'],
    ['--without-keys', 'go on although no survivor can open the keys that the cluster signs by'],
    ['--yes', 'do not ask'],
    ...targetFlags,
  ],
  examples: ['shoal recover', 'shoal recover --alone', 'shoal recover --rejoin'],
  run: async (context, _args, flags) => {
    if (flags['rejoin'] === true) {
      await askDaemon(context, flags, { method: 'POST', path: '/rejoin' })
      context.out('this peer takes the newer incarnation; what it held stays beside it on its disk')
      return 0
    }
    const preview = (await askDaemon(context, flags, { path: '/recovery', timeoutMs: surveyTimeoutMs })) as RecoveryPreview
    for (const line of describePreview(preview)) context.out(line)
    if (flags['alone'] !== true) {
      context.out('Nothing was done. To go on: shoal recover --alone')
      return 0
    }
    if (preview.keysLost && flags['without-keys'] !== true) throw keysWouldBeLost.make({ chosen: preview.chosen, holders: preview.keyHolders })
    if (!(await confirmed(flags, 'recover --alone', preview.chosen))) {
      context.out('Nothing was done.')
      return 1
    }
    await askDaemon(context, flags, { method: 'POST', path: '/recovery', body: { incarnation: preview.incarnation }, timeoutMs: surveyTimeoutMs })
    const incarnation = await waitForIncarnation(context, flags, preview.incarnation)
    context.out(`${preview.chosen} went on alone: incarnation ${incarnation}. Peers that come back fetch its state; remove the lost ones with \`shoal peer remove\`.`)
    return 0
  },
}
