// Verbs for scripts that set a machine up: how a running daemon stands, founding and entering a cluster through it, and the
// configuration of a containerd of its own. People use init and join, which run the daemon themselves.
import type { DaemonState } from '../../base/control.ts'
import { containerdConfig } from '../machines/containerd-config.ts'
import { askDaemon, targetFlags } from '../target.ts'
import type { Verb } from '../verb.ts'

export const stateVerb: Verb = {
  usage: 'state',
  summary: 'print how the running daemon stands: fresh, joining, member or left',
  flags: targetFlags,
  examples: [],
  hidden: true,
  run: async (context, _args, flags) => {
    context.out(((await askDaemon(context, flags, { path: '/state' })) as DaemonState).state)
    return 0
  },
}

export const foundVerb: Verb = {
  usage: 'found',
  summary: 'make a cluster with the running, fresh daemon as its first peer',
  flags: targetFlags,
  examples: [],
  hidden: true,
  run: async (context, _args, flags) => {
    await askDaemon(context, flags, { method: 'POST', path: '/init', body: {} })
    return 0
  },
}

export const enterVerb: Verb = {
  usage: 'enter <invitation>',
  summary: 'join a cluster with the running, fresh daemon',
  flags: targetFlags,
  examples: [],
  hidden: true,
  run: async (context, [invitation = ''], flags) => {
    await askDaemon(context, flags, { method: 'POST', path: '/join', body: { invitation }, timeoutMs: 60_000 })
    return 0
  },
}

export const runtimeConfigVerb: Verb = {
  usage: 'runtime-config',
  summary: "print a configuration for the peer's own containerd",
  flags: [['--rootless', 'without cgroups']],
  examples: [],
  hidden: true,
  run: (context, _args, flags) => {
    context.out(containerdConfig({ cniPlugins: '/usr/lib/cni', rootless: flags['rootless'] === true, cgroup: '/kubepods', runc: 'runc' }))
    return Promise.resolve(0)
  },
}
