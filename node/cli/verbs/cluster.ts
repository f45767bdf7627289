// The verbs that look at a cluster and change who belongs to it.
import type { ClusterStatus, PeerStatus } from '../../base/control.ts'
import { isDaemon, machinePids } from '../machines/pids.ts'
import { askDaemon, targetFlags } from '../target.ts'
import { table } from '../table.ts'
import type { CliContext, Flags, Verb } from '../verb.ts'

async function readStatus(context: CliContext, flags: Flags): Promise<ClusterStatus> {
  const status = (await askDaemon(context, flags, { path: '/status' })) as ClusterStatus
  const pids = await machinePids(context.home)
  const peers = status.peers.map((peer): PeerStatus => {
    const { pid: inner, ...rest } = peer
    // Without machines the daemon may live where we do: then its number is ours too.
    const seen = pids.size === 0 && inner !== undefined && isDaemon(inner) ? { pid: inner } : pids.get(peer.name)
    return { ...rest, ...seen }
  })
  return { ...status, peers }
}

function show(status: ClusterStatus): readonly string[] {
  const rows = status.peers.map((p) => [p.name, p.role, p.state, p.lag === undefined ? '-' : String(p.lag), p.address, p.runtime, p.pid === undefined ? '-' : String(p.pid)])
  return [
    ...(status.removed ? ['this peer was removed from the cluster and takes no writes; what follows is what it knew then', 'to come back: stop it, remove its data directory, and `shoal join <invitation>`', ''] : []),
    `cluster ${status.cluster}${status.incarnation === 1 ? '' : `  incarnation ${status.incarnation}`}  term ${status.term}  leader ${status.leader === '' ? 'unknown' : status.leader}  revision ${status.revision}  features ${status.featureLevel}`,
    ...table([['PEER', 'ROLE', 'STATE', 'LAG', 'ADDRESS', 'RUNTIME', 'PID'], ...rows]),
    ...(status.sharedApi === undefined ? [] : ['', `the API of whichever peer lives: ${status.sharedApi}`]),
    ...(status.works.length === 0 ? [] : ['', ...table([['WORK', 'PEER', 'EPOCH'], ...status.works.map((w) => [w.work, w.peer, String(w.epoch)])])]),
    ...status.peers.flatMap((p) => (p.trouble === undefined ? [] : ['', `${p.name}: ${p.trouble}`])),
    ...(status.peers.some((p) => p.rootless) ? ['', 'rootless: no cgroup limits, and Pods do not reach the outside'] : []),
  ]
}

export const statusVerb: Verb = {
  usage: 'status',
  summary: 'peers, leader, voters, lag, works and where they run',
  flags: [['--json', 'as JSON'], ['--watch', 'again every second'], ...targetFlags],
  examples: ['shoal status', 'shoal status --json'],
  run: async (context, _args, flags) => {
    for (;;) {
      const status = await readStatus(context, flags)
      if (flags['json'] === true) context.out(JSON.stringify(status, null, 2))
      else for (const line of show(status)) context.out(line)
      if (flags['watch'] !== true) return 0
      await new Promise((resolve) => setTimeout(resolve, 1_000))
      context.out('')
    }
  },
}

export const kubeconfigVerb: Verb = {
  usage: 'kubeconfig',
  summary: 'print an admin kubeconfig',
  flags: [['--server <url>', 'the address to put into it (default: the one that live peers share, or else this peer)'], ...targetFlags],
  examples: ['shoal kubeconfig > ~/.kube/config'],
  run: async (context, _args, flags) => {
    const query = typeof flags['server'] === 'string' ? `?server=${encodeURIComponent(flags['server'])}` : ''
    context.out(String(await askDaemon(context, flags, { path: `/kubeconfig${query}` })).trimEnd())
    return 0
  },
}

export const leaveVerb: Verb = {
  usage: 'leave',
  summary: 'this peer drains, hands over and is removed from the cluster',
  flags: [['--force', 'though it has volumes whose data is nowhere else'], ...targetFlags],
  examples: ['shoal leave'],
  run: async (context, _args, flags) => {
    await askDaemon(context, flags, { method: 'POST', path: '/leave', body: { force: flags['force'] === true }, timeoutMs: 120_000 })
    context.out('this peer has left the cluster')
    return 0
  },
}

export const peerRemoveVerb: Verb = {
  usage: 'peer remove <name>',
  summary: 'remove a peer that is gone for good; asked of any other peer',
  flags: targetFlags,
  examples: ['shoal peer remove beta'],
  run: async (context, [name = ''], flags) => {
    await askDaemon(context, flags, { method: 'DELETE', path: `/peers/${encodeURIComponent(name)}` })
    context.out(`${name} is removed`)
    return 0
  },
}
