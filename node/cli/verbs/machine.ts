// The verbs of a cluster on one machine: up, down, a shell on its machines, and faults.
import { existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { lineProgress } from '../progress.ts'
import { badArgument, notOurs, notUp } from '../errors.ts'
import { enterMachine } from '../machines/enter.ts'
import { foreignEntry, machineName, yardLayout, type YardConfig } from '../machines/layout.ts'
import { askYard, stopYard, yardRuns } from '../machines/yard-process.ts'
import { type CliContext, integerFlag, type Verb } from '../verb.ts'
import { up } from './up.ts'

const homeFlag = ['--home <folder>', 'where the cluster keeps its data'] as const

const machineNames = (config: YardConfig): readonly string[] => Array.from({ length: config.peers }, (_, i) => machineName(i + 1))

export const upVerb: Verb = {
  usage: 'up',
  summary: 'a cluster of equal peers on this machine, ready to use',
  flags: [
    ['--peers <n>', 'how many peers (default 3)'],
    ['--voters <n>', 'most of them that vote (default 5)'],
    ['--api-port <port>', 'port on 127.0.0.1 that leads to the API of a live peer (default: any free one)'],
    ['--log-level <level>', "level of the daemons' logs"],
    ['--apart', 'only the machines, each with a daemon that belongs to no cluster: make one yourself with `shoal init` and `shoal join`'],
    homeFlag,
  ],
  examples: ['shoal up', 'shoal up --peers 5 --voters 3', 'shoal up --apart && shoal machine enter peer-1'],
  run: async (context, _args, flags) => {
    const progress = lineProgress(context.out, () => performance.now())
    const config = await up(
      {
        home: context.home,
        peers: integerFlag(flags, 'peers', 3, 1, 50),
        voters: integerFlag(flags, 'voters', 5, 1, 7),
        apiPort: integerFlag(flags, 'api-port', 0, 0, 65535),
        node: context.node,
        main: context.main,
        path: context.environment['PATH'] ?? '',
        logLevel: typeof flags['log-level'] === 'string' ? flags['log-level'] : 'info',
        apart: flags['apart'] === true,
      },
      progress,
    )
    const { kubeconfig } = yardLayout(config.home)
    if (flags['apart'] === true) {
      for (const line of ['', 'Try next, each in a terminal of its own:', ...machineNames(config).map((name) => `  shoal machine enter ${name}`)]) context.out(line)
      return 0
    }
    for (const line of [
      '',
      `The kubeconfig is at ${kubeconfig}`,
      ...(config.rootless ? ['Without root there are no cgroup limits, and Pods do not reach the outside.'] : []),
      'Try next:',
      `  export KUBECONFIG=${kubeconfig}`,
      '  kubectl get nodes',
      '  shoal demo          # the web example, a killed peer, and the healing',
      '  shoal status',
      '  shoal down          # --purge removes the data',
    ])
      context.out(line)
    return 0
  },
}

export const downVerb: Verb = {
  usage: 'down',
  summary: 'stop the cluster of `shoal up`; its data stays unless --purge',
  flags: [['--purge', 'remove its data too'], homeFlag],
  examples: ['shoal down', 'shoal down --purge'],
  run: async (context, _args, flags) => {
    const foreign = flags['purge'] === true && existsSync(context.home) ? foreignEntry(readdirSync(context.home)) : undefined
    if (foreign !== undefined) throw notOurs.make({ folder: context.home, entry: foreign })
    const ran = yardRuns(context.home)
    await stopYard(context.home)
    if (flags['purge'] === true) await purge(context)
    context.out(`${ran ? 'stopped' : 'nothing ran'}${flags['purge'] === true ? `; ${context.home} is removed` : ''}`)
    return 0
  },
}

/** An ordinary user's files belong to mapped ids: they are removed from inside a user namespace of the same map. */
async function purge(context: CliContext): Promise<void> {
  const { runCommand } = await import('../../platform/processes.ts')
  if (process.getuid?.() !== 0) await runCommand('unshare', ['--user', '--map-root-user', '--map-auto', 'rm', '-rf', context.home])
  rmSync(context.home, { recursive: true, force: true })
}

export const machineVerb: Verb = {
  usage: 'machine <action> <name>',
  summary: 'a shell on a machine of `shoal up`, or a fault: enter, kill, start, link-down, link-up',
  flags: [homeFlag],
  examples: ['shoal machine enter peer-1', 'shoal machine kill peer-2', 'shoal machine link-down peer-1'],
  run: async (context, [action = '', name = '']) => {
    if (!yardRuns(context.home)) throw notUp.make({ home: context.home })
    if (action === 'enter') return enterMachine(context, name)
    const requests: { readonly [action: string]: string } = { kill: `/kill/${name}`, 'link-down': `/link/${name}/down`, 'link-up': `/link/${name}/up`, start: `/start/${name}` }
    const request = requests[action]
    if (request === undefined) throw badArgument.make({ argument: action, expected: 'enter, kill, start, link-down or link-up' })
    await askYard(context.home, request)
    return 0
  },
}

export const whereVerb: Verb = {
  usage: 'where <what>',
  summary: 'print where something is: kubeconfig, home and images of `shoal up`, or the examples that ship with Shoal',
  flags: [homeFlag],
  examples: ['export KUBECONFIG=$(shoal where kubeconfig)', 'kubectl apply -f $(shoal where examples)'],
  run: (context, [what = '']) => {
    const { kubeconfig, home, images } = yardLayout(context.home)
    const places: { readonly [what: string]: string } = { kubeconfig, home, images, examples: join(import.meta.dirname, '../../../docs/examples') }
    const place = places[what]
    if (place === undefined) throw badArgument.make({ argument: what, expected: 'kubeconfig, home, images or examples' })
    context.out(place)
    return Promise.resolve(0)
  },
}
