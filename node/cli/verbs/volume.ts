// The verbs about volumes: which claims have their data where, and giving up a volume whose peer is gone for good, so that the
// claim is made anew, empty, elsewhere. It shows what is lost and asks; the cluster's controllers do it.
import type { VolumeSummary } from '../../base/control.ts'
import { confirmed } from '../confirming.ts'
import { badArgument, requestRefused } from '../errors.ts'
import { pollUntil } from '../polling.ts'
import { table } from '../table.ts'
import { askDaemon, targetFlags } from '../target.ts'
import type { CliContext, Flags, Verb } from '../verb.ts'

const remakeWaitMs = 30_000
const pollMs = 500

const states: { readonly [state in VolumeSummary['peerState']]: string } = { alive: '', gone: ' (gone)', removed: ' (removed)', any: '' }

/** The list in words. */
export function describeVolumes(volumes: readonly VolumeSummary[]): readonly string[] {
  if (volumes.length === 0) return ['There are no claims.']
  const rows = volumes.map((one) => [one.claim, one.phase, one.size, one.storageClass || '-', one.peer === '' ? '-' : `${one.peer}${states[one.peerState]}`, one.pods.map((pod) => pod.name).join(',') || '-', one.age])
  return table([['CLAIM', 'STATUS', 'SIZE', 'CLASS', 'PEER', 'USED BY', 'AGE'], ...rows])
}

/** What is lost when the volume is given up. */
export function describeLoss(volume: VolumeSummary): readonly string[] {
  const users = volume.pods.map((pod) => pod.name).join(', ')
  return [
    `${volume.claim}: ${volume.size} of class ${volume.storageClass || '-'}, made ${volume.age} ago, on the peer ${volume.peer}${states[volume.peerState]}; used by ${users || 'no Pod'}.`,
    `Given up, everything that was written to it is lost to its Pods: the claim is made anew, empty, on another peer.`,
    volume.reclaimPolicy === 'Delete'
      ? `Should ${volume.peer} come back, the folder of ${volume.volume} is deleted there.`
      : `Should ${volume.peer} come back, the folder stays there, and ${volume.volume} as Released.`,
  ]
}

async function volumesOf(context: CliContext, flags: Flags): Promise<readonly VolumeSummary[]> {
  return (await askDaemon(context, flags, { path: '/volumes' }) as { readonly volumes: readonly VolumeSummary[] }).volumes
}

/** Waits until the claim is another one; answers whether it is. */
function remade(context: CliContext, flags: Flags, before: VolumeSummary): Promise<boolean> {
  return pollUntil(async () => {
    const now = (await volumesOf(context, flags)).find((one) => one.claim === before.claim)
    return now !== undefined && now.uid !== before.uid
  }, { everyMs: pollMs, timeoutMs: remakeWaitMs })
}

export const volumeListVerb: Verb = {
  usage: 'volume list',
  summary: 'claims, and the peers that have their data',
  flags: [...targetFlags],
  examples: ['shoal volume list'],
  run: async (context, _args, flags) => {
    for (const line of describeVolumes(await volumesOf(context, flags))) context.out(line)
    return 0
  },
}

export const volumeAbandonVerb: Verb = {
  usage: 'volume abandon <claim>',
  summary: 'give up the data of a claim whose peer is gone for good; it begins empty elsewhere',
  flags: [['--yes', 'do not ask'], ['--force', 'though its peer is alive'], ...targetFlags],
  examples: ['shoal volume abandon default/data-counter-1'],
  run: async (context, [claim = ''], flags) => {
    if (!/^[^/]+\/[^/]+$/.test(claim)) throw badArgument.make({ argument: claim, expected: '<namespace>/<claim>' })
    const volume = (await volumesOf(context, flags)).find((one) => one.claim === claim)
    // Whatever is wrong with it, the daemon says.
    if (volume !== undefined && volume.peer !== '' && (volume.peerState !== 'alive' || flags['force'] === true)) {
      for (const line of describeLoss(volume)) context.out(line)
      if (!(await confirmed(flags, 'volume abandon', claim))) {
        context.out('Nothing was done.')
        return 1
      }
    }
    await askDaemon(context, flags, { method: 'POST', path: '/volumes/abandon', body: { claim, force: flags['force'] === true } })
    if (volume === undefined) throw requestRefused.make({ message: `the claim ${claim} was made a moment ago` })
    context.out((await remade(context, flags, volume))
      ? `${claim} is made anew and gets an empty volume where its Pod goes.`
      : `${claim} is given up, and is made anew as soon as no Pod uses the old one any more: ${volume.pods.map((pod) => `${pod.name} on ${pod.node || 'no peer'}`).join(', ')}.`)
    return 0
  },
}
