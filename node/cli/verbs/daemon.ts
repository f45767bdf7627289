// The verbs that run something in this process until it is stopped: the daemon, fresh or with its first step, and the two
// inner processes of `shoal up`.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { controlRequest } from '../control-client.ts'
import { badArgument, daemonUnreachable } from '../errors.ts'
import { runRelay } from '../machines/relay.ts'
import type { YardConfig } from '../machines/layout.ts'
import { Yard } from '../machines/yard.ts'
import type { CliContext, FirstStep, Flags, Verb } from '../verb.ts'

const defaultDataDirectory = '/var/lib/shoal'
/** Joining waits for the first full copy of the state. */
const memberTimeoutMs = 120_000

const daemonFlags = [
  ['--data-dir <folder>', 'where this peer keeps identity, log and state (default /var/lib/shoal)'],
  ['--name <name>', "the Node's name (default: the host name)"],
  ['--address <address>', 'address under which others reach this machine (default: that of the default route)'],
  ['--meeting <folder>', 'found or join the cluster of the peers that share this folder'],
  ['--voters <n>', 'most peers that vote: 1, 3, 5 or 7'],
  ['--api-port <port>', 'port of the Kubernetes API (default 6443)'],
  ['--listen <multiaddrs>', 'where to listen for other peers (default /ip4/0.0.0.0/tcp/7447)'],
  ['--zone <zone>', 'failure domain of this machine; voters and Pods are spread over zones'],
  ['--kubelet-port <port>', 'port of logs and exec (default 10250)'],
  ['--cri-endpoint <socket>', 'socket of the container runtime'],
  ['--cni-dir <folder>', 'where the container runtime looks for its network (default /etc/cni/net.d)'],
  ['--cgroup-root <path>', 'cgroup of the Pods'],
  ['--default-toleration-seconds <s>', 'how long Pods stay on a dead peer by default (default 0)'],
  ['--rootless <bool>', 'run in a user namespace'],
  ['--log-level <level>', 'debug, info, warn, error or silent'],
] as const

export const daemonVerb: Verb = {
  usage: 'daemon',
  summary: 'run the daemon; a fresh one waits for `shoal init` or `shoal join`',
  flags: daemonFlags,
  examples: ['shoal daemon --data-dir /var/lib/shoal'],
  run: (context, _args, flags) => context.runDaemon(flags, { kind: 'wait' }, () => undefined),
}

/** What to do after the first peer. */
const afterInit = [
  'This machine is the first peer of a new cluster. To go on:',
  '  shoal token create              # an invitation; then, on each further machine: shoal join <invitation>',
  '  shoal kubeconfig > ~/.kube/config',
  '  shoal status',
]

/** Becomes a member: through the daemon that runs here (a service), or as the daemon itself. */
async function become(context: CliContext, flags: Flags, first: Exclude<FirstStep, { readonly kind: 'wait' }>, words: readonly string[]): Promise<number> {
  const say = (): void => {
    for (const line of words) context.out(line)
  }
  const socket = join(typeof flags['data-dir'] === 'string' ? flags['data-dir'] : defaultDataDirectory, 'shoal.sock')
  if (existsSync(socket) && (await answers(socket))) {
    const given = Object.keys(flags).find((flag) => flag !== 'data-dir')
    if (given !== undefined) throw badArgument.make({ argument: `--${given}`, expected: 'it at the daemon, which runs already (as a service: /etc/default/shoal, then `systemctl restart shoal`)' })
    const body = first.kind === 'join' ? { invitation: first.invitation } : {}
    await controlRequest(socket, { method: 'POST', path: `/${first.kind}`, body, timeoutMs: memberTimeoutMs })
    say()
    return 0
  }
  return context.runDaemon(flags, first, say)
}

async function answers(socket: string): Promise<boolean> {
  try {
    await controlRequest(socket, { path: '/state', timeoutMs: 2_000 })
    return true
  } catch (error) {
    if (daemonUnreachable.is(error)) return false
    throw error
  }
}

export const initVerb: Verb = {
  usage: 'init',
  summary: 'make a new cluster with this machine as its first peer; asks the daemon that runs here, or runs it',
  flags: daemonFlags,
  examples: ['shoal init --name alpha --address 192.0.2.11'],
  run: (context, _args, flags) => become(context, flags, { kind: 'init' }, afterInit),
}

export const joinVerb: Verb = {
  usage: 'join <invitation>',
  summary: 'join a cluster by an invitation from `shoal token create`; asks the daemon that runs here, or runs it',
  flags: daemonFlags,
  examples: ['shoal join shoal1.…', 'shoal join shoal1.… --name beta'],
  run: (context, [invitation = ''], flags) => become(context, flags, { kind: 'join', invitation }, ['This machine is a peer of the cluster. `shoal status` shows all of them.']),
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
