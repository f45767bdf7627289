// The verbs that run something in this process until it is stopped: the daemon, fresh or with its first step, and the two
// inner processes of `shoal up`.
import { readFileSync } from 'node:fs'
import { runRelay } from '../machines/relay.ts'
import type { YardConfig } from '../machines/layout.ts'
import { Yard } from '../machines/yard.ts'
import type { Flags, Verb } from '../verb.ts'

const daemonFlags = [
  ['--data-dir <folder>', 'where this peer keeps identity, log and state (default /var/lib/shoal)'],
  ['--name <name>', "the Node's name (default: the host name)"],
  ['--address <address>', 'address under which others reach this machine (default: that of the default route)'],
  ['--voters <n>', 'most peers that vote: 1, 3, 5 or 7'],
  ['--api-port <port>', 'port of the Kubernetes API (default 6443)'],
  ['--peer-port <port>', 'port between peers (default 7447)'],
  ['--kubelet-port <port>', 'port of logs and exec (default 10250)'],
  ['--cri-endpoint <socket>', 'socket of the container runtime'],
  ['--cgroup-root <path>', 'cgroup of the Pods'],
  ['--rootless <bool>', 'run in a user namespace'],
  ['--log-level <level>', 'debug, info, warn, error or silent'],
] as const

export const daemonVerb: Verb = {
  usage: 'daemon',
  summary: 'run the daemon; a fresh one waits for `shoal init` or `shoal join`',
  flags: daemonFlags,
  examples: ['shoal daemon --data-dir /var/lib/shoal'],
  run: (context, _args, flags) => context.runDaemon(flags, { kind: 'wait' }),
}

export const initVerb: Verb = {
  usage: 'init',
  summary: 'make a new cluster with this machine as its first peer, and run the daemon',
  flags: daemonFlags,
  examples: ['shoal init --name alpha --address 192.0.2.11'],
  run: (context, _args, flags) => context.runDaemon(flags, { kind: 'init' }),
}

export const joinVerb: Verb = {
  usage: 'join <invitation>',
  summary: 'join a cluster by an invitation from `shoal token create`, and run the daemon',
  flags: daemonFlags,
  examples: ['shoal join shoal1.…', 'shoal join shoal1.… --name beta'],
  run: (context, [invitation = ''], flags: Flags) => context.runDaemon(flags, { kind: 'join', invitation }),
}

const forever = (): Promise<number> => new Promise(() => undefined)

export const yardVerb: Verb = {
  usage: 'yard <config>',
  summary: 'the first process of the namespaces of `shoal up`',
  flags: [],
  examples: [],
  hidden: true,
  run: async (_context, [file = '']) => {
    // What `up` wrote a moment ago.
    await new Yard(JSON.parse(readFileSync(file, 'utf8')) as YardConfig).start()
    return forever()
  },
}

export const relayVerb: Verb = {
  usage: 'relay <home> <port>',
  summary: 'leads 127.0.0.1:port to the API of a peer that lives',
  flags: [],
  examples: [],
  hidden: true,
  run: async (_context, [home = '', port = '0']) => {
    await runRelay(home, Number(port))
    return forever()
  },
}
