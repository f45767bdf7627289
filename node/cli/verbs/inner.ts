// Verbs for scripts that set a machine up: how a running daemon stands, and the configuration and first image of a containerd
// of its own.
import { dirname, join } from 'node:path'
import type { DaemonState } from '../../base/control.ts'
import { containerdConfig } from '../machines/containerd-config.ts'
import { buildImage, pauseRecipe } from '../machines/images.ts'
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

export const runtimeConfigVerb: Verb = {
  usage: 'runtime-config',
  summary: "print a configuration for the peer's own containerd",
  flags: [['--rootless', 'without cgroups']],
  examples: [],
  hidden: true,
  run: (context, _args, flags) => {
    context.out(containerdConfig({ cniPlugins: '/usr/lib/cni', rootless: flags['rootless'] === true }))
    return Promise.resolve(0)
  },
}

export const pauseImageVerb: Verb = {
  usage: 'pause-image <archive>',
  summary: "make the image of Pods' sandboxes as a docker archive",
  flags: [['--packages <folder>', 'where Debian packages are kept (default: a folder beside the archive)']],
  examples: [],
  hidden: true,
  run: async (_context, [archive = ''], flags) => {
    await buildImage(pauseRecipe, archive, typeof flags['packages'] === 'string' ? flags['packages'] : join(dirname(archive), 'packages'))
    return 0
  },
}
