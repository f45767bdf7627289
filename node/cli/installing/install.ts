// Puts Shoal on a real machine: the project under /opt/shoal, the command under /usr/local/bin, the configuration of a container
// runtime that is the peer's own, and three systemd units. It makes no cluster. Done again it brings a newer version: the new folder
// takes the old one's place in one step, and Pods run on while the daemon starts anew.
// A system's own containerd is left as it is: another Kubernetes may run there, whose Pods are not ours to end.
import { chmodSync, copyFileSync, existsSync, mkdirSync, readdirSync, realpathSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { runCommand } from '../../platform/processes.ts'
import { installFailed } from '../errors.ts'
import { containerdConfig } from '../machines/containerd-config.ts'
import { buildImage, pauseRecipe } from '../machines/images.ts'
import type { Progress } from '../progress.ts'
import { copyTree } from './tree.ts'

export interface InstallOptions {
  readonly project: string
  readonly node: string
  /** Everything is written below this folder; anything but `/` is an image being made, where nothing is started. */
  readonly root: string
  /** Folder of the CNI plugins. */
  readonly cniPlugins: string
}

const place = '/opt/shoal'
const units = ['shoal-containerd.service', 'shoal-warden.service', 'shoal.service'] as const

const defaults = `# Options of the Shoal daemon, read by shoal.service; docs/options.md in ${place} has all of them. After a change:
#   systemctl restart shoal
#SHOAL_NAME=
#SHOAL_ADDRESS=
#SHOAL_ZONE=
`

/** Installs; answers whether the daemon was started. Throws SHOAL_INSTALL_FAILED. */
export async function install(options: InstallOptions, progress: Progress): Promise<boolean> {
  const under = (path: string): string => join(options.root, path)
  const target = under(place)
  if (existsSync(target) && realpathSync(options.project) === realpathSync(target)) progress.step(`Shoal runs from ${target} already`)
  else {
    await placeTree(options, target)
    progress.step(`Shoal is in ${target}`)
  }
  mkdirSync(under('/usr/local/bin'), { recursive: true })
  rmSync(under('/usr/local/bin/shoal'), { force: true })
  symlinkSync(join(place, 'shoal'), under('/usr/local/bin/shoal'))
  mkdirSync(under('/etc/shoal'), { recursive: true })
  writeFileSync(under('/etc/shoal/containerd.toml'), `# Written by \`shoal install\`, which overwrites changes.\n${runtimeConfig(options.cniPlugins)}`)
  mkdirSync(under('/etc/default'), { recursive: true })
  if (!existsSync(under('/etc/default/shoal'))) writeFileSync(under('/etc/default/shoal'), defaults)
  mkdirSync(under('/etc/systemd/system'), { recursive: true })
  for (const unit of units) copyFileSync(join(target, 'docs', unit), under(`/etc/systemd/system/${unit}`))
  progress.step('the command, the configuration and the units are written')
  if (options.root !== '/' || !existsSync('/run/systemd/system')) return false
  await systemctl('daemon-reload')
  await systemctl('enable', ...units)
  await systemctl('restart', ...units)
  progress.step('the daemon and its container runtime run')
  return true
}

/** Fills a folder beside the old one, which then makes room. */
async function placeTree({ project, node }: InstallOptions, target: string): Promise<void> {
  const fresh = `${target}.new`
  const old = `${target}.old`
  for (const folder of [fresh, old]) rmSync(folder, { recursive: true, force: true })
  copyTree(project, fresh, node)
  const images = join(fresh, 'images')
  mkdirSync(images)
  const bundled = join(project, 'bundle/images')
  for (const name of existsSync(bundled) ? readdirSync(bundled) : []) copyFileSync(join(bundled, name), join(images, name))
  const packages = join(project, 'bundle/packages')
  await buildImage(pauseRecipe, join(images, '00-pause.tar'), existsSync(packages) ? packages : join(project, '.cache/packages'))
  chmodSync(fresh, 0o755)
  if (existsSync(target)) renameSync(target, old)
  renameSync(fresh, target)
  rmSync(old, { recursive: true, force: true })
}

/** The peer's own containerd beside whatever else runs on the machine. */
const runtimeConfig = (cniPlugins: string): string =>
  containerdConfig({
    cniPlugins,
    rootless: false,
    wholeMachine: true,
    folders: {
      root: '/var/lib/shoal-containerd',
      state: '/run/shoal-containerd',
      socket: '/run/shoal-containerd/containerd.sock',
      runcState: '/run/shoal-containerd/runc',
      cniConfigurations: '/var/lib/shoal/cni',
    },
  })

async function systemctl(...args: readonly string[]): Promise<void> {
  const { status, stderr } = await runCommand('systemctl', args)
  if (status !== 0) throw installFailed.make({ step: `systemctl ${args.join(' ')}`, reason: stderr.trim() })
}
