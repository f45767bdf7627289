// The verbs that bring Shoal to real machines: install puts this copy in place, bundle makes an archive that can do so without
// a network.
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { badArgument } from '../errors.ts'
import { makeBundle, peerPackages } from '../installing/bundle.ts'
import { install } from '../installing/install.ts'
import { lineProgress } from '../progress.ts'
import type { CliContext, Verb } from '../verb.ts'

const projectOf = (context: CliContext): string => join(dirname(context.main), '..')

const pluginFolders = ['/usr/lib/cni', '/opt/cni/bin'] as const

export const installVerb: Verb = {
  usage: 'install',
  summary: 'put Shoal on this machine: /opt/shoal, the command, a container runtime of its own, and systemd units (as root)',
  flags: [['--root <folder>', 'put everything below this folder and start nothing, for making images of machines']],
  examples: ['./shoal install', './shoal install --root /mnt/image'],
  run: async (context, _args, flags) => {
    const root = typeof flags['root'] === 'string' ? flags['root'] : '/'
    if (root === '/' && process.getuid?.() !== 0) throw badArgument.make({ argument: 'install', expected: 'root, or another folder with --root' })
    const progress = lineProgress(context.out, () => performance.now())
    const cniPlugins = pluginFolders.find((folder) => existsSync(join(folder, 'bridge'))) ?? pluginFolders[0]
    const started = await install({ project: projectOf(context), node: context.node, root, cniPlugins }, progress)
    const next = ['Try next:', '  shoal init                # on the first machine, then: shoal token create', '  shoal join <invitation>   # on the others']
    const byHand = ['No systemd runs here. In its place, start:', '  containerd --config /etc/shoal/containerd.toml', '  SHOAL_CRI_ENDPOINT=/run/shoal-containerd/containerd.sock SHOAL_CNI_DIR=/var/lib/shoal/cni shoal daemon', '']
    for (const line of ['', ...(started || root !== '/' ? [] : byHand), ...next]) context.out(line)
    return 0
  },
}

export const bundleVerb: Verb = {
  usage: 'bundle <archive>',
  summary: 'write an archive that installs Shoal on machines without a network: unpack it there, then `shoal/shoal install`',
  flags: [['--no-packages', 'without Debian packages and images: the machines have containerd, nftables and the others']],
  examples: ['./shoal bundle shoal.tar.gz'],
  run: async (context, [archive = ''], flags) => {
    const progress = lineProgress(context.out, () => performance.now())
    await makeBundle({ project: projectOf(context), node: context.node, archive, packages: flags['packages'] === false ? [] : peerPackages }, progress)
    return 0
  },
}
